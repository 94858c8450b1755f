import ModelGraph
import Tensors

/// The plain executor: it computes every node that the requested ones depend on, for every token, in order. Faster ways
/// to compute the same are tested against it.
public struct Oracle: Sendable {
  public let model: Model

  public init(_ model: Model) { self.model = model }

  /// Runs a batch under edits and returns the requested activations.
  ///
  /// The scores over the vocabulary are the only value that is computed for chosen tokens only: request them with
  /// `lastLogits`, which computes everything between the last block and the logits only at each prompt's last token.
  /// - Parameters:
  ///   - edits: applied to a node's value as soon as it is computed, in order.
  ///   - keeping: the nodes to return, each for all tokens.
  /// - Returns: the activations, with a report for each edit.
  /// - Throws: `RunError` for input that does not fit the graph or an edit that would never fire.
  public func run(_ batch: Batch, edits: [PlacedEdit] = [], keeping: some Sequence<NodeID>) throws -> Activations {
    try execute(batch, edits: edits, keeping: Set(keeping), lastLogits: false).activations
  }

  /// Runs a batch and returns the logits at every prompt's last token, [rows, vocabulary], in addition to the requested
  /// activations.
  /// - Throws: as `run`.
  public func lastLogits(
    _ batch: Batch, edits: [PlacedEdit] = [], keeping: some Sequence<NodeID> = []
  ) throws -> (logits: Tensor, activations: Activations) {
    let result = try execute(batch, edits: edits, keeping: Set(keeping), lastLogits: true)
    guard let logits = result.logits else { preconditionFailure("the logits were requested") }
    return (logits, result.activations)
  }

  private func execute(
    _ batch: Batch, edits: [PlacedEdit], keeping: Set<NodeID>, lastLogits: Bool
  ) throws -> (activations: Activations, logits: Tensor?) {
    try batch.validate(for: model.graph)
    var pass = OraclePass(model: model, batch: batch, edits: edits, keeping: keeping, lastLogits: lastLogits)
    return try pass.run()
  }
}

/// One run of the oracle.
private struct OraclePass {
  let model: Model
  let batch: Batch
  let edits: [PlacedEdit]
  let keeping: Set<NodeID>
  let lastLogits: Bool
  let evaluator: NodeEvaluator
  let needs: [Need]
  var values: [Tensor?]
  var consumersLeft: [Int]
  var reports: [EditReport?]
  var kept: [NodeID: Tensor] = [:]

  init(model: Model, batch: Batch, edits: [PlacedEdit], keeping: Set<NodeID>, lastLogits: Bool) {
    self.model = model
    self.batch = batch
    self.edits = edits
    self.keeping = keeping
    self.lastLogits = lastLogits
    evaluator = NodeEvaluator(graph: model.graph, weights: model.weights)
    needs = Need.settled(model.graph, whole: keeping.union(edits.map(\.node)), logits: lastLogits)
    values = [Tensor?](repeating: nil, count: model.graph.nodes.count)
    consumersLeft = [Int](repeating: 0, count: model.graph.nodes.count)
    for node in model.graph.nodes where needs[node.id.index] != .none {
      for input in node.inputs { consumersLeft[input.index] += 1 }
    }
    reports = [EditReport?](repeating: nil, count: edits.count)
  }

  mutating func run() throws -> (activations: Activations, logits: Tensor?) {
    let graph = model.graph
    let editsByNode = Dictionary(grouping: edits.indices, by: { edits[$0].node })
    let (all, last) = (Entries.all(batch), Entries.last(batch))
    var logits: Tensor?

    for node in graph.nodes where needs[node.id.index] != .none {
      let isLast = needs[node.id.index] == .last
      let inputs = node.inputs.map { input(of: $0, atLast: isLast) }
      var value = evaluator.value(of: node, inputs: inputs, entries: isLast ? last : all, batch: batch)
      for index in editsByNode[node.id] ?? [] {
        reports[index] = try edits[index].apply(to: &value, of: node, batch: batch)
      }
      for input in node.inputs { release(input) }
      if lastLogits, node.id == graph.logits { logits = isLast ? value : value.gatheringRows(batch.lastEntries) }
      if keeping.contains(node.id) { kept[node.id] = value }
      values[node.id.index] = consumersLeft[node.id.index] > 0 ? value : nil
    }
    // An edit of a node that no requested node depends on had no effect; reporting that is up to the resolver, which
    // knows the names.
    let done = reports.map { $0 ?? EditReport(numbersWritten: 0, changeNorm: 0) }
    return (Activations(batch: batch, values: kept, reports: done), logits)
  }

  private func input(of id: NodeID, atLast: Bool) -> Tensor {
    guard let value = values[id.index] else { preconditionFailure("a node is computed before its readers") }
    return atLast && needs[id.index] == .all ? value.gatheringRows(batch.lastEntries) : value
  }

  private mutating func release(_ id: NodeID) {
    consumersLeft[id.index] -= 1
    if consumersLeft[id.index] == 0 { values[id.index] = nil }
  }
}
