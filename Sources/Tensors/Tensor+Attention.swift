import CKernels
import Foundation

/// The heads of an attention layer as its kernels see them.
public struct AttentionShape: Sendable, Hashable {
  public let queryHeads: Int
  public let keyValueHeads: Int
  public let dHead: Int

  /// - Precondition: query heads share key-value heads evenly.
  public init(queryHeads: Int, keyValueHeads: Int, dHead: Int) {
    precondition(keyValueHeads > 0 && queryHeads % keyValueHeads == 0, "\(queryHeads) heads on \(keyValueHeads)")
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.dHead = dHead
  }

  func keyValueHead(of head: Int) -> Int { head / (queryHeads / keyValueHeads) }
}

extension Tensor {
  /// Attention scores of one prompt: q [n, queryHeads, dHead] and k [n, keyValueHeads, dHead] -> [queryHeads, n, n], written to `out`.
  ///
  /// A destination's sources outside `visible(destination)` get -infinity. With a soft cap, scores are cap tanh(scores / cap).
  /// - Parameter first: the packed index of the prompt's first token in both tensors.
  public static func attentionScores(
    q: Tensor, k: Tensor, first: Int, positions n: Int, shape: AttentionShape, scale: Float, softCap: Float?,
    visible: (Int) -> Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    let (queryWidth, keyWidth) = (shape.queryHeads * shape.dHead, shape.keyValueHeads * shape.dHead)
    precondition((first + n) * queryWidth <= q.count && (first + n) * keyWidth <= k.count, "tokens within the batch")
    q.withValues { q in
      k.withValues { k in
        for head in 0..<shape.queryHeads {
          let keys = k.baseAddress! + first * keyWidth + shape.keyValueHead(of: head) * shape.dHead
          for destination in 0..<n {
            let row = out + (head * n + destination) * n
            row.initialize(repeating: -.infinity, count: n)
            let sources = visible(destination)
            guard !sources.isEmpty else { continue }
            let target = row + sources.lowerBound
            pb_attention_scores(
              target, q.baseAddress! + (first + destination) * queryWidth + head * shape.dHead,
              keys + sources.lowerBound * keyWidth, Int64(keyWidth), Int64(sources.count), Int64(shape.dHead), scale)
            if let softCap { pb_soft_cap(target, target, softCap, Int64(sources.count)) }
          }
        }
      }
    }
  }

  /// The softmax of each row of a prompt's scores [rows, n], in place of `values`.
  public static func softmaxRows(_ values: UnsafeMutablePointer<Float>, rows: Int, width: Int) {
    pb_softmax(values, Int64(rows), Int64(width))
  }

  /// Weighted means of values of one prompt: pattern [queryHeads, n, n] and v [n, keyValueHeads, dHead] -> [n, queryHeads, dHead].
  public static func attentionMix(
    pattern: UnsafePointer<Float>, v: Tensor, first: Int, positions n: Int, shape: AttentionShape,
    into out: UnsafeMutablePointer<Float>
  ) {
    let (queryWidth, valueWidth) = (shape.queryHeads * shape.dHead, shape.keyValueHeads * shape.dHead)
    precondition((first + n) * valueWidth <= v.count, "tokens within the batch")
    v.withValues { v in
      for head in 0..<shape.queryHeads {
        let values = v.baseAddress! + first * valueWidth + shape.keyValueHead(of: head) * shape.dHead
        for destination in 0..<n {
          pb_attention_mix(
            out + destination * queryWidth + head * shape.dHead, pattern + (head * n + destination) * n, values,
            Int64(valueWidth), Int64(n), Int64(shape.dHead))
        }
      }
    }
  }

  /// Rotates the leading `2 * inverseFrequencies.count` features of every head by angles that grow with the position (half-split form).
  /// - Parameters:
  ///   - heads: how many heads a row holds: [rows, heads * dHead].
  ///   - positions: each row's position in its prompt.
  public func rotated(heads: Int, positions: [Int], inverseFrequencies: [Float], amplitude: Float) -> Tensor {
    let rows = positions.count
    guard rows > 0 else { return self }
    precondition(count % (rows * heads) == 0, "\(shape) by \(rows) rows of \(heads) heads")
    let width = count / (rows * heads)
    let half = inverseFrequencies.count
    precondition(2 * half <= width, "\(2 * half) rotated features of \(width)")
    var cosines = [Float](repeating: 0, count: half)
    var sines = cosines
    return Tensor(shape: shape) { out in
      withValues { x in
        for (row, position) in positions.enumerated() {
          for i in 0..<half {
            let angle = Float(position) * inverseFrequencies[i]
            cosines[i] = cosf(angle) * amplitude
            sines[i] = sinf(angle) * amplitude
          }
          for head in 0..<heads {
            let at = (row * heads + head) * width
            pb_rotate(out.baseAddress! + at, x.baseAddress! + at, cosines, sines, Int64(2 * half), Int64(width))
          }
        }
      }
    }
  }
}
