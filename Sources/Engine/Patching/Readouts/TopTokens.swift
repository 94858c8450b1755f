import Diagnostics
import Execution
import ModelGraph

/// The most likely tokens for each layer's stream if the model ended there: the top of the logit lens.
public struct TopTokens: Sendable {
  /// [layer][position][place][example]: token ids, highest score first; -1 beyond a prompt's length. Layers as for
  /// `LogitLens`.
  public let tokens: [[[[Int32]]]]
  /// Their probabilities, in the same order; NaN beyond a prompt's length.
  public let probabilities: [[[[Float]]]]
}

extension PatchingEngine {
  /// The top of the logit lens over one of the two unedited runs of a block's examples, at every position.
  /// - Parameters:
  ///   - count: how many tokens at each position.
  ///   - block: one of `blocks`.
  /// - Throws: `GraphError.notTransformer`; `RunError`.
  public func topTokens(_ count: Int, _ side: RunSide, block: Range<Int>) throws -> TopTokens {
    let anatomy = try model.graph.transformer()
    let found = try readExamples(side, of: block, keeping: Set(anatomy.streams), entries: 1) { run, _, _ in
      anatomy.streams.map { tops(count, of: $0, run, anatomy) }
    }
    func spread<T>(_ none: T, _ value: ((token: Int32, probability: Float)) -> T) -> [[[[T]]]] {
      anatomy.streams.indices.map { layer in
        (0..<prompts.longest).map { position in
          (0..<count).map { place in
            found.map { position < $0[layer].count ? value($0[layer][position][place]) : none }
          }
        }
      }
    }
    return TopTokens(tokens: spread(-1) { $0.token }, probabilities: spread(.nan) { $0.probability })
  }

  /// Checks that the vocabulary has this many tokens.
  /// - Throws: `TooFewTokens`.
  public func checkTopTokens(_ count: Int) throws {
    let vocabulary = model.graph[model.graph.logits].layout.width
    guard count <= vocabulary else { throw TooFewTokens(wanted: count, vocabulary: vocabulary) }
  }

  /// [position][place] of one example.
  private func tops(
    _ count: Int, of stream: NodeID, _ run: Activations, _ anatomy: Anatomy
  ) -> [[(token: Int32, probability: Float)]] {
    let scores = lensScores(of: stream, run, anatomy)
    let width = anatomy.unembedding.map.outputs
    return (0..<run.batch.length(0)).map { position in
      scores.withValues { all in
        let own = UnsafeBufferPointer(rebasing: all[position * width..<(position + 1) * width])
        let log = LogProbabilities(own)
        return top(count, of: own).map { (Int32($0), Float(log.probability(of: $0))) }
      }
    }
  }
}

/// The indices of the largest numbers, largest first; among equal ones, the first.
/// - Precondition: there are at least that many numbers.
private func top(_ count: Int, of numbers: UnsafeBufferPointer<Float>) -> [Int] {
  var best: [Int] = []
  for (place, number) in numbers.enumerated() where best.count < count || number > numbers[best[best.count - 1]] {
    let at = best.firstIndex { number > numbers[$0] } ?? best.count
    best.insert(place, at: at)
    if best.count > count { best.removeLast() }
  }
  return best
}

/// More tokens were requested than the vocabulary has.
public struct TooFewTokens: DiagnosedError, Equatable {
  public let wanted: Int
  public let vocabulary: Int

  public var kind: FailureKind { .badData }
  public var message: String { "the top \(wanted) tokens were requested, but the vocabulary has \(vocabulary)" }
}
