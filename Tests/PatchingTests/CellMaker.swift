import Diagnostics
import Execution
import ModelGraph
import Patching
import TestSupport

/// Draws random cells: one to five edits of any kind, at any named node that the logits can depend on and some that
/// they do not.
struct CellMaker {
  let base: Activations
  private let other: Activations
  private let graph: ModelGraph
  private let nodes: [Node]
  private var generator: SplitMix64

  init(_ model: Model, base: Batch, other: Batch, seed: UInt64) throws {
    let graph = model.graph
    self.graph = graph
    // The logits themselves are the result; a partial run ends where their linear map begins.
    nodes = graph.nodes.filter { $0.hook != nil && $0.id < graph.logits && $0.hook != "hook_unembed" }
    let kept = Set(PartialExecutor.keptNodes(graph)).union(nodes.map(\.id))
    self.base = try Oracle(model).run(base, keeping: kept)
    self.other = try Oracle(model).run(other, keeping: kept)
    generator = SplitMix64(seed: seed)
  }

  mutating func cell() -> Cell {
    let row = Int.random(in: 0..<base.batch.rows, using: &generator)
    var edits: [PlacedEdit] = []
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard let node = nodes.randomElement(using: &generator) else { break }
      edits.append(edit(node, row: row))
      // Now and then another edit of the same node.
      if Int.random(in: 0..<4, using: &generator) == 0 { edits.append(edit(node, row: row)) }
    }
    return Cell(row: row, edits: edits)
  }

  func describe(_ cell: Cell) -> String {
    let edits = cell.edits.map { edit in
      let action = "\(edit.action)".prefix { $0 != "(" }
      return
        "\(action) \(graph[edit.node].hook?.text ?? "") \(edit.positions) \(edit.features) \(edit.sources.map { "\($0)" } ?? "")"
    }
    return "row \(cell.row): \(edits.joined(separator: "; "))"
  }

  private mutating func edit(_ node: Node, row: Int) -> PlacedEdit {
    let length = base.batch.length(row)
    let features = range(node.layout.width)
    let isPair = if case .perPair = node.layout { true } else { false }
    let sources = isPair && Bool.random(using: &generator) ? range(length) : nil
    return PlacedEdit(
      node: node.id, row: row, positions: range(length), features: features, sources: sources,
      action: action(node, features.count, row: row))
  }

  private mutating func range(_ count: Int) -> Range<Int> {
    let first = Int.random(in: 0..<count, using: &generator)
    return first..<Int.random(in: first + 1...count, using: &generator)
  }

  private mutating func action(_ node: Node, _ width: Int, row: Int) -> PlacedEdit.Action {
    let partners = (0..<base.batch.rows).filter { base.batch.length($0) == base.batch.length(row) }
    let partner = partners.randomElement(using: &generator) ?? row
    // Values are divided by a norm's scale: no zeros, and nothing that may cross zero.
    if node.hook?.text.hasSuffix("hook_scale") ?? false {
      return Bool.random(using: &generator) ? .scale(1.5) : .replace(from: other, row: partner)
    }
    let vector = (0..<width).map { _ in Float.random(in: -1...1, using: &generator) }
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: return .zero
    case 1: return .scale(Float.random(in: 0.25...1.5, using: &generator))
    case 2: return .set(vector)
    case 3: return .add(vector, times: 0.7)
    case 4: return .addDifference(of: other, row: row, minus: base, minusRow: row, times: 0.5)
    default: return .replace(from: other, row: partner)
    }
  }
}
