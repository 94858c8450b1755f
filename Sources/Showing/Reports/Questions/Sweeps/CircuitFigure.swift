import ActivationStore
import Figures

/// All paths of an experiment as one graph.
enum CircuitFigure {
  /// The edges of path sweeps, from each sender to each receiver of its group; without senders that are groups.
  static func edges(_ sweeps: [(sweep: SweepData, effects: CellEffects)]) -> [CircuitGraph.Edge] {
    var seen: Set<[String]> = []
    var edges: [CircuitGraph.Edge] = []
    for (sweep, effects) in sweeps where sweep.isPath {
      for cell in 0..<effects.cells where sweep.hasPath?[cell] != 0 && effects.effects[cell].value.isFinite {
        for (from, to) in ends(sweep, cell) {
          guard let sender = CircuitGraph.Part.named(from), let receiver = CircuitGraph.Part.named(to),
            seen.insert([from, to]).inserted
          else { continue }
          edges.append(
            .init(
              from: sender.part, to: receiver.part, input: receiver.input, effect: effects.effects[cell].value,
              note: sweep.name))
        }
      }
    }
    return edges
  }

  /// The strongest edges, up to this many: a graph of all would be black.
  static func strongest(_ edges: [CircuitGraph.Edge], _ count: Int = 60) -> [CircuitGraph.Edge] {
    Array(edges.filter { $0.effect != 0 }.sorted { abs($0.effect) > abs($1.effect) }.prefix(count))
  }

  static func graph(_ edges: [CircuitGraph.Edge], metric: String, name: String, keepsHidden: Bool) -> CircuitGraph? {
    let shown = strongest(edges)
    guard !shown.isEmpty else { return nil }
    let layers = shown.flatMap { [$0.from, $0.to] }.map { part -> Int in
      switch part {
      case .head(let layer, _), .mlp(let layer): layer + 1
      case .embed, .logits: 0
      }
    }.max()
    return CircuitGraph(
      title: "\(name): the strongest paths", subtitle: "width: size of the mean normalised effect on \(metric)",
      layers: layers ?? 0, edges: shown,
      threshold: CircuitGraph.threshold(leaving: 16, of: shown.map(\.effect)), keepsHidden: keepsHidden)
  }

  private static func ends(_ sweep: SweepData, _ cell: Int) -> [(String, String)] {
    let indices = sweep.indices(ofCell: cell)
    func label(_ axis: String) -> String? {
      sweep.axes.firstIndex { $0.name == axis }.map { sweep.axes[$0].labels.texts[indices[$0]] }
    }
    if let layer = label("sender_layer"), let head = label("sender_head"), let toLayer = label("receiver_layer"),
      let toHead = label("receiver_head")
    {
      return [("\(layer).\(head)", "\(toLayer).\(toHead)" + (label("input").map { ".\($0)" } ?? ""))]
    }
    guard let sender = label("sender") else { return [] }
    if let receiver = label("receiver") { return [(sender, receiver)] }
    guard case .texts(let receivers)? = sweep.attributes[Schema.Sweep.receivers] else { return [] }
    return receivers.map { (sender, $0) }
  }
}
