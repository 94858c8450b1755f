import ActivationStore
import Analysis
import Figures

/// The figures of one sweep, for the shown metric.
struct SweepFigures {
  let sweep: SweepData
  let effects: CellEffects
  let grid: Grid
  let file: ReportFile
  let metric: String
  let isEstimated: Bool

  private var title: String { "\(sweep.name): effect on \(metric)\(isEstimated ? ", estimated" : "")" }
  private var subtitle: String {
    "mean of normalised effects over \(counted(file.prompts.count, "example")); 0: no change, 1: the other run is reached"
  }

  /// A chart inside the page, if it is easier to read than a map: curves over coefficients, bars of a single axis; nil
  /// otherwise.
  func chart() throws -> NamedFigure? {
    guard effects.effects.contains(where: \.value.isFinite) else { return nil }
    let coefficients = sweep.axes.indices.filter { sweep.axes[$0].name.hasPrefix("coefficient") }
    if coefficients.count == 1, case .numbers(let numbers) = sweep.axes[coefficients[0]].labels, numbers.count > 1 {
      return NamedFigure(name: "sweep-\(sweep.name)-curves", figure: try curves(coefficients[0], numbers).figure())
    }
    guard sweep.axes.count == 1, grid.places == nil, coefficients.isEmpty, sweep.axes[0].count <= 60 else { return nil }
    return NamedFigure(name: "sweep-\(sweep.name)-bars", figure: try bars().figure())
  }

  /// The whole sweep as one map; axes with choosers in the page become additional rows. For very long sweeps, only the
  /// part with the strongest cell.
  func map() throws -> NamedFigure? {
    guard effects.effects.contains(where: \.value.isFinite) else { return nil }
    var down = grid.facets + grid.rows
    var fixed: [Int: Int] = [:]
    // Facets are fixed at what the page shows first, starting with the outermost, until the map has a readable size.
    for (facet, start) in zip(grid.facets, grid.start) where down.reduce(1, { $0 * grid.shape[$1] }) > 160 {
      fixed[facet] = start
      down.removeAll { $0 == facet }
    }
    // The map of a sweep with heads is by layer and head, whatever its outermost axis.
    down.sort()
    let (rows, columns) = (grid.entries(down), grid.entries(grid.columns))
    guard rows.count <= 400, columns.count <= 400 else { return nil }
    let values = rows.map { row in
      columns.map { column -> Double in
        var indices = [Int](repeating: 0, count: grid.axes.count)
        for (axis, index) in fixed { indices[axis] = index }
        for (axis, index) in zip(down, row) { indices[axis] = index }
        for (axis, index) in zip(grid.columns, column) { indices[axis] = index }
        return grid.cell(indices).map { effects.effects[$0].value } ?? .nan
      }
    }
    guard values.joined().contains(where: \.isFinite) else { return nil }
    let held = fixed.keys.sorted().map { "\(grid.axes[$0].name) \(grid.axes[$0].labels[fixed[$0] ?? 0])" }
    func name(_ axes: [Int]) -> String { axes.map { axisWord(grid.axes[$0].name) }.joined(separator: ", ") }
    let map = Heatmap(
      title: title + (held.isEmpty ? "" : " at \(held.joined(separator: ", "))"), subtitle: subtitle,
      rowsName: name(down), columnsName: name(grid.columns), valueName: "effect",
      rowLabels: grid.labels(down, tokens: file.tokens), columnLabels: grid.labels(grid.columns, tokens: file.tokens),
      values: values, decimals: 2)
    return NamedFigure(name: "sweep-\(sweep.name)", figure: try map.figure())
  }

  /// Estimates compared with runs.
  func scatter(_ estimated: CellEffects) throws -> NamedFigure? {
    let points = effects.effects.indices.map { cell in
      ScatterChart.Point(
        x: effects.changes[cell], y: estimated.changes[cell], name: sweep.labels(ofCell: cell).joined(separator: "."))
    }
    guard points.contains(where: { $0.x.isFinite && $0.y.isFinite }) else { return nil }
    let fit = sweep.correlations(metric).map {
      "Pearson \(tableNumber($0.pearson, 2)), Spearman \(tableNumber($0.spearman, 2)) over \(points.count) cells; "
    }
    let chart = ScatterChart(
      title: "\(sweep.name): estimated against run",
      subtitle: "\(fit ?? "")mean change of \(metric), a point for each cell",
      xName: "change when run", yName: "change estimated from one gradient", points: points)
    return NamedFigure(name: "sweep-\(sweep.name)-estimates", figure: try chart.figure())
  }

  private func curves(_ axis: Int, _ numbers: [Double]) throws -> LineChart {
    let others = sweep.axes.indices.filter { $0 != axis }
    var lines: [[Int]: [Int]] = [:]
    for cell in 0..<effects.cells {
      let indices = sweep.indices(ofCell: cell)
      lines[others.map { indices[$0] }, default: []].append(cell)
    }
    func size(_ cells: [Int]) -> Double { cells.map { abs(effects.effects[$0].value) }.filter(\.isFinite).max() ?? 0 }
    let strongest = Set(
      lines.sorted { (size($0.value), $1.key.description) > (size($1.value), $0.key.description) }.prefix(7).map(\.key))
    let shown = lines.keys.filter { strongest.contains($0) }.sorted { $0.lexicographicallyPrecedes($1) }
    let series = shown.map { key -> LineChart.Series in
      let cells = (lines[key] ?? []).map { (numbers[sweep.indices(ofCell: $0)[axis]], effects.effects[$0]) }.sorted {
        $0.0 < $1.0
      }
      let name = zip(others, key).map {
        "\(axisWord(sweep.axes[$0].name)) \(grid.label($0, $1, tokens: file.tokens))"
      }
      return LineChart.Series(
        name: name.isEmpty ? sweep.name : name.joined(separator: ", "), x: cells.map(\.0), y: cells.map(\.1.value),
        low: cells.map(\.1.low), high: cells.map(\.1.high))
    }
    let note = lines.count > shown.count ? "the \(shown.count) with the largest effects of \(lines.count); " : ""
    return LineChart(
      title: title, subtitle: "\(note)bands: 95 % bootstrap over \(counted(file.prompts.count, "example"))",
      xName: "coefficient", yName: "effect", series: series, withZero: true)
  }

  private func bars() throws -> BarChart {
    let labels = grid.axes[0].labels.indices.map { grid.label(0, $0, tokens: file.tokens) }
    let numbers = if case .texts = sweep.axes[0].labels { false } else { true }
    return BarChart(
      title: title, subtitle: subtitle + "; 95 % bootstrap", valueName: "effect",
      names: labels.map { numbers ? "\(axisWord(sweep.axes[0].name)) \($0)" : $0 },
      series: [
        .init(
          name: metric, values: effects.effects.map(\.value), low: effects.effects.map(\.low),
          high: effects.effects.map(\.high))
      ])
  }
}
