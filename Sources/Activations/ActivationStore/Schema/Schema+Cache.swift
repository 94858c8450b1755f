extension Schema {
  /// `/activations/HOOK`, or `/activations/RUN/HOOK` of a pair of runs.
  public static let activations = Section("/activations")

  /// Attributes of a cache's datasets and root.
  public enum Cache {
    /// `per_position`, `per_pair` or `per_example`.
    public static let layout = "layout"
    /// The axes by their meaning.
    public static let axes = "axes"
    /// A root attribute, the file of prompts.
    public static let prompts = "prompts"
    /// A root attribute of caches that `patchbay analyze` makes: what of, in words that say whether it can be used again.
    public static let madeFrom = "made_from"
  }
}
