/// A path in a file, relative to that file's folder.
package func resolvedPath(_ written: String, relativeTo folder: String?) -> String {
  guard let folder, !folder.isEmpty, !written.hasPrefix("/") else { return written }
  return folder.hasSuffix("/") ? folder + written : "\(folder)/\(written)"
}

/// The folder that a file is in; empty for the working directory.
package func folder(of file: String) -> String {
  guard let slash = file.lastIndex(of: "/") else { return "" }
  return String(slash == file.startIndex ? "/" : file[..<slash])
}
