import Foundation

/// Makes a folder for output, with those above it, where it is not there yet.
/// - Throws: `ExperimentError.cannotCreateFolder`.
func makeFolder(_ folder: String) throws {
  var made = folder.hasPrefix("/") ? "/" : ""
  for part in folder.split(separator: "/") {
    made += made.isEmpty || made.hasSuffix("/") ? part : "/\(part)"
    if mkdir(made, 0o777) == 0 || errno == EEXIST { continue }
    throw ExperimentError.cannotCreateFolder(folder, reason: String(cString: strerror(errno)))
  }
}
