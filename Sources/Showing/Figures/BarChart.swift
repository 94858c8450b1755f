/// Horizontal bars from 0, so that long names (layers, sites) can be read; several series are stacked below each name.
public struct BarChart: Hashable, Sendable {
  public struct Series: Hashable, Sendable {
    public var name: String
    /// One for each name; NaN draws no bar.
    public var values: [Double]
    /// Ends of the error bars, one for each name; NaN draws none.
    public var low, high: [Double]?

    public init(name: String, values: [Double], low: [Double]? = nil, high: [Double]? = nil) {
      (self.name, self.values, self.low, self.high) = (name, values, low, high)
    }
  }

  public var title: String
  public var subtitle: String?
  public var valueName: String
  /// From the top.
  public var names: [String]
  public var series: [Series]
  public var width = 680.0

  public init(title: String, subtitle: String? = nil, valueName: String, names: [String], series: [Series]) {
    (self.title, self.subtitle, self.valueName) = (title, subtitle, valueName)
    (self.names, self.series) = (names, series)
  }

  public func figure() throws(FigureError) -> Figure {
    let all = try checked()
    let names = names.map { TextStyle.fitting($0, size: TextStyle.tick, width: width * 0.4) }
    var frame = Frame(width: width)
    frame.title(title, subtitle)
    if series.count > 1 {
      frame.legend(series.map(\.name)) { canvas, index, x, y in
        canvas.rectangle(x + 6, y - 6, 16, 12, fill: fill(index))
      }
    }
    let bar = series.count == 1 ? 14.0 : max(7, 12 - Double(series.count))
    let row = bar * Double(series.count) + 8
    let (left, right) = (28 + Frame.width(of: names), width - 24)
    let top = frame.top + 12
    let bottom = top + row * Double(names.count)
    let (domain, ticks) = Ticks.around(span(all, withZero: true))
    let x = Scale(domain: domain, start: left, end: right)
    frame.xAxis(ticks, x, top: top, bottom: bottom, name: valueName, lines: true)
    for (place, name) in names.enumerated() {
      let y = top + row * Double(place)
      frame.canvas.text(name, left - 8, y + row / 2 + 4, anchor: .end)
      for (index, series) in series.enumerated() {
        drawBar(series, place, x, y + 4 + bar * Double(index), bar, fill(index), &frame.canvas)
      }
    }
    frame.canvas.segment([x(0), top], [x(0), bottom], .ink)
    return Figure(title: title, width: width, height: (bottom + 48).rounded(.up), frame.canvas)
  }

  /// A little lighter than lines of the same series, so that error bars are visible on it.
  private func fill(_ index: Int) -> Colour { SeriesStyle(index).colour.mixed(.ground, 0.25) }

  private func drawBar(
    _ series: Series, _ place: Int, _ x: Scale, _ y: Double, _ height: Double, _ colour: Colour, _ canvas: inout Canvas
  ) {
    let value = series.values[place]
    if value.isFinite {
      canvas.rectangle(min(x(0), x(value)), y, abs(x(value) - x(0)), height - 1, fill: colour)
    }
    guard let low = series.low?[place], let high = series.high?[place], low.isFinite, high.isFinite else { return }
    let middle = y + (height - 1) / 2
    canvas.segment([x(low), middle], [x(high), middle], .ink)
    for end in [x(low), x(high)] { canvas.segment([end, middle - 3], [end, middle + 3], .ink) }
  }

  private func checked() throws(FigureError) -> [Double] {
    if names.isEmpty || series.isEmpty { throw .empty(figure: title) }
    var all: [Double] = []
    for series in series {
      for (what, list) in [("values", series.values), ("lower ends", series.low), ("upper ends", series.high)] {
        guard let list else { continue }
        if list.count != names.count {
          throw .count(what: "\(what) of the series '\(series.name)'", found: list.count, expected: names.count)
        }
        all += list
      }
      if (series.low == nil) != (series.high == nil) {
        throw .count(what: "ends of the error bars of the series '\(series.name)'", found: 1, expected: 2)
      }
    }
    try checkRange(all, figure: title)
    guard all.contains(where: \.isFinite) else { throw .noNumbers(figure: title) }
    return all
  }
}
