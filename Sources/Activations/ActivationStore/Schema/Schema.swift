/// The names of all groups, datasets and attributes in the files that Patchbay writes, and nowhere else.
///
/// Documentation/file-formats.md says what stands under them; a test holds the two together. Names that depend on an experiment (of sweeps, metrics, hooks, axes)
/// are made of these by the functions here.
public enum Schema {
  /// A group that has further groups or datasets by names of their own.
  public struct Section: Sendable, Hashable {
    /// From the root, with a leading slash: `/sweeps`.
    public let path: String

    init(_ path: String) { self.path = path }

    /// What the group is called: `sweeps`. A root attribute of that name keeps the order of what is in it.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// The path of something in it: `/sweeps/heads/logit_diff`.
    public func path(_ parts: String...) -> String { parts.reduce(path) { "\($0)/\($1)" } }
  }

  /// Attributes of the root of every file.
  public enum Root {
    /// `FileFormat`, as text.
    public static let format = "format"
    /// An integer, `FileFormat.version`.
    public static let formatVersion = "format_version"
    /// 1 once the run came to its end, 0 before.
    public static let complete = "complete"
    /// The model as it was named.
    public static let model = "model"
    /// Of its weights, in hexadecimal; of analyses one for each cache.
    public static let modelSHA256 = "model_sha256"
    public static let patchbayVersion = "patchbay_version"
  }

  /// Axes that files add to those of sweeps and activations; each is the name of a dimension scale.
  public enum Axis {
    /// The last one of whatever is kept of each prompt.
    public static let example = "example"
    public static let position = "position"
    /// `clean` and `corrupted`.
    public static let run = "run"
    /// Hook names.
    public static let activation = "activation"
    /// `mean`, `low`, `high`.
    public static let bound = "bound"
    /// Of sweeps that carry one example's difference into all others.
    public static let sourceExample = "source_example"
  }
}
