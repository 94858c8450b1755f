import Execution
import Foundation
import ModelGraph
import Tensors

/// What the residual stream would say if the model ended there: each layer's stream through the real final norm (its scale recomputed) and
/// unembedding.
public struct LogitLens: Sendable {
  /// For each metric: [layer][position][example]; the layers are the stream before block 0, 1, ... and, last, after the last block. NaN beyond a
  /// prompt's length. kl is KL(the model's own output at that position || the lens).
  public let values: [Metric: [[[Float]]]]
}

extension PatchingEngine {
  /// The logit lens over one of the two unedited runs, at every position.
  /// - Throws: `GraphError.notTransformer`; `RunError`.
  public func logitLens(_ side: RunSide) throws -> LogitLens {
    let anatomy = try model.graph.transformer()
    let batch = try prompts.batch(side)
    let empty = [[Float]](repeating: [Float](repeating: .nan, count: prompts.count), count: prompts.longest)
    var values: [Metric: [[[Float]]]] = [:]
    for metric in metrics { values[metric] = anatomy.streams.map { _ in empty } }
    for example in 0..<batch.rows {
      let run = try Oracle(model).run(batch.gathering(rows: [example]), keeping: Set(anatomy.streams))
      let lenses = anatomy.streams.map { stream in scores(of: stream, run, anatomy) }
      let reader = MetricReader(pair: prompts.pairs[example])
      let width = anatomy.unembedding.map.outputs
      func at(_ lens: Tensor, _ position: Int) -> [Float] {
        lens.withValues { Array($0[position * width..<(position + 1) * width]) }
      }
      for position in 0..<batch.length(example) {
        let own = lenses.last.map { at($0, position).withUnsafeBufferPointer { LogProbabilities($0) } }
        for (layer, lens) in lenses.enumerated() {
          at(lens, position).withUnsafeBufferPointer { scores in
            for metric in metrics {
              values[metric]?[layer][position][example] = reader.value(metric, of: scores, whole: true, base: own)
            }
          }
        }
      }
    }
    return LogitLens(values: values)
  }

  /// [positions, vocabulary]
  private func scores(of stream: NodeID, _ run: Activations, _ anatomy: Anatomy) -> Tensor {
    guard var vector = run[stream] else { preconditionFailure("the streams were kept") }
    if let norm = anatomy.finalNorm {
      let centred = norm.kind == .layer
      let scale = vector.normScale(epsilon: norm.epsilon, centred: centred)
      vector = vector.normalized(by: scale, centred: centred)
        .affine(
          gain: model.weights[norm.gain], offset: norm.gainOffset, bias: norm.bias.map { model.weights[$0] })
    }
    let map = anatomy.unembedding.map
    let logits = vector.linear(
      model.weights[map.weight], transposed: map.orientation == .outputsByInputs,
      bias: map.bias.map { model.weights[$0] })
    return anatomy.unembedding.softCap.map { logits.applying(.softCap($0)) } ?? logits
  }
}
