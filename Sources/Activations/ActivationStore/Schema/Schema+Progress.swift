extension Schema {
  /// What the results of a run in progress have in addition.
  public static let progress = Section("/progress")
  /// `/progress/baselines`, `/progress/sweeps/NAME/PASS` and `/progress/tables/NAME`: each has the dataset `done`.
  public static let doneBaselines = Section("/progress/baselines")
  public static let doneSweeps = Section("/progress/sweeps")
  public static let doneTables = Section("/progress/tables")

  /// Datasets and axes below `/progress`.
  public enum Progress {
    /// [cell, example] int8, 1 if the numbers are stored.
    public static let done = "done"
    /// In a table, [example, value] float32.
    public static let values = "values"
    /// The axis of `done`.
    public static let cell = "cell"
    /// The axis of `values`.
    public static let value = "value"
  }
}
