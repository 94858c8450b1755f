/// The names of all groups, datasets and attributes in the files that Patchbay writes, in one place.
///
/// Documentation/file-formats.md describes what they hold; a test compares the two. Names that depend on an experiment
/// (of sweeps, metrics, hooks, axes) are built from these by the functions here.
public enum Schema {
  /// A group whose contents have names of their own.
  public struct Section: Sendable, Hashable {
    /// From the root, with a leading slash: `/sweeps`.
    public let path: String

    init(_ path: String) { self.path = path }

    /// The group's name: `sweeps`. A root attribute of that name keeps the order of its contents.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// The path of something in the group: `/sweeps/heads/logit_diff`.
    public func path(_ parts: String...) -> String { parts.reduce(path) { "\($0)/\($1)" } }
  }

  /// Root attributes of every file.
  public enum Root {
    /// `FileFormat`, as text.
    public static let format = "format"
    /// An integer, `FileFormat.version`.
    public static let formatVersion = "format_version"
    /// 1 once the run has finished, 0 before.
    public static let complete = "complete"
    /// The model as it was named.
    public static let model = "model"
    /// Of the model's weights, in hexadecimal; in analyses, one for each cache.
    public static let modelSHA256 = "model_sha256"
    public static let patchbayVersion = "patchbay_version"
  }

  /// Axes that files add to those of sweeps and activations; each is the name of a dimension scale.
  public enum Axis {
    /// The last axis of anything kept for each prompt.
    public static let example = "example"
    public static let position = "position"
    /// `clean` and `corrupted`.
    public static let run = "run"
    /// Hook names.
    public static let activation = "activation"
    /// `mean`, `low`, `high`.
    public static let bound = "bound"
    /// An axis of sweeps that carry one example's difference into all others.
    public static let sourceExample = "source_example"
  }
}
