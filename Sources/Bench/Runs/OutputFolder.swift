import Diagnostics
import ExperimentFile

/// Makes a folder for output, with those above it, where it is not there yet.
/// - Throws: `ExperimentError.cannotCreateFolder`.
package func makeFolder(_ folder: String) throws {
  if let reason = makeFolders(folder) { throw ExperimentError.cannotCreateFolder(folder, reason: reason) }
}
