import ModelGraph
import Tensors

/// Runs cells by computing only what their edits change and the results need.
///
/// Everything else is read from the base run. Nothing is computed below the edited node or at positions before the
/// first changed one; in the last block only the last position's query and MLP are computed, and of the unembedding
/// only the needed columns. Cells are packed: at each node, the changed positions of all cells are the rows of one
/// product. `Oracle.run(cells:)` computes the same without shortcuts.
public struct PartialExecutor: Sendable {
  let model: Model
  let base: Activations
  let columns: ScoreColumns
  let unembedding: Unembedding
  /// For each row of the base batch, the needed scores of the unedited run.
  let baseScores: [[Float]]

  /// - Parameters:
  ///   - base: the run whose rows the cells edit, with `keptNodes` and every node that will be edited.
  ///   - columns: the scores needed.
  /// - Precondition: the base run has what is needed.
  public init(_ model: Model, base: Activations, columns: ScoreColumns) throws {
    self.model = model
    self.base = base
    self.columns = columns
    unembedding = Unembedding(model)
    precondition(Self.keptNodes(model.graph).allSatisfy { base[$0] != nil }, "the base run holds what others build on")
    let rows = Array(0..<base.batch.rows)
    let reader = BaseReader(model: model, base: base)
    let last = reader.values(of: unembedding.input, at: Entries.last(base.batch))
    baseScores = unembedding.scores(last, rows: rows, columns: columns)
  }

  /// The nodes of a base run that a partial run may read: what the residual stream sums, and what attention reads and
  /// writes.
  public static func keptNodes(_ graph: ModelGraph) -> [NodeID] {
    let reachable = graph.ancestors(of: [graph.logits])
    var kept = Set<NodeID>()
    for node in graph.nodes where reachable[node.id.index] {
      switch node.operation {
      case .sum: kept.formUnion(node.inputs + [node.id])
      case .attentionScores: kept.formUnion(node.inputs)
      case .attentionMix: kept.formUnion([node.inputs[1], node.id])
      default: break
      }
    }
    return kept.sorted()
  }

  /// Runs cells of the base batch.
  /// - Parameter frozen: nodes that keep the base run's value whatever their inputs do, except for their own edits.
  /// - Throws: `RunError.editOutsideRow` for an edit that would have no effect.
  public func run(cells: [Cell], frozen: Set<NodeID> = []) throws -> CellResults {
    guard !cells.isEmpty else { return CellResults(scores: [], changeNorms: [], productOperations: 0) }
    try check(cells)
    var pass = PartialPass(self, cells: cells, frozen: frozen)
    return pass.run()
  }

  /// The values of some nodes in cells of the base batch, at every position.
  /// - Parameter frozen: as for `run`.
  /// - Throws: as `run`.
  public func values(of targets: [NodeID], cells: [Cell], frozen: Set<NodeID> = []) throws -> ChangedValues {
    guard !cells.isEmpty, !targets.isEmpty else { return ChangedValues(blocks: [:]) }
    try check(cells)
    var pass = PartialPass(self, cells: cells, frozen: frozen, targets: targets)
    return ChangedValues(blocks: pass.runToTargets())
  }

  private func check(_ cells: [Cell]) throws {
    for cell in cells {
      for edit in cell.edits {
        precondition(edit.node <= unembedding.input, "logits are read, not edited")
        try edit.check(model.graph[edit.node], base.batch)
      }
    }
  }
}

/// The values of nodes in some cells, where they differ from the base run.
public struct ChangedValues: Sendable {
  let blocks: [NodeID: PartialPass.Block]

  /// A node's changed positions in a cell, with an action that puts its values there into another run; nil if nothing
  /// changed.
  public func change(of node: NodeID, cell: Int) -> (positions: Range<Int>, action: PlacedEdit.Action)? {
    guard let block = blocks[node], !block.set.ranges[cell].isEmpty else { return nil }
    let range = block.set.ranges[cell]
    return (range, .rows(block.value, first: block.set.starts[cell], position: range.lowerBound))
  }
}
