extension Schema {
  /// Datasets and attributes of `/steering/NAME`.
  public enum Steering {
    /// What is measured in every maze for every choice of coefficients.
    public enum Measure: String, Sendable, Hashable, CaseIterable {
      case cheese = "p_cheese"
      case corner = "p_corner"
      case reachedCheese = "reached_cheese"
      case reachedCorner = "reached_corner"
      case reachedRegion = "reached_region"
      case steps
      case fieldChange = "field_change"

      /// [axes..., example] float32
      public var values: String { rawValue }
      /// [example] float32, without any vector.
      public var unsteered: String { rawValue + "_unsteered" }
      /// [axes..., bound] float32, the mean over mazes with its interval.
      public var mean: String { rawValue + "_mean" }
      /// [axes..., bound] float32, the mean change from unsteered with its interval.
      public var change: String { rawValue + "_change" }
    }

    /// [example] float32, the length of a vector.
    public static func norm(ofVector name: String) -> String { "vector_norm_\(name)" }

    /// [example] float32, the length of the activation at the decision square.
    public static let activationNorm = "activation_norm"
    /// [activation, axes..., example] float32, the length of the change of a later activation; `interaction`: of its
    /// part that is not additive.
    public static let effect = "effect"
    public static let interaction = "interaction"
    /// [field, field_row, field_column] float32, mean steps from every square; likewise the next three.
    public static let fieldWithoutX = "field_without_x"
    public static let fieldWithoutY = "field_without_y"
    public static let fieldWithX = "field_with_x"
    public static let fieldWithY = "field_with_y"
    /// An axis: the mazes whose fields are drawn; likewise `fieldRow` and `fieldColumn`.
    public static let field = "field"
    public static let fieldRow = "field_row"
    public static let fieldColumn = "field_column"
    /// The coefficients of drawn fields.
    public static let fieldAt = "field_at"
    /// An attribute; an axis if there are several.
    public static let site = "site"
    /// The names of the vectors.
    public static let vectors = "vectors"
    /// `own`, `mean` or `every`.
    public static let from = "from"
    public static let rollouts = "rollouts"
    /// The maximum length of a rollout.
    public static let steps = "steps"
    /// How intervals were computed, in words.
    public static let interval = "interval"
  }
}
