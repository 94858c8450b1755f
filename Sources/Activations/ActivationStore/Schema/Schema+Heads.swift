extension Schema {
  /// What detectors saw on prompts; on random sequences it is `heads`.
  public static let headsOnPrompts = Section("/heads_on_prompts")
  public static let copying = Section("/copying")
  public static let composition = Section("/composition")

  /// Datasets and attributes of files of `patchbay heads`. Detectors have datasets of their own names, and so have the inputs of composition.
  public enum Heads {
    /// An attribute of the root.
    public static let normGains = "norm_gains"
    /// [layer, head] float32, as `qkCopying`.
    public static let ovCopying = "ov_copying"
    public static let qkCopying = "qk_copying"
    /// An attribute of `/heads`, as the three that follow.
    public static let sequences = "sequences"
    public static let length = "length"
    public static let seed = "seed"
    public static let firstToken = "first_token"
    /// Of a group, the file; of a dataset, how many prompts had a destination.
    public static let prompts = "prompts"
    /// An attribute of `/composition`.
    public static let baseline = "baseline"
  }
}
