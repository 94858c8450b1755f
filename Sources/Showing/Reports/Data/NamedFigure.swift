import Figures

/// A figure with the name of its file.
struct NamedFigure: Sendable {
  let name: String
  let figure: Figure
}

/// The letters, digits, points, `-` and `_` of a label, for the name of a file.
func fileName(_ label: String) -> String {
  String(label.map { $0.isLetter || $0.isNumber || [".", "-", "_"].contains($0) ? $0 : "-" })
}
