import Foundation

/// The bytes of a file that an experiment names, or the experiment itself.
/// - Throws: `ExperimentError.fileNotFound`, `.notAFile`, `.unreadable`.
package func readBytes(_ file: String) throws(ExperimentError) -> [UInt8] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else { throw .fileNotFound(file) }
  guard !isFolder.boolValue else { throw .notAFile(file) }
  do {
    return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  } catch {
    throw .unreadable(file: file, reason: (error as NSError).localizedDescription)
  }
}

/// A file's text.
/// - Throws: as `readBytes`, and `ExperimentError.notUTF8`.
package func readText(_ file: String) throws(ExperimentError) -> String {
  let bytes = try readBytes(file)
  guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(file: file) }
  return text
}
