import CKernels
import Foundation

/// The heads of an attention layer, as kernels need them.
public struct AttentionShape: Sendable, Hashable {
  public let queryHeads: Int
  public let keyValueHeads: Int
  public let dHead: Int

  /// - Precondition: the key-value heads are shared evenly by the query heads.
  public init(queryHeads: Int, keyValueHeads: Int, dHead: Int) {
    precondition(keyValueHeads > 0 && queryHeads % keyValueHeads == 0, "\(queryHeads) heads on \(keyValueHeads)")
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.dHead = dHead
  }

  func keyValueHead(of head: Int) -> Int { head / (queryHeads / keyValueHeads) }
  var queryWidth: Int { queryHeads * dHead }
  var keyValueWidth: Int { keyValueHeads * dHead }
}

/// One prompt's attention. Pointers are to dense rows; callers make sure that they hold what the shapes say.
extension Tensor {
  /// Attention scores of some destinations of one prompt: [queryHeads, destinations, n], written to `out`.
  ///
  /// A destination's sources outside `visible(destination)` get -infinity. With a soft cap, scores are cap tanh(scores
  /// / cap).
  /// - Parameters:
  ///   - queries: [destinations, queryHeads, dHead]
  ///   - destinations: their positions in the prompt.
  ///   - keys: [n, keyValueHeads, dHead], for the whole prompt.
  package static func attentionScores(
    queries: UnsafePointer<Float>, destinations: Range<Int>, keys: UnsafePointer<Float>, positions n: Int,
    shape: AttentionShape, scale: Float, softCap: Float?, visible: (Int) -> Range<Int>,
    into out: UnsafeMutablePointer<Float>
  ) {
    for (place, destination) in destinations.enumerated() {
      let sources = visible(destination)
      for head in 0..<shape.queryHeads {
        let row = out + (head * destinations.count + place) * n
        for hidden in [0..<sources.lowerBound, sources.upperBound..<n] where !hidden.isEmpty {
          (row + hidden.lowerBound).update(repeating: -.infinity, count: hidden.count)
        }
        guard !sources.isEmpty else { continue }
        let target = row + sources.lowerBound
        pb_attention_scores(
          target, queries + place * shape.queryWidth + head * shape.dHead,
          keys + sources.lowerBound * shape.keyValueWidth + shape.keyValueHead(of: head) * shape.dHead,
          Int64(shape.keyValueWidth), Int64(sources.count), Int64(shape.dHead), scale)
        if let softCap { pb_soft_cap(target, target, softCap, Int64(sources.count)) }
      }
    }
  }

  /// The softmax of each row of scores [rows, width], in place.
  package static func softmaxRows(_ values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    pb_softmax(values, Int64(rows), Int64(width))
  }

  /// Weighted means of one prompt's values for some destinations: [destinations, queryHeads, dHead], written to `out`.
  /// - Parameters:
  ///   - pattern: [queryHeads, destinations, n]
  ///   - values: [n, keyValueHeads, dHead]
  package static func attentionMix(
    pattern: UnsafePointer<Float>, destinations: Int, values: UnsafePointer<Float>, positions n: Int,
    shape: AttentionShape, into out: UnsafeMutablePointer<Float>
  ) {
    for head in 0..<shape.queryHeads {
      for place in 0..<destinations {
        pb_attention_mix(
          out + place * shape.queryWidth + head * shape.dHead, pattern + (head * destinations + place) * n,
          values + shape.keyValueHead(of: head) * shape.dHead, Int64(shape.keyValueWidth), Int64(n),
          Int64(shape.dHead))
      }
    }
  }

  /// Rotates the leading `2 * inverseFrequencies.count` features of every head by angles that grow with the position.
  /// - Parameters:
  ///   - heads: how many heads a row holds: [rows, heads * dHead].
  ///   - positions: each row's position in its prompt.
  /// - adjacentPairs: whether feature 2i is rotated with 2i + 1 instead of i with i + `inverseFrequencies.count`.
  public func rotated(
    heads: Int, positions: [Int], inverseFrequencies: [Float], amplitude: Float, adjacentPairs: Bool = false
  ) -> Tensor {
    let rows = positions.count
    guard rows > 0 else { return self }
    precondition(count % (rows * heads) == 0, "\(shape) by \(rows) rows of \(heads) heads")
    let width = count / (rows * heads)
    let half = inverseFrequencies.count
    precondition(2 * half <= width, "\(2 * half) rotated features of \(width)")
    var cosines = [Float](repeating: 0, count: half)
    var sines = cosines
    var prepared: Int?
    let rotate = adjacentPairs ? pb_rotate_adjacent : pb_rotate
    return Tensor(shape: shape) { out in
      withValues { x in
        for (row, position) in positions.enumerated() {
          if prepared != position {
            for i in 0..<half {
              let angle = Float(position) * inverseFrequencies[i]
              cosines[i] = cosf(angle) * amplitude
              sines[i] = sinf(angle) * amplitude
            }
            prepared = position
          }
          for head in 0..<heads {
            let at = (row * heads + head) * width
            rotate(out.baseAddress! + at, x.baseAddress! + at, cosines, sines, Int64(2 * half), Int64(width))
          }
        }
      }
    }
  }
}
