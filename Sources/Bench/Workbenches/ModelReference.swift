import BundledModels
import ExperimentFile

/// The model that an experiment or a command names.
public enum ModelReference: Sendable, Hashable {
  /// A folder in Hugging Face layout, or a `.gguf` file.
  /// - Parameters:
  /// - written: as written, for results files.
  ///   - path: its path.
  case folder(written: String, path: String)
  case bundled(String)

  /// Reads `bundled:NAME`, a folder or a file.
  /// - Parameter folder: the folder that a relative path is relative to; nil for the working directory.
  public init(_ written: String, relativeTo folder: String? = nil) {
    if written.hasPrefix("bundled:") {
      self = .bundled(String(written.dropFirst("bundled:".count)))
    } else {
      self = .folder(written: written, path: resolvedPath(written, relativeTo: folder))
    }
  }

  /// As written.
  public var text: String {
    switch self {
    case .folder(let written, _): written
    case .bundled(let name): "bundled:\(name)"
    }
  }

  /// The model's folder or file.
  /// - Throws: `ExperimentError.noSuchBundledModel`. Whether a folder exists is checked when it is read.
  public func folder() throws(ExperimentError) -> String {
    switch self {
    case .folder(_, let path): return path
    case .bundled(let name):
      guard let folder = BundledModels.folder(of: name) else {
        if BundledModels.names.contains(name) { throw .bundledModelsMoved(name: name, place: BundledModels.places[0]) }
        throw .noSuchBundledModel(name: name, bundled: BundledModels.names)
      }
      return folder
    }
  }
}
