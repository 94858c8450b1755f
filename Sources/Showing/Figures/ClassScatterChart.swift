/// Points by two numbers, coloured by their class: examples on two components.
public struct ClassScatterChart: Hashable, Sendable {
  /// The points of one class.
  public struct Series: Hashable, Sendable {
    public var name: String
    /// The coordinates, equally many; points that are not finite are left out.
    public var x, y: [Double]

    public init(name: String, x: [Double], y: [Double]) { (self.name, self.x, self.y) = (name, x, y) }
  }

  public var title: String
  public var subtitle: String?
  public var xName, yName: String
  public var series: [Series]
  public var width = 560.0
  public var height = 460.0

  public init(title: String, subtitle: String? = nil, xName: String, yName: String, series: [Series]) {
    (self.title, self.subtitle, self.xName, self.yName) = (title, subtitle, xName, yName)
    self.series = series
  }

  public func figure() throws(FigureError) -> Figure {
    for series in series where series.x.count != series.y.count {
      throw .count(what: "values of the series '\(series.name)'", found: series.y.count, expected: series.x.count)
    }
    let all = series.map { zip($0.x, $0.y).filter { $0.isFinite && $1.isFinite } }
    if series.allSatisfy(\.x.isEmpty) { throw .empty(figure: title) }
    try checkRange(series.flatMap { $0.x + $0.y }, figure: title)
    guard all.contains(where: { !$0.isEmpty }) else { throw .noNumbers(figure: title) }
    var frame = Frame(width: width)
    frame.title(title, subtitle)
    if series.count > 1 {
      frame.legend(series.map(\.name)) { canvas, index, x, y in draw(index, x + 14, y, 4, on: &canvas) }
    }
    let (xDomain, xTicks) = Ticks.around(span(all.joined().map(\.0), withZero: false))
    let (yDomain, yTicks) = Ticks.around(span(all.joined().map(\.1), withZero: false))
    let (left, right) = (44 + Frame.width(of: yTicks.values.map(yTicks.label)), width - 24)
    let (top, bottom) = (frame.top + 14, height - 48)
    let x = Scale(domain: xDomain, start: left, end: right)
    let y = Scale(domain: yDomain, start: bottom, end: top)
    frame.yAxis(yTicks, y, left: left, right: right, name: yName)
    frame.xAxis(xTicks, x, top: top, bottom: bottom, name: xName, lines: true)
    let radius = all.joined().count > 400 ? 2.5 : 3.5
    // Alternate between classes, so that none covers all others.
    for place in 0..<(all.map(\.count).max() ?? 0) {
      for (index, points) in all.enumerated() where place < points.count {
        draw(index, x(points[place].0), y(points[place].1), radius, on: &frame.canvas)
      }
    }
    return Figure(title: title, width: width, height: height, frame.canvas)
  }

  /// Seven colours as discs, then as squares; from the fifteenth class on, they repeat.
  private func draw(_ index: Int, _ x: Double, _ y: Double, _ radius: Double, on canvas: inout Canvas) {
    let colour = Colour.series[index % Colour.series.count]
    if index / Colour.series.count % 2 == 0 {
      canvas.circle(x, y, radius, fill: colour, stroke: .ground)
    } else {
      canvas.rectangle(x - radius, y - radius, 2 * radius, 2 * radius, fill: colour, stroke: .ground)
    }
  }
}
