/// A drawn figure: SVG text that depends only on what was drawn.
public struct Figure: Hashable, Sendable {
  public let title: String
  /// In pixels (CSS pixels, 96 an inch).
  public let width, height: Double
  /// A whole SVG document on a light ground of its own; it can also be placed in an HTML page, next to others.
  public let svg: String

  /// The same for use in a page, in the page's own colours: ground, text, muted text and lines are `var(--fig-ground)`,
  /// `--fig-ink`, `--fig-muted` and `--fig-grid`, and the two dark series colours `--fig-blue` and `--fig-black`. Where
  /// the page does not set them, those of `svg` apply. Coloured cells keep their colours, so this is for charts rather
  /// than for `Heatmap`.
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

  /// Writes the figure, replacing any existing file: as text if the name ends in .svg, as a picture if it ends in .png.
  /// The file appears under its name only when it is complete.
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
