extension Schema {
  /// `/activations/HOOK`, or `/activations/RUN/HOOK` for a pair of runs.
  public static let activations = Section("/activations")

  /// Attributes of a cache's datasets and root.
  public enum Cache {
    /// `per_position`, `per_pair` or `per_example`.
    public static let layout = "layout"
    /// The axes by their meaning.
    public static let axes = "axes"
    /// A root attribute: the file of prompts.
    public static let prompts = "prompts"
    /// A root attribute of caches made by `patchbay analyze`: what they were made from, compared before a cache is used
    /// again.
    public static let madeFrom = "made_from"
  }
}
