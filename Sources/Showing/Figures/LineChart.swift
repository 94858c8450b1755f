/// Lines over a common axis, each with an optional confidence band: an outcome against a coefficient, for example.
public struct LineChart: Hashable, Sendable {
  public struct Series: Hashable, Sendable {
    public var name: String
    public var x: [Double]
    /// As many as `x`; the line breaks at a NaN.
    public var y: [Double]
    /// The band's lower and upper edges, as many as `x`; it breaks where one is NaN.
    public var low, high: [Double]?

    public init(name: String, x: [Double], y: [Double], low: [Double]? = nil, high: [Double]? = nil) {
      (self.name, self.x, self.y, self.low, self.high) = (name, x, y, low, high)
    }
  }

  public var title: String
  public var subtitle: String?
  public var xName, yName: String
  public var series: [Series]
  /// The range of the y axis; nil to fit the numbers. Lines are cut off at its edges.
  public var yRange: ClosedRange<Double>?
  /// Whether the y axis includes 0 if `yRange` is nil.
  public var withZero: Bool
  public var width = 640.0
  public var height = 400.0

  public init(
    title: String, subtitle: String? = nil, xName: String, yName: String, series: [Series],
    yRange: ClosedRange<Double>? = nil, withZero: Bool = false
  ) {
    (self.title, self.subtitle, self.xName, self.yName) = (title, subtitle, xName, yName)
    (self.series, self.yRange, self.withZero) = (series, yRange, withZero)
  }

  public func figure() throws(FigureError) -> Figure {
    let (xs, ys) = try checked()
    var frame = Frame(width: width)
    frame.title(title, subtitle)
    if series.count > 1 || series.contains(where: { $0.low != nil }) {
      frame.legend(series.map(\.name)) { canvas, index, x, y in
        let style = SeriesStyle(index)
        canvas.segment([x, y], [x + 24, y], style.colour, width: 2, dash: style.dash)
        canvas.circle(x + 12, y, 3, fill: style.colour)
      }
    }
    let fixed = yRange.map { span([$0.lowerBound, $0.upperBound], withZero: false) }
    let (yDomain, yTicks) = fixed.map { ($0, Ticks(in: $0)) } ?? Ticks.around(span(ys, withZero: withZero))
    let (left, right) = (44 + Frame.width(of: yTicks.values.map(yTicks.label)), width - 24)
    let (top, bottom) = (frame.top + 14, height - 48)
    let x = Scale(domain: span(xs, withZero: false), start: left + 8, end: right - 8)
    let y = Scale(domain: yDomain, start: bottom, end: top)
    frame.yAxis(yTicks, y, left: left, right: right, name: yName)
    frame.xAxis(
      Ticks(in: x.domain, count: 7), x, top: top, bottom: bottom, name: xName,
      lines: x.domain.lowerBound < 0 && x.domain.upperBound > 0)
    frame.canvas.segment([left, bottom], [right, bottom], .muted)
    for (index, series) in series.enumerated() { drawBand(series, SeriesStyle(index), x, y, &frame.canvas) }
    for (index, series) in series.enumerated() { drawLine(series, SeriesStyle(index), x, y, &frame.canvas) }
    return Figure(title: title, width: width, height: height, frame.canvas)
  }

  /// All finite numbers along both axes.
  private func checked() throws(FigureError) -> (x: [Double], y: [Double]) {
    var (xs, ys): ([Double], [Double]) = ([], [])
    for series in series {
      for (what, list) in [("values", series.y), ("lower edges", series.low), ("upper edges", series.high)] {
        if let list, list.count != series.x.count {
          throw .count(what: "\(what) of the series '\(series.name)'", found: list.count, expected: series.x.count)
        }
      }
      if (series.low == nil) != (series.high == nil) {
        throw .count(what: "edges of the band of the series '\(series.name)'", found: 1, expected: 2)
      }
      xs += series.x
      ys += series.y + (series.low ?? []) + (series.high ?? [])
    }
    if xs.isEmpty { throw .empty(figure: title) }
    try checkRange(xs + ys, figure: title)
    if let yRange { try checkRange([yRange.lowerBound, yRange.upperBound], figure: title) }
    guard xs.contains(where: \.isFinite), ys.contains(where: \.isFinite) else { throw .noNumbers(figure: title) }
    return (xs, ys)
  }

  private func drawLine(_ series: Series, _ style: SeriesStyle, _ x: Scale, _ y: Scale, _ canvas: inout Canvas) {
    let points = zip(series.x, series.y).map { SIMD2($0, $1) }
    for run in points.split(whereSeparator: { !$0.x.isFinite || !$0.y.isFinite }) {
      for piece in clipped(Array(run), to: y.domain) where piece.count > 1 {
        canvas.polyline(piece.map { [x($0.x), y($0.y)] }, style.colour, width: 2, dash: style.dash)
      }
    }
    // Dots only if they can be told apart.
    guard points.count <= 60 else { return }
    for point in points where point.x.isFinite && y.domain.contains(point.y) {
      canvas.circle(x(point.x), y(point.y), 3, fill: style.colour, stroke: .ground)
    }
  }

  private func drawBand(_ series: Series, _ style: SeriesStyle, _ x: Scale, _ y: Scale, _ canvas: inout Canvas) {
    guard let low = series.low, let high = series.high else { return }
    func inside(_ value: Double) -> Double { y(min(max(value, y.domain.lowerBound), y.domain.upperBound)) }
    let all = series.x.indices
    for run in all.split(whereSeparator: { ![series.x[$0], low[$0], high[$0]].allSatisfy(\.isFinite) }) {
      canvas.polygon(
        run.map { [x(series.x[$0]), inside(low[$0])] } + run.reversed().map { [x(series.x[$0]), inside(high[$0])] },
        fill: style.colour, opacity: 0.18)
    }
  }
}

/// A line cut where it leaves a range of y and resumed where it returns; SVG's own clipping needs ids, which must be
/// unique in a page.
func clipped(_ points: [SIMD2<Double>], to range: ClosedRange<Double>) -> [[SIMD2<Double>]] {
  var pieces: [[SIMD2<Double>]] = []
  for (a, b) in zip(points, points.dropFirst()) {
    // The part of the segment inside, as shares of its length.
    var (first, last) = (0.0, 1.0)
    if a.y == b.y {
      if !range.contains(a.y) { continue }
    } else {
      let edges = [range.lowerBound, range.upperBound].map { ($0 - a.y) / (b.y - a.y) }.sorted()
      (first, last) = (max(first, edges[0]), min(last, edges[1]))
      if first >= last { continue }
    }
    let start = first == 0 ? a : a + (b - a) * first
    let end = last == 1 ? b : a + (b - a) * last
    if first == 0, pieces.last?.last == start {
      pieces[pieces.count - 1].append(end)
    } else {
      pieces.append([start, end])
    }
  }
  return pieces
}
