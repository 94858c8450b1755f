import Foundation

/// SVG elements in the order in which they are painted. Coordinates are pixels from the top left. Numbers are written
/// with at most two decimals, so that the same figure is the same text on every machine.
struct Canvas {
  private(set) var elements: [String] = []

  enum Anchor: String {
    case start, middle, end
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: Colour, stroke: Colour? = nil, radius: Double = 0
  ) {
    elements.append(
      "<rect x=\"\(tidy(x))\" y=\"\(tidy(y))\" width=\"\(tidy(width))\" height=\"\(tidy(height))\""
        + (radius > 0 ? " rx=\"\(tidy(radius))\"" : "") + " fill=\"\(fill.text)\"" + line(stroke, 1) + "/>")
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, fill: Colour, stroke: Colour? = nil) {
    elements.append(
      "<circle cx=\"\(tidy(x))\" cy=\"\(tidy(y))\" r=\"\(tidy(radius))\" fill=\"\(fill.text)\"\(line(stroke, 1))/>")
  }

  mutating func segment(
    _ from: SIMD2<Double>, _ to: SIMD2<Double>, _ colour: Colour, width: Double = 1, dash: String = "",
    round: Bool = false
  ) {
    elements.append(
      "<line x1=\"\(tidy(from.x))\" y1=\"\(tidy(from.y))\" x2=\"\(tidy(to.x))\" y2=\"\(tidy(to.y))\"\(line(colour, width, dash))"
        + (round ? " stroke-linecap=\"round\"" : "") + "/>")
  }

  mutating func polyline(_ points: [SIMD2<Double>], _ colour: Colour, width: Double, dash: String = "") {
    elements.append(
      "<polyline points=\"\(list(points))\" fill=\"none\"\(line(colour, width, dash)) stroke-linejoin=\"round\"/>")
  }

  mutating func polygon(_ points: [SIMD2<Double>], fill: Colour, opacity: Double = 1, stroke: Colour? = nil) {
    elements.append(
      "<polygon points=\"\(list(points))\" fill=\"\(fill.text)\""
        + (opacity < 1 ? " fill-opacity=\"\(tidy(opacity))\"" : "")
        + line(stroke, 1) + "/>")
  }

  /// - Parameter turn: degrees clockwise about the anchor.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = TextStyle.tick, anchor: Anchor = .start,
    colour: Colour = .ink,
    bold: Bool = false, turn: Double = 0
  ) {
    elements.append(
      "<text x=\"\(tidy(x))\" y=\"\(tidy(y))\" font-size=\"\(tidy(size))\" text-anchor=\"\(anchor.rawValue)\" "
        + "fill=\"\(colour.text)\"" + (bold ? " font-weight=\"bold\"" : "")
        + (turn == 0 ? "" : " transform=\"rotate(\(tidy(turn)) \(tidy(x)) \(tidy(y)))\"")
        + ">\(escapedMarkup(text))</text>")
  }

  /// A cubic Bezier curve with two control points.
  mutating func curve(
    _ from: SIMD2<Double>, _ first: SIMD2<Double>, _ second: SIMD2<Double>, _ to: SIMD2<Double>, _ colour: Colour,
    width: Double, dash: String = ""
  ) {
    let points = "M\(list([from])) C\(list([first, second, to]))"
    elements.append("<path d=\"\(points)\" fill=\"none\"\(line(colour, width, dash))/>")
  }

  /// Begins a group with attributes and a title, which pages show when it is pointed at; `close` ends it.
  mutating func open(title: String, _ attributes: [(String, String)] = []) {
    let list = attributes.map { " \($0)=\"\(escapedMarkup($1))\"" }.joined()
    elements.append("<g\(list)><title>\(escapedMarkup(title))</title>")
  }

  mutating func close() { elements.append("</g>") }

  /// Everything on a light ground of its own, so that a dark page around it changes nothing. No element has an id, so
  /// that one page can hold several figures.
  func document(width: Double, height: Double, title: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(tidy(width))" height="\(tidy(height))" \
    viewBox="0 0 \(tidy(width)) \(tidy(height))" role="img" font-family="\(TextStyle.family)">
    <title>\(escapedMarkup(title))</title>
    <rect width="\(tidy(width))" height="\(tidy(height))" rx="6" fill="\(Colour.ground.text)"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  private func line(_ colour: Colour?, _ width: Double, _ dash: String = "") -> String {
    guard let colour else { return "" }
    return " stroke=\"\(colour.text)\" stroke-width=\"\(tidy(width))\""
      + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
  }

  private func list(_ points: [SIMD2<Double>]) -> String {
    points.map { "\(tidy($0.x)),\(tidy($0.y))" }.joined(separator: " ")
  }
}

/// A number for SVG: at most two decimals, no trailing zeros, no "-0".
func tidy(_ value: Double) -> String {
  precondition(value.isFinite && abs(value) < 1e9, "the coordinate \(value)")
  let hundredths = Int((value * 100).rounded())
  let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
}

/// A number with at most six decimals, for attributes read by programs.
func tidyLong(_ value: Double) -> String { value.isFinite ? "\((value * 1e6).rounded() / 1e6)" : "0" }

/// The largest power of ten that is not above a positive number.
func power(of value: Double) -> Double { pow(10, (log10(value) + 1e-9).rounded(.down)) }
