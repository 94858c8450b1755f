import ActivationStore
import Figures
import LabelledArrays

/// The arrays of a readout as a map.
struct ReadingMap: Sendable {
  let readout: ArrayGroup
  /// The names of the arrays, the shown one first.
  let arrays: [String]
  /// Whether the values are shares of 1.
  let isSequential: Bool
  let file: ReportFile

  /// Adds the map, its figures and its table.
  /// - Returns: the places of maps in the page.
  func add(to report: inout Report) throws -> [String] {
    report.tables.append(try Table(readout, name: "readout-\(readout.name)"))
    let grids = try grids()
    report.grids += grids
    report.figures += try figures(grids.first)
    return grids.map(Page.map)
  }

  /// The arrays, one layer of the map each.
  private func grids() throws -> [Grid] {
    let names = arrays.filter { readout[$0] != nil }
    guard let first = names.first, let shape = readout[first] else { return [] }
    let axes = shape.cellAxes
    let layout = Grid.layout(axes.map(\.name))
    let examples = shape.axisNames.last == Schema.Axis.example ? readout.count(Schema.Axis.example) : 0
    let layers = try names.compactMap { name -> Grid.Layer? in
      guard let array = readout[name], array.axes == shape.axes, examples > 0 else { return nil }
      let values = try array.numbers()
      let means = (0..<axes.shape.count).map { Float(finiteMean(values[$0 * examples..<($0 + 1) * examples])) }
      return Grid.Layer(metric: name, source: "run", arrays: [("value", means)], raw: values)
    }
    return [
      Grid(
        id: "readout-\(readout.name)", title: readout.name, valueName: isSequential ? "attention" : "value",
        axes: axes.map(Grid.Axis.init), rows: layout.rows, columns: layout.columns, facets: layout.facets,
        start: layout.facets.map { _ in 0 }, runAxis: axes.firstIndex { $0.name == Schema.Axis.run }, places: nil,
        isSweep: false,
        isSequential: isSequential, layers: layers)
    ]
  }

  /// The maps of the clean run (or the only one) as figures: each head's attention, or the lens of the shown metric. If
  /// prompts are not aligned, a mean over them by position says little, so the figure is of the first prompt.
  private func figures(_ grid: Grid?) throws -> [NamedFigure] {
    guard let grid, let layer = grid.layers.first else { return [] }
    let examples = readout.count(Schema.Axis.example)
    let values: [Float]
    if file.tokens.isAligned {
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
      let who = file.tokens.isAligned ? "mean over \(counted(examples, "example"))" : "the first prompt"
      let labels = { (axes: [Int]) in grid.labels(axes, tokens: self.tokens) }
      let map = Heatmap(
        title: "\(readout.name): \(held.joined(separator: ", "))",
        subtitle: grid.isSequential
          ? "attention, \(who)" : "\(layer.metric) of the residual stream read as the output, \(who)",
        rowsName: grid.rows.map { grid.axes[$0].name }.joined(separator: ", "),
        columnsName: grid.columns.map { grid.axes[$0].name }.joined(separator: ", "),
        valueName: grid.isSequential ? "attention" : layer.metric, rowLabels: labels(grid.rows),
        columnLabels: labels(grid.columns),
        values: numbers, colours: colours, decimals: 2)
      let ending = zip(grid.facets, facet).map { "-\(fileName(grid.axes[$0].labels[$1]))" }.joined()
      return NamedFigure(name: "readout-\(readout.name)\(ending)", figure: try map.figure())
    }
  }

  private var tokens: TokenAxis? { file.tokens.isAligned ? file.tokens : TokenAxis(Array(file.prompts.prefix(1))) }
}
