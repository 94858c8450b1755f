/// A drawn figure: SVG text, which depends on nothing but what was drawn.
public struct Figure: Hashable, Sendable {
  public let title: String
  /// In pixels (CSS pixels, 96 an inch).
  public let width, height: Double
  /// A whole SVG document on a light ground of its own; it can also stand inside an HTML page, next to others.
  public let svg: String

  /// The same to stand inside a page, in the page's own colours: ground, text, muted text and lines are `var(--fig-ground)`, `--fig-ink`, `--fig-muted`,
  /// `--fig-grid`, and of the series the two that are dark, `--fig-blue` and `--fig-black`, with those of `svg` where the page sets none. Coloured cells keep theirs, so this is for charts rather than for `Heatmap`.
  public var inlineSVG: String {
    let names: [(Colour, String)] = [
      (.ground, "ground"), (.ink, "ink"), (.muted, "muted"), (.grid, "grid"), (Colour.series[0], "blue"),
      (Colour(0x000000), "black"),
    ]
    return names.reduce(svg) { text, colour in
      text.replacing("\"\(colour.0.text)\"", with: "\"var(--fig-\(colour.1), \(colour.0.text))\"")
    }
  }

  init(title: String, width: Double, height: Double, _ canvas: Canvas) {
    (self.title, self.width, self.height) = (title, width, height)
    svg = canvas.document(width: width, height: height, title: title)
  }

  /// Writes the figure, over a file that may be there: as text when the name ends in .svg, as a picture when it ends in .png.
  /// The file appears under its name only when it is whole.
  /// - Parameter scale: pixels of a PNG for each pixel of the figure.
  public func write(to path: String, scale: Double = 2) throws(FigureError) {
    let bytes: [UInt8]
    if path.lowercased().hasSuffix(".svg") {
      bytes = Array(svg.utf8)
    } else if path.lowercased().hasSuffix(".png") {
      bytes = try png(scale: scale)
    } else {
      throw .format(file: path)
    }
    try writeWhole(bytes, to: path)
  }

  /// The picture as the bytes of a PNG file.
  /// - Parameter scale: pixels for each pixel of the figure, 0.1...10.
  public func png(scale: Double = 2) throws(FigureError) -> [UInt8] {
    guard scale >= 0.1, scale <= 10 else { throw .scale(scale) }
    return try renderPNG(
      svg: Array(svg.utf8), width: Int((width * scale).rounded(.up)), height: Int((height * scale).rounded(.up)))
  }
}
