extension Schema {
  /// The only group of a vector file.
  public static let vector = Section("/vector")

  /// Datasets of `/vector` and attributes of the root.
  public enum Vector {
    /// [layer, feature] or [layer, position, feature] float32
    public static let value = "value"
    /// [layer] float32
    public static let norm = "norm"
    /// [layer] float32
    public static let activationNorm = "activation_norm"
    /// A root attribute, like all that follow.
    public static let site = "site"
    public static let method = "method"
    public static let prompts = "prompts"
    public static let position = "position"
    public static let pairs = "pairs"
  }
}
