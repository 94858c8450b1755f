import Diagnostics
import ExperimentFile

/// Creates a folder for output, and those above it, if it does not exist.
/// - Throws: `ExperimentError.cannotCreateFolder`.
package func makeFolder(_ folder: String) throws {
  if let reason = makeFolders(folder) { throw ExperimentError.cannotCreateFolder(folder, reason: reason) }
}
