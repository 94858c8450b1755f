extension Schema {
  /// `/analyses/NAME`, one for each analysis.
  public static let analyses = Section("/analyses")

  /// Root attributes of analysis files, besides those of every file.
  public enum AnalysisRoot {
    /// The YAML text.
    public static let analysis = "analysis"
    /// The names of the caches, their files, and in `model_sha256` their models.
    public static let caches = "caches"
    public static let cacheFiles = "cache_files"
  }

  /// Datasets of `/analyses/NAME`, and attributes of the group. Documentation/file-formats.md says what each kind of
  /// analysis writes.
  public enum Analysis {
    /// The bounds of a value with an interval.
    public static func low(_ name: String) -> String { name + "_low" }
    public static func high(_ name: String) -> String { name + "_high" }

    /// An attribute, like the next two.
    public static let kind = "kind"
    public static let labels = "labels"
    public static let classes = "classes"
    /// Which examples have no token at a position, and why: a text per source and position that some examples lack.
    public static let leftOut = "left_out"
    /// [hook] int32, -1 outside the blocks.
    public static let layer = "layer"
    /// [hook] text, the scale of that axis; in `similarity` [place], like `source` and `position`.
    public static let hook = "hook"
    public static let source = "source"
    public static let position = "position"
    /// [source, item] int32, for the analysed items; like the next four.
    public static let itemExample = "item_example"
    public static let itemRun = "item_run"
    public static let itemLabel = "item_label"
    /// [source, position, item] int32
    public static let itemPosition = "item_position"
    /// [source, position, item] text
    public static let itemToken = "item_token"
    /// int32, how many items were trained on; `tested`: scored on.
    public static let trained = "trained"
    public static let tested = "tested"
    /// For readers and probes, with its interval; likewise the measures below.
    public static let accuracy = "accuracy"
    public static let auc = "auc"
    public static let calibrationError = "calibration_error"
    public static let brier = "brier"
    public static let margin = "margin"
    public static let separation = "separation"
    /// A direction of length 1 over the features, and the `length` that its method gave it.
    public static let direction = "direction"
    public static let length = "length"
    public static let weight = "weight"
    public static let bias = "bias"
    public static let calibrationSlope = "calibration_slope"
    public static let calibrationIntercept = "calibration_intercept"
    public static let cosine = "cosine"
    /// Cosine with the same method's direction at other hooks.
    public static let cosineAcross = "cosine_across"
    /// For learning curves, like the next two.
    public static let curveDirection = "curve_direction"
    public static let curveLength = "curve_length"
    public static let curveAccuracy = "curve_accuracy"
    /// The cosine between the direction with and without an item.
    public static let influence = "influence"
    /// LEACE maps x to x - removed (reading . (x - mean)).
    public static let eraserMean = "eraser_mean"
    public static let eraserRemoved = "eraser_removed"
    public static let eraserReading = "eraser_reading"
    /// 0 trained on, 1 scored on, -1 neither.
    public static let split = "split"
    /// For probes: the share of the largest class.
    public static let chance = "chance"
    public static let controlAccuracy = "control_accuracy"
    public static let selectivity = "selectivity"
    public static let confusion = "confusion"
    public static let r2 = "r2"
    public static let rmse = "rmse"
    public static let prediction = "prediction"
    /// For components; for classes, between-class over total variance.
    public static let explained = "explained"
    public static let variance = "variance"
    public static let totalVariance = "total_variance"
    public static let participationRatio = "participation_ratio"
    public static let axis = "axis"
    public static let mean = "mean"
    public static let projection = "projection"
    public static let betweenOverWithin = "between_over_within"
    public static let silhouette = "silhouette"
    public static let cluster = "cluster"
    public static let adjustedRand = "adjusted_rand"
    public static let normalizedInformation = "normalized_information"
    public static let inertia = "inertia"
    public static let cka = "cka"
    public static let deviation = "deviation"
    public static let smallest = "smallest"
    public static let median = "median"
    public static let largest = "largest"
    public static let outliers = "outliers"
    public static let rootMeanSquare = "root_mean_square"
    public static let isOutlier = "is_outlier"
    /// For trajectories: along the direction, and the `share` of the way.
    public static let coordinate = "coordinate"
    public static let share = "share"
    public static let distance = "distance"
    public static let centroidMean = "centroid_mean"
    public static let centroidCoordinate = "centroid_coordinate"
    /// For units: how often each is active.
    public static let activeShare = "active_share"
    public static let excessKurtosis = "excess_kurtosis"
    public static let histogram = "histogram"
    /// The items at which a unit is strongest.
    public static let topValue = "top_value"
    public static let topExample = "top_example"
    public static let topPosition = "top_position"
    public static let topToken = "top_token"
    public static let topText = "top_text"
    /// [PLACE, item, feature], for `matrix`.
    public static let activation = "activation"
    /// The mean length of the activations that a vector was made from.
    public static let activationNorm = "activation_norm"
    /// Attributes: the settings of an analysis.
    public static let penalty = "penalty"
    public static let shrinkage = "shrinkage"
    public static let threshold = "threshold"
    public static let clusters = "clusters"
    public static let method = "method"
    public static let trainLabels = "train_labels"
    public static let examples = "examples"
  }
}
