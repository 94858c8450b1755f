import Execution
import ModelGraph
import Tensors

/// The input of a later head that an earlier head's output goes into.
public enum CompositionInput: String, Sendable, Hashable, CaseIterable {
  case query = "Q"
  case key = "K"
  case value = "V"
}

/// How much of what each head reads comes from what each earlier head writes (Elhage et al. 2021, "A Mathematical
/// Framework for Transformer Circuits").
///
/// With rows as vectors, let OV1 = W_V W_O of the sender, and M = W_Q W_K^T, W_K W_Q^T or W_V W_O of the receiver:
/// score = |OV1 M| / (|OV1| |M|) in Frobenius norms. 0 means that nothing is read; parallel matrices of rank one reach
/// 1.
///
/// Both matrices are only ever formed as factors as wide as a head. With W_K^T W_K = R^T R, |X W_Q W_K^T| = |X W_Q
/// R^T|, and with W_V^T W_V = S^T S, |W_V W_O Y| = |S W_O Y|; so a score is the norm of the dHead x dHead product (S
/// W_O)(W_Q R^T) over the norms of its factors.
public struct CompositionScores: Sendable {
  public let layers: Int
  public let heads: Int
  /// For each input, [sender layer, sender head, receiver layer, receiver head], row-major; NaN where the sender is not
  /// in an earlier layer or one of the two matrices is 0. Heads are query heads.
  public let values: [CompositionInput: [Float]]
  /// The root mean square score of unrelated matrices (with any spectra, rotated at random): 1 / sqrt(dModel).
  public let baseline: Double

  /// - Throws: `HeadsError.noHeads`; `LinearAlgebraError` for weights too large for float32; `CancellationError`.
  public init(of model: Model, gains: NormGains = .folded, progress: (_ layer: Int) -> Void = { _ in }) throws {
    let sizes = model.graph.dimensions
    (layers, heads) = (sizes.layers, sizes.heads)
    guard layers > 0, heads > 0 else { throw HeadsError.noHeads(family: model.graph.family) }
    baseline = 1 / Double(sizes.dModel).squareRoot()
    let count = layers * heads * layers * heads
    var values = Dictionary(
      uniqueKeysWithValues: CompositionInput.allCases.map { ($0, [Float](repeating: .nan, count: count)) })
    var writers: [HeadFactors] = []
    for receiver in 0..<layers {
      try Task.checkCancellation()
      let weights = try HeadWeights(of: model, layer: receiver, gains: gains)
      for input in CompositionInput.allCases where receiver > 0 {
        let readers = try HeadFactors(reading: input, weights)
        for (sender, writer) in writers.enumerated() {
          let norms = writer.productNorms(with: readers)
          for from in 0..<heads {
            for to in 0..<heads {
              let size = writer.norms[from] * readers.norms[to]
              let index = ((sender * heads + from) * layers + receiver) * heads + to
              values[input]?[index] = size > 0 ? Float(norms[from * heads + to] / size) : .nan
            }
          }
        }
      }
      if receiver < layers - 1 { writers.append(try HeadFactors(writing: weights)) }
      progress(receiver)
    }
    self.values = values
  }

  /// A pair of heads and how they compose.
  public struct Pair: Sendable, Hashable {
    public let sender: Head
    public let receiver: Head
    public let score: Double
  }

  /// The score of one pair.
  public func score(_ input: CompositionInput, from sender: Head, to receiver: Head) -> Double {
    let index = ((sender.layer * heads + sender.head) * layers + receiver.layer) * heads + receiver.head
    return Double(values[input]?[index] ?? .nan)
  }

  /// The pairs that compose most, strongest first.
  public func strongest(_ count: Int, _ input: CompositionInput) -> [Pair] {
    let scores = values[input] ?? []
    let order = scores.indices.filter { !scores[$0].isNaN }.sorted {
      scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
    }
    return order.prefix(count).map { index in
      let (from, to) = (index / (layers * heads), index % (layers * heads))
      return Pair(
        sender: Head(layer: from / heads, head: from % heads),
        receiver: Head(layer: to / heads, head: to % heads), score: Double(scores[index]))
    }
  }
}
