/// Sizes of text in pixels, and estimates of its width.
enum TextStyle {
  /// Fonts available everywhere; the widths below are those of the widest of them.
  static let family = "Helvetica, Arial, DejaVu Sans, sans-serif"
  static let title = 15.0
  static let label = 12.0
  static let tick = 11.0

  /// The width in pixels of a line of text in DejaVu Sans, regular; Helvetica and Arial are narrower, bold about a
  /// tenth wider.
  static func width(of text: String, size: Double) -> Double {
    let thousandths = text.unicodeScalars.reduce(0) { sum, scalar in
      let index = Int(scalar.value) - 32
      return sum + (advances.indices.contains(index) ? advances[index] : scalar.value < 32 ? 0 : 838)
    }
    return Double(thousandths) * size / 1000
  }

  /// The longest prefix of a text that fits, with an ellipsis if anything was cut off.
  static func fitting(_ text: String, size: Double, width: Double) -> String {
    if self.width(of: text, size: size) <= width { return text }
    var shown = text
    while !shown.isEmpty, self.width(of: shown + "…", size: size) > width { shown.removeLast() }
    return shown + "…"
  }

  /// Advances of U+0020...U+007E in thousandths of the size, from the `hmtx` table of DejaVu Sans 2.37. Other
  /// characters count as wide ones.
  private static let advances = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337,
    337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787,
    695, 635, 611, 732,
    684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278,
    974, 634, 612, 635,
    635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
  ]
}
