import Diagnostics

/// Why a figure cannot be drawn or written.
public enum FigureError: DiagnosedError, Equatable {
  /// Nothing to draw: no series, no bars, no cells, no panels.
  case empty(figure: String)
  /// A list differs in length from the list it belongs to.
  case count(what: String, found: Int, expected: Int)
  /// There are only NaN and infinite numbers.
  case noNumbers(figure: String)
  /// Numbers too large for any axis.
  case tooLarge(figure: String, value: Double)
  /// A name that ends in neither .svg nor .png.
  case format(file: String)
  case scale(Double)
  /// A picture of more pixels than certainly fit in memory.
  case tooManyPixels(width: Int, height: Int, limit: Int)
  /// librsvg's message.
  case cannotDraw(reason: String)
  case cannotWrite(file: String, reason: String)

  public var kind: FailureKind {
    if case .cannotWrite = self { .cannotCreateOutput } else { .badData }
  }

  public var message: String {
    switch self {
    case .empty(let figure): "the figure '\(visible(figure))' has nothing to show; give it at least one value"
    case .count(let what, let found, let expected): "\(visible(what)): \(found) given, but \(expected) needed"
    case .noNumbers(let figure):
      "none of the values of the figure '\(visible(figure))' is a finite number; check how they were computed"
    case .tooLarge(let figure, let value):
      "the figure '\(visible(figure))' has no room for the value \(value); values go from -1e30 to 1e30"
    case .format(let file): "the figure's file '\(visible(file))' must end in .svg or .png"
    case .scale(let scale): "the scale is \(scale); it must be from 0.1 to 10"
    case .tooManyPixels(let width, let height, let limit):
      "a picture of \(width) x \(height) pixels is too large; each edge is at most \(limit), so use a smaller scale"
    case .cannotDraw(let reason): "librsvg cannot draw the figure: \(visible(reason, limit: 300))"
    case .cannotWrite(let file, let reason): "cannot write '\(visible(file))': \(visible(reason, limit: 300))"
    }
  }
}

/// Throws if a number would overflow float arithmetic on its way to a coordinate. NaN and infinity pass: they are drawn
/// as missing.
func checkRange(_ values: some Sequence<Double>, figure: String) throws(FigureError) {
  for value in values where value.isFinite && abs(value) > 1e30 { throw .tooLarge(figure: figure, value: value) }
}
