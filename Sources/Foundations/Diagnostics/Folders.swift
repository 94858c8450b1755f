import Foundation

/// Creates a folder and any missing folders above it.
/// - Returns: the operating system's reason if it cannot be created; nil if it exists now.
public func makeFolders(_ folder: String) -> String? {
  var made = folder.hasPrefix("/") ? "/" : ""
  for part in folder.split(separator: "/") {
    made += made.isEmpty || made.hasSuffix("/") ? part : "/\(part)"
    guard mkdir(made, 0o777) != 0, errno != EEXIST else { continue }
    return String(cString: strerror(errno))
  }
  var status = stat()
  guard stat(folder, &status) == 0 else { return String(cString: strerror(errno)) }
  return status.st_mode & S_IFMT == S_IFDIR ? nil : String(cString: strerror(ENOTDIR))
}
