import Diagnostics

/// Why examples cannot be analysed.
public enum AnalysisError: DiagnosedError, Equatable {
  /// A row holds a number that is NaN or infinite.
  case notFinite(example: Int, feature: Int)
  /// The numbers are so large that their squares overflow float32.
  case tooLarge(feature: Int)
  /// The numbers of labels and rows differ.
  case labelCount(labels: Int, examples: Int)
  /// A label that names no class.
  case labelOutside(example: Int, label: Int, classes: Int)
  /// A label to be predicted is NaN or infinite.
  case labelNotFinite(example: Int)
  /// All examples are of one class.
  case oneClass(String)
  /// A method for two classes was given more.
  case notTwoClasses(method: String, found: Int)
  /// A class without an example, or with fewer than the method needs.
  case tooFewInClass(name: String, found: Int, needed: Int)
  case tooFewExamples(purpose: String, found: Int, needed: Int)
  case tooFewPairs(found: Int, needed: Int)
  /// The two sides of the pairs do not match.
  case unevenPairs(first: Int, second: Int)
  /// All examples are the same, at least as far as the method can see.
  case noVariance(method: String)
  /// Rows of different widths were given to one analysis.
  case otherWidth(found: Int, expected: Int)
  /// A penalty's strength is not a positive number.
  case penalty(method: String, value: Double)
  /// A share that must lie between 0 and 1.
  case share(name: String, value: Double)
  /// A split would leave a class without examples on one side.
  case splitLeavesNone(className: String, side: String)
  /// More clusters or components requested than there can be.
  case tooMany(what: String, asked: Int, limit: Int)
  case noConvergence(method: String, steps: Int)

  public var kind: FailureKind { .badData }
}
