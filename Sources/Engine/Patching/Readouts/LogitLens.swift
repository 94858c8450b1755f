import Execution
import Foundation
import ModelGraph
import Tensors

/// What the residual stream would predict if the model ended there: each layer's stream goes through the real final
/// norm (with its scale recomputed) and unembedding.
public struct LogitLens: Sendable {
  /// For each metric: [layer][position][example]. The layers are the stream before block 0, 1, ... and, last, after the
  /// last block. NaN beyond a prompt's length. kl is KL(the model's own output at that position || the lens).
  public private(set) var values: [Metric: [[[Float]]]]

  /// Appends those of the examples that follow.
  mutating func append(_ next: LogitLens) {
    for (metric, layers) in next.values {
      for (layer, positions) in layers.enumerated() {
        for (position, examples) in positions.enumerated() { values[metric]?[layer][position] += examples }
      }
    }
  }
}

extension PatchingEngine {
  /// The logit lens over one of the two unedited runs, at every position.
  /// - Throws: `GraphError.notTransformer`; `RunError`.
  public func logitLens(_ side: RunSide) throws -> LogitLens {
    var whole = try logitLens(side, block: blocks[0])
    for block in blocks.dropFirst() { whole.append(try logitLens(side, block: block)) }
    return whole
  }

  /// The same for one block's examples, with the positions of all prompts.
  /// - Parameter block: one of `blocks`.
  /// - Throws: as for all examples.
  public func logitLens(_ side: RunSide, block: Range<Int>) throws -> LogitLens {
    let anatomy = try model.graph.transformer()
    // One example at a time: the scores of all its layers and positions are in memory together.
    let lenses = try readExamples(side, of: block, keeping: Set(anatomy.streams), entries: 1) {
      lens(of: $0, prompts.pairs[$2], anatomy)
    }
    let empty = [[Float]](repeating: [Float](repeating: .nan, count: block.count), count: prompts.longest)
    var values: [Metric: [[[Float]]]] = [:]
    for (index, metric) in metrics.enumerated() {
      var own = anatomy.streams.map { _ in empty }
      for (place, lens) in lenses.enumerated() {
        for layer in own.indices {
          for position in lens.indices { own[layer][position][place] = lens[position][layer][index] }
        }
      }
      values[metric] = own
    }
    return LogitLens(values: values)
  }

  /// One example's values: [position][layer][metric].
  /// - Parameter run: a run of this example alone.
  private func lens(of run: Activations, _ pair: PromptSet.Pair, _ anatomy: Anatomy) -> [[[Float]]] {
    let layers = anatomy.streams.map { lensScores(of: $0, run, anatomy) }
    let reader = MetricReader(pair: pair)
    let width = anatomy.unembedding.map.outputs
    return (0..<run.batch.length(0)).map { position in
      func at<R>(_ scores: Tensor, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        scores.withValues { body(UnsafeBufferPointer(rebasing: $0[position * width..<(position + 1) * width])) }
      }
      let own = layers.last.map { at($0) { LogProbabilities($0) } }
      return layers.map { scores in
        at(scores) { scores in metrics.map { reader.value($0, of: scores, whole: true, base: own) } }
      }
    }
  }

  /// The prediction of a run's stream, [positions, vocabulary]: through the final norm, with its scale recomputed, and
  /// the unembedding.
  func lensScores(of stream: NodeID, _ run: Activations, _ anatomy: Anatomy) -> Tensor {
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
