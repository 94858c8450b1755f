import ActivationStore
import Figures
import LabelledArrays

/// The effect of each example's difference in each other example, if a sweep is over both: every number, without
/// averaging.
struct TransferGrid {
  let grid: Grid
  /// The average effect of own and others' differences.
  let sentence: String

  /// nil if the sweep has no differences of single examples, or too many numbers to show.
  init?(_ sweep: SweepData, _ found: [FoundEffects], shown: String) {
    guard let place = sweep.axes.firstIndex(where: { $0.name == Schema.Axis.sourceExample }), sweep.examples > 1,
      sweep.cells * sweep.examples <= 250_000, let first = found.first(where: { $0.metric == shown }) ?? found.first
    else { return nil }
    let axes = sweep.axes + [LabelledAxis(Schema.Axis.example, .range(sweep.examples))]
    let layout = Grid.layout(axes.map(\.name))
    let best = first.effects.strongest(1).first.map(sweep.indices) ?? axes.map { _ in 0 }
    grid = Grid(
      id: "sweep-\(sweep.name)-transfer", title: "\(sweep.name), example by example", valueName: "value",
      axes: axes.map(Grid.Axis.init), rows: layout.rows, columns: layout.columns, facets: layout.facets,
      start: layout.facets.map { best[$0] }, runAxis: nil, places: nil, isSweep: false, isSequential: false,
      layers: found.map {
        Grid.Layer(metric: $0.metric, source: "run", arrays: [("value", $0.effects.ratios)], raw: nil)
      })
    let sources = sweep.axes[place].labels.texts.map { Int($0) ?? -1 }
    var (own, others): ([Float], [Float]) = ([], [])
    for cell in 0..<sweep.cells {
      let source = sources[sweep.indices(ofCell: cell)[place]]
      for example in 0..<sweep.examples {
        let ratio = first.effects.ratios[cell * sweep.examples + example]
        if example == source { own.append(ratio) } else { others.append(ratio) }
      }
    }
    sentence =
      "Each example's difference (down) added in each example (across), as normalised effects. On average over all cells, the effect of an example's own difference was \(tableNumber(finiteMean(own), 2)), that of others \(tableNumber(finiteMean(others), 2))."
  }

  /// The map that the page shows first, for the first forty examples.
  func figure() throws(FigureError) -> NamedFigure? {
    guard let layer = grid.layers.first, let ratios = layer.arrays.first?.values else { return nil }
    var indices = [Int](repeating: 0, count: grid.axes.count)
    for (axis, index) in zip(grid.facets, grid.start) { indices[axis] = index }
    let (down, across) = (grid.rows[0], grid.columns[0])
    let (rows, columns) = (min(40, grid.shape[down]), min(40, grid.shape[across]))
    let values = (0..<rows).map { row in
      (0..<columns).map { column -> Double in
        (indices[down], indices[across]) = (row, column)
        return grid.cell(indices).map { Double(ratios[$0]) } ?? .nan
      }
    }
    guard values.joined().contains(where: \.isFinite) else { return nil }
    let held = zip(grid.facets, grid.start).map {
      "\(axisWord(grid.axes[$0].name)) \(grid.axes[$0].labels[$1])"
    }
    let map = Heatmap(
      title: grid.title,
      subtitle: "normalised effect on \(layer.metric)\(held.isEmpty ? "" : ", \(held.joined(separator: ", "))")",
      rowsName: "difference of example", columnsName: "added in example", valueName: "effect",
      rowLabels: Array(grid.axes[down].labels.prefix(rows)),
      columnLabels: Array(grid.axes[across].labels.prefix(columns)),
      values: values, decimals: rows <= 16 ? 2 : nil)
    return NamedFigure(name: grid.id, figure: try map.figure())
  }
}
