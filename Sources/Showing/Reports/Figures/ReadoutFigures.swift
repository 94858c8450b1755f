import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// What was read off the unedited runs.
struct ReadoutFigures {
  let readout: ArrayGroup
  let data: ReportData

  /// `attention`, `logit_lens` or `direct_logit_attribution`; by what is in it where the file does not say.
  var kind: String {
    readout.text(Schema.Readout.read)
      ?? (readout[Schema.Readout.pattern] != nil
        ? "attention" : readout.axis("part") != nil ? "direct_logit_attribution" : "logit_lens")
  }

  /// A part of the residual stream, how much of the logit difference is its own work.
  struct Part: Sendable {
    let run: String
    let name: String
    let interval: Interval
  }

  /// Of each run the parts with their bounds, the largest first; the same order in all runs.
  func parts() throws -> [Part] {
    guard let array = readout[Schema.Readout.logitDiff],
      array.axisNames == [Schema.Axis.run, "part", Schema.Axis.example]
    else { return [] }
    let (runs, names, examples) = (
      readout.labels(Schema.Axis.run), readout.labels("part"), readout.count(Schema.Axis.example)
    )
    guard examples > 0 else { return [] }
    let means = CellEffects.bootstrap.means(ofRows: array.floats, examples: examples)
    let width = names.count
    func size(_ part: Int) -> Double { runs.indices.map { abs(means[$0 * width + part].value) }.max() ?? 0 }
    let order = names.indices.sorted { (size($0), $1) > (size($1), $0) }
    return runs.indices.flatMap { run in
      order.map { Part(run: runs[run], name: names[$0], interval: means[run * width + $0]) }
    }
  }

  /// The parts with the largest means.
  func bars(_ parts: [Part], shown: Int = 15) throws -> NamedFigure? {
    let runs = readout.labels(Schema.Axis.run)
    let names = Array(parts.filter { $0.run == runs.first }.map(\.name).prefix(shown))
    guard !names.isEmpty else { return nil }
    let series = runs.map { run -> BarChart.Series in
      let own = Array(parts.filter { $0.run == run }.prefix(shown))
      return BarChart.Series(
        name: "\(run) run", values: own.map(\.interval.value), low: own.map(\.interval.low),
        high: own.map(\.interval.high))
    }
    let all = readout.count("part")
    let chart = BarChart(
      title: "\(readout.name): whose work the logit difference is",
      subtitle:
        "direct logit attribution, the \(names.count) largest of \(all) parts; 95 % bootstrap over \(counted(readout.count(Schema.Axis.example), "example"))",
      valueName: "part of the logit difference", names: names, series: series)
    return NamedFigure(name: "readout-\(readout.name)", figure: try chart.figure())
  }

  /// The arrays that are maps: attention by head, the lens by metric.
  func grids() -> [Grid] {
    let names = kind == "attention" ? [Schema.Readout.pattern] : data.metrics.filter { readout[$0] != nil }
    guard kind != "direct_logit_attribution", let first = names.first, let shape = readout[first] else {
      return []
    }
    let axes = shape.cellAxes
    let layout = Grid.layout(axes.map(\.name))
    let examples = shape.axisNames.last == Schema.Axis.example ? readout.count(Schema.Axis.example) : 0
    let layers = names.compactMap { name -> Grid.Layer? in
      guard let array = readout[name], array.axes == shape.axes, examples > 0 else { return nil }
      let values = array.floats
      let means = (0..<axes.shape.count).map { Float(finiteMean(values[$0 * examples..<($0 + 1) * examples])) }
      return Grid.Layer(metric: name, source: "run", arrays: [("value", means)], raw: values)
    }
    let isSequential = kind == "attention"
    return [
      Grid(
        id: "readout-\(readout.name)", title: readout.name, valueName: isSequential ? "attention" : "value",
        axes: axes.map(Grid.Axis.init), rows: layout.rows, columns: layout.columns, facets: layout.facets,
        start: layout.facets.map { _ in 0 }, runAxis: axes.firstIndex { $0.name == Schema.Axis.run }, places: nil,
        isSweep: false,
        isSequential: isSequential, layers: layers)
    ]
  }

  /// The maps of the clean run (or the only one) as figures: each head's attention, the lens of the shown metric. Where prompts are not aligned a mean over
  /// them by position says little: then of the first prompt.
  func maps() throws -> [NamedFigure] {
    guard let grid = grids().first, let layer = grid.layers.first else { return [] }
    let examples = readout.count(Schema.Axis.example)
    let values: [Float]
    if data.tokens.isAligned {
      values = layer.arrays[0].values
    } else {
      guard let raw = layer.raw else { return [] }
      values = stride(from: 0, to: raw.count, by: max(1, examples)).map { raw[$0] }
    }
    let facets = grid.entries(grid.facets).prefix(24)
    return try facets.compactMap { facet -> NamedFigure? in
      var indices = [Int](repeating: 0, count: grid.axes.count)
      for (axis, index) in zip(grid.facets, facet) { indices[axis] = index }
      let (rows, columns) = (grid.entries(grid.rows), grid.entries(grid.columns))
      guard rows.count <= 200, columns.count <= 200 else { return nil }
      let numbers = rows.map { row in
        columns.map { column -> Double in
          for (axis, index) in zip(grid.rows, row) { indices[axis] = index }
          for (axis, index) in zip(grid.columns, column) { indices[axis] = index }
          return grid.cell(indices).map { Double(values[$0]) } ?? .nan
        }
      }
      guard numbers.joined().contains(where: \.isFinite) else { return nil }
      let held = zip(grid.facets, facet).map { "\(grid.axes[$0].name) \(grid.axes[$0].labels[$1])" }
      let colours: ColourScale = grid.isSequential ? .sequential(0...1) : .diverging()
      let who = data.tokens.isAligned ? "mean over \(counted(examples, "example"))" : "the first prompt"
      let labels = { (axes: [Int]) in grid.labels(axes, tokens: self.tokens) }
      let map = Heatmap(
        title: "\(readout.name): \(held.joined(separator: ", "))",
        subtitle: grid.isSequential
          ? "attention, \(who)" : "\(layer.metric) of the residual stream read as output, \(who)",
        rowsName: grid.rows.map { grid.axes[$0].name }.joined(separator: ", "),
        columnsName: grid.columns.map { grid.axes[$0].name }.joined(separator: ", "),
        valueName: grid.isSequential ? "attention" : layer.metric, rowLabels: labels(grid.rows),
        columnLabels: labels(grid.columns),
        values: numbers, colours: colours, decimals: 2)
      let ending = zip(grid.facets, facet).map { "-\(fileName(grid.axes[$0].labels[$1]))" }.joined()
      return NamedFigure(name: "readout-\(readout.name)\(ending)", figure: try map.figure())
    }
  }

  private var tokens: TokenAxis? { data.tokens.isAligned ? data.tokens : TokenAxis(Array(data.prompts.prefix(1))) }
}

/// Letters, digits, points, `-` and `_` of a label, for the name of a file.
func fileName(_ label: String) -> String {
  String(label.map { $0.isLetter || $0.isNumber || [".", "-", "_"].contains($0) ? $0 : "-" })
}
