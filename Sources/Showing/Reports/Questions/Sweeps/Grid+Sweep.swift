import ActivationStore
import LabelledArrays

extension Grid {
  /// A sweep's grid, without the values of single examples.
  init(_ sweep: SweepData, id: String, layers: [Layer], strongest: Int?) {
    let display = SenderGrid(sweep)
    let axes = display?.axes ?? sweep.axes
    var layout = Grid.layout(axes.map(\.name))
    // A list of named places is easier to read as rows.
    if axes.count == 1, case .texts = axes[0].labels { layout = ([0], [], []) }
    var start = layout.facets.map { _ in 0 }
    if let strongest, display == nil {
      let indices = sweep.indices(ofCell: strongest)
      start = layout.facets.map { indices[$0] }
    }
    self.init(
      id: id, title: sweep.name, valueName: "effect", axes: axes.map(Axis.init), rows: layout.rows,
      columns: layout.columns, facets: layout.facets, start: start, runAxis: nil, places: display?.places,
      isSweep: true,
      isSequential: false, layers: layers)
  }
}

/// Senders that are heads and MLPs, arranged by layer: a map of layers by heads instead of a long list.
struct SenderGrid {
  let axes: [LabelledAxis]
  /// For each place of the map, the cell; -1 for none.
  let places: [Int]

  /// nil if the sweep has no list of senders, or has others (groups of heads, embeddings) than heads and MLPs of
  /// layers.
  init?(_ sweep: SweepData) {
    guard sweep.axes.count == 1, sweep.axes[0].name == "sender" else { return nil }
    let names = sweep.axes[0].labels.texts
    var found: [(layer: Int, column: Int, cell: Int)] = []
    let mlp = Int.max
    for (cell, name) in names.enumerated() {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      if parts[0] == "mlp", let layer = Int(parts[1]) {
        found.append((layer, mlp, cell))
      } else if let layer = Int(parts[0]), let head = Int(parts[1]) {
        found.append((layer, head, cell))
      } else {
        return nil
      }
    }
    let layers = Set(found.map(\.layer)).sorted()
    let columns = Set(found.map(\.column)).sorted()
    guard columns.count > 1, layers.count > 1 else { return nil }
    axes = [
      LabelledAxis("layer", .integers(layers)),
      LabelledAxis("head", .texts(columns.map { $0 == mlp ? "MLP" : "\($0)" })),
    ]
    var places = [Int](repeating: -1, count: layers.count * columns.count)
    for one in found {
      guard let row = layers.firstIndex(of: one.layer), let column = columns.firstIndex(of: one.column) else {
        continue
      }
      places[row * columns.count + column] = one.cell
    }
    self.places = places
  }
}
