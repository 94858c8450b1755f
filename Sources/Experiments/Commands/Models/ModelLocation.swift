import Diagnostics

/// What MODEL on a command line stands for.
public enum ModelLocation: Sendable, Hashable {
  /// A folder in Hugging Face layout.
  case folder(String)
  /// A model that comes with Patchbay.
  case bundled(String)

  private static let bundledPrefix = "bundled:"

  public init(_ text: String) {
    if text.hasPrefix(Self.bundledPrefix) {
      self = .bundled(String(text.dropFirst(Self.bundledPrefix.count)))
    } else {
      self = .folder(text)
    }
  }

  /// The folder to read.
  /// - Throws: `CommandError.noBundledModel`.
  public func folder() throws(CommandError) -> String {
    switch self {
    case .folder(let path): return path
    case .bundled(let name): throw .noBundledModel(name, available: BundledModels.names)
    }
  }
}

/// The models that come with Patchbay.
public enum BundledModels {
  public static let names: [String] = []
}
