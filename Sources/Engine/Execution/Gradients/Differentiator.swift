import ModelGraph
import Tensors

/// Differentiates a function of a model's logits by activations and weights, under any edits: one run forward, one backward.
public struct Differentiator: Sendable {
  public let model: Model

  public init(_ model: Model) { self.model = model }

  /// Runs a batch forward under edits and pulls an objective's derivative back to nodes and weights.
  ///
  /// Rows never see each other, so a sum over rows as objective gives every row's own derivative by its activations.
  /// - Parameters:
  ///   - edits: as for `Oracle.run`; what they put in (other runs, vectors) is held constant.
  ///   - nodes: whose values to differentiate by.
  ///   - weights: whether to differentiate by all weights.
  ///   - entries: packed indices of the tokens whose logits the objective reads.
  ///   - memory: bytes that values kept for the way back may take. With less than a whole run's, the graph is cut into segments of which all but
  ///     the last are computed a second time. Nil: no bound.
  ///   - seed: from the logits [entries, vocabulary] to the objective's derivative by each of them, in the same shape.
  /// - Throws: `RunError` as `Oracle.run`, and whatever `seed` throws.
  /// - Precondition: entries lie within the batch; nodes are of the model's graph.
  public func gradients(
    _ batch: Batch, edits: [PlacedEdit] = [], of nodes: some Sequence<NodeID> = [], weights: Bool = false,
    at entries: [Int], memory: Int? = nil, seed: (Tensor) throws -> Tensor
  ) throws -> Gradients {
    try batch.validate(for: model.graph)
    precondition(entries.allSatisfy { $0 >= 0 && $0 < batch.entries }, "entries of a batch of \(batch.entries)")
    let positions = batch.positions
    let read = Entries(indices: entries, positions: entries.map { positions[$0] })
    let asked = Set(nodes)
    var tape = GradientTape(
      model: model, batch: batch, edits: edits, asked: asked, wantsWeights: weights, read: read)
    let segments = tape.segments(memory: memory)
    try tape.runForward(segments)
    let logits = tape.logits
    let derivative = try seed(logits)
    precondition(derivative.count == logits.count, "a derivative for each of \(logits.shape) logits")
    let activations = Activations(batch: batch, values: tape.kept, reports: tape.reports)
    var pass = BackwardPass(tape)
    try pass.run(segments, from: derivative)
    return Gradients(
      logits: logits, activations: activations, weights: weights ? pass.allWeightGradients : [],
      nodes: pass.askedGradients)
  }
}
