/// Points by two numbers, with the line on which the two are equal: estimates against what they estimate.
public struct ScatterChart: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    public var x, y: Double
    public var name: String

    public init(x: Double, y: Double, name: String) { (self.x, self.y, self.name) = (x, y, name) }
  }

  public var title: String
  public var subtitle: String?
  public var xName, yName: String
  /// Points that are not numbers are left out.
  public var points: [Point]
  /// How many points are labelled with their names: those farthest from 0.
  public var named: Int
  public var width = 560.0
  public var height = 460.0

  public init(
    title: String, subtitle: String? = nil, xName: String, yName: String, points: [Point], named: Int = 6
  ) {
    (self.title, self.subtitle, self.xName, self.yName) = (title, subtitle, xName, yName)
    (self.points, self.named) = (points, named)
  }

  public func figure() throws(FigureError) -> Figure {
    if points.isEmpty { throw .empty(figure: title) }
    try checkRange(points.flatMap { [$0.x, $0.y] }, figure: title)
    let shown = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard !shown.isEmpty else { throw .noNumbers(figure: title) }
    var frame = Frame(width: width)
    frame.title(title, subtitle)
    let (xDomain, xTicks) = Ticks.around(span(shown.map(\.x), withZero: true))
    let (yDomain, yTicks) = Ticks.around(span(shown.map(\.y), withZero: true))
    let (left, right) = (44 + Frame.width(of: yTicks.values.map(yTicks.label)), width - 24)
    let (top, bottom) = (frame.top + 14, height - 48)
    let x = Scale(domain: xDomain, start: left, end: right)
    let y = Scale(domain: yDomain, start: bottom, end: top)
    frame.yAxis(yTicks, y, left: left, right: right, name: yName)
    frame.xAxis(xTicks, x, top: top, bottom: bottom, name: xName, lines: true)
    let (low, high) = (max(xDomain.lowerBound, yDomain.lowerBound), min(xDomain.upperBound, yDomain.upperBound))
    if low < high {
      frame.canvas.segment([x(low), y(low)], [x(high), y(high)], .muted, width: 1.5, dash: "5 4")
      let text = "estimate = run"
      frame.canvas.text(
        text, min(x(high), right - TextStyle.width(of: text, size: TextStyle.tick)), y(high) - 5, colour: .muted)
    }
    for point in shown {
      frame.canvas.open(title: "\(point.name): \(Self.text(point.x)), \(Self.text(point.y))")
      frame.canvas.circle(x(point.x), y(point.y), 4, fill: Colour.series[0], stroke: .ground)
      frame.canvas.close()
    }
    let size = (x: xDomain.upperBound - xDomain.lowerBound, y: yDomain.upperBound - yDomain.lowerBound)
    func far(_ point: Point) -> Double { abs(point.x) / size.x + abs(point.y) / size.y }
    var taken: [SIMD2<Double>] = []
    for point in shown.sorted(by: { far($0) > far($1) }).prefix(named) {
      let place = SIMD2(x(point.x), y(point.y))
      // A name that would overlap another is left to the table.
      if taken.contains(where: { abs($0.y - place.y) < 13 && abs($0.x - place.x) < 44 }) { continue }
      taken.append(place)
      let isRight = place.x > right - 60
      frame.canvas.text(
        TextStyle.fitting(point.name, size: TextStyle.tick, width: 120), place.x + (isRight ? -8 : 8), place.y + 4,
        anchor: isRight ? .end : .start)
    }
    return Figure(title: title, width: width, height: height, frame.canvas)
  }

  private static func text(_ value: Double) -> String { Figures.shown(value, 3) }
}
