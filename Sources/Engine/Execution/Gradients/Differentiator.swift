import ModelGraph
import Tensors

/// Differentiates a function of a model's logits with respect to activations and weights, under any edits: one run
/// forward, one backward.
public struct Differentiator: Sendable {
  public let model: Model

  public init(_ model: Model) { self.model = model }

  /// Runs a batch forward under edits and propagates an objective's derivative back to nodes and weights.
  ///
  /// Rows never see each other, so an objective that is a sum over rows gives every row its own derivative with respect
  /// to its activations.
  /// - Parameters:
  ///   - edits: as for `Oracle.run`; the values they put in (other runs, vectors) are held constant.
  ///   - nodes: the nodes to differentiate with respect to.
  ///   - weights: whether to differentiate with respect to all weights.
  ///   - entries: packed indices of the tokens whose logits the objective reads.
  ///   - memory: how many bytes the values kept for the backward pass may take. With less than a whole run needs, the
  ///     graph is cut into segments, and all but the last are computed a second time. nil for no limit.
  ///   - seed: maps the logits [entries, vocabulary] to the objective's derivative with respect to each of them, in the
  ///     same shape.
  /// - Throws: `RunError` as `Oracle.run`, and whatever `seed` throws.
  /// - Precondition: the entries are within the batch; the nodes are of the model's graph.
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
