/// How the values of a sweep's cells are found. Raw values are the words of experiment and results files.
public enum SweepMethod: String, Sendable, Hashable, CaseIterable {
  /// Each cell is a run.
  case exact
  /// Attribution patching: all cells are estimated from the gradient at the base run.
  case attribution
  /// Both, with their agreement.
  case both

  /// Whether cells are run.
  var runs: Bool { self != .attribution }

  /// Whether cells are estimated.
  var estimates: Bool { self != .exact }
}
