import Diagnostics

/// Errors of labelled arrays: an axis, label or index that does not exist, values of another kind, different examples.
public enum LabelledArrayError: DiagnosedError, Hashable {
  case noAxis(array: String, axis: String, axes: [String])
  case noLabel(array: String, axis: String, label: String, labels: [String])
  case outOfRange(array: String, axis: String, index: Int, count: Int)
  /// Some axes lack the label needed to choose a single value.
  case notOneValue(array: String, open: [String])
  case notNumbers(array: String)
  /// Two arrays that must have the same examples have different ones.
  case otherExamples(array: String, other: String)

  public var kind: FailureKind { .badData }

  public var message: String {
    switch self {
    case .noAxis(let array, let axis, let axes):
      "the array '\(array)' has no axis '\(axis)'" + suggestion(for: axis, among: axes)
    case .noLabel(let array, let axis, let label, let labels):
      "the axis '\(axis)' of '\(array)' has no label '\(label)'" + suggestion(for: label, among: labels)
    case .outOfRange(let array, let axis, let index, let count):
      "the axis '\(axis)' of '\(array)' has \(count) entries and none with the index \(index)"
    case .notOneValue(let array, let open):
      "one value of '\(array)' needs a label on every axis; it has none on \(open.joined(separator: ", "))"
    case .notNumbers(let array): "the array '\(array)' holds text, not numbers"
    case .otherExamples(let array, let other):
      "the arrays '\(array)' and '\(other)' must have the same axis 'example'"
    }
  }
}
