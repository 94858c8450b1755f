extension Schema {
  /// What detectors found on prompts; what they found on random sequences is in `heads`.
  public static let headsOnPrompts = Section("/heads_on_prompts")
  public static let copying = Section("/copying")
  public static let composition = Section("/composition")

  /// Datasets and attributes of files of `patchbay heads`. Detectors and the inputs of composition name their own
  /// datasets.
  public enum Heads {
    /// A root attribute.
    public static let normGains = "norm_gains"
    /// [layer, head] float32, like `qkCopying`.
    public static let ovCopying = "ov_copying"
    public static let qkCopying = "qk_copying"
    /// An attribute of `/heads`, like the next three.
    public static let sequences = "sequences"
    public static let length = "length"
    public static let seed = "seed"
    public static let firstToken = "first_token"
    /// On a group, the file; on a dataset, how many prompts had a destination.
    public static let prompts = "prompts"
    /// An attribute of `/composition`.
    public static let baseline = "baseline"
  }
}
