import CKernels

/// Vector-Jacobian products of one prompt's attention; pointers are to dense rows, as in `Tensor+Attention`.
extension Tensor {
  /// Through the mean of values weighted by the pattern.
  /// - Parameters:
  ///   - gradient: with respect to z, [n, queryHeads, dHead].
  ///   - pattern: [queryHeads, n, n].
  ///   - values: [n, keyValueHeads, dHead].
  ///   - sources: for each destination, the sources whose weights need a derivative; that of the others is set to 0.
  ///     Sources outside must have weight 0.
  ///   - byPattern: set, [queryHeads, n, n].
  ///   - byValues: added to, [n, keyValueHeads, dHead].
  package static func attentionMixGradients(
    gradient: UnsafePointer<Float>, pattern: UnsafePointer<Float>, values: UnsafePointer<Float>, positions n: Int,
    shape: AttentionShape, sources: (Int) -> Range<Int>, byPattern: UnsafeMutablePointer<Float>,
    byValues: UnsafeMutablePointer<Float>
  ) {
    for destination in 0..<n {
      let range = sources(destination)
      for head in 0..<shape.queryHeads {
        let g = gradient + destination * shape.queryWidth + head * shape.dHead
        let at = (head * n + destination) * n
        let row = byPattern + at
        clear(row, outside: range, count: n)
        guard !range.isEmpty else { continue }
        let first = range.lowerBound * shape.keyValueWidth + shape.keyValueHead(of: head) * shape.dHead
        pb_attention_scores(
          row + range.lowerBound, g, values + first, Int64(shape.keyValueWidth), Int64(range.count), Int64(shape.dHead),
          1)
        pb_attention_spread(
          byValues + first, pattern + at + range.lowerBound, g, Int64(shape.keyValueWidth), Int64(range.count),
          Int64(shape.dHead))
      }
    }
  }

  /// Through the softmax over sources: g and the pattern [rows, width] -> [rows, width], written to `out`, which may be
  /// g.
  package static func softmaxGradient(
    gradient: UnsafePointer<Float>, pattern: UnsafePointer<Float>, rows: Int, width: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    pb_softmax_vjp(out, gradient, pattern, Int64(rows), Int64(width))
  }

  /// Through the scaled, perhaps soft-capped, products of queries and keys.
  /// - Parameters:
  ///   - gradient: with respect to the scores, [queryHeads, n, n]; read at visible sources only, since the other scores
  ///     are constants.
  ///   - byQueries: set, [n, queryHeads, dHead].
  ///   - byKeys: added to, [n, keyValueHeads, dHead].
  package static func attentionScoresGradients(
    gradient: UnsafePointer<Float>, queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, positions n: Int,
    shape: AttentionShape, scale: Float, softCap: Float?, visible: (Int) -> Range<Int>,
    byQueries: UnsafeMutablePointer<Float>, byKeys: UnsafeMutablePointer<Float>
  ) {
    let width = Int64(shape.dHead)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * n) { scratch in
      let (products, row) = (scratch.baseAddress!, scratch.baseAddress! + n)
      for destination in 0..<n {
        let range = visible(destination)
        let count = Int64(range.count)
        for head in 0..<shape.queryHeads {
          let query = queries + destination * shape.queryWidth + head * shape.dHead
          let target = byQueries + destination * shape.queryWidth + head * shape.dHead
          guard !range.isEmpty else {
            target.update(repeating: 0, count: shape.dHead)
            continue
          }
          let first = range.lowerBound * shape.keyValueWidth + shape.keyValueHead(of: head) * shape.dHead
          let from = gradient + (head * n + destination) * n + range.lowerBound
          if let softCap {
            pb_attention_scores(products, query, keys + first, Int64(shape.keyValueWidth), count, width, scale)
            pb_soft_cap_vjp(row, from, products, softCap, count)
            pb_scale(row, row, scale, count)
          } else {
            pb_scale(row, from, scale, count)
          }
          pb_attention_mix(target, row, keys + first, Int64(shape.keyValueWidth), count, width)
          pb_attention_spread(byKeys + first, row, query, Int64(shape.keyValueWidth), count, width)
        }
      }
    }
  }

  private static func clear(_ row: UnsafeMutablePointer<Float>, outside range: Range<Int>, count n: Int) {
    for hidden in [0..<range.lowerBound, range.upperBound..<n] where !hidden.isEmpty {
      (row + hidden.lowerBound).update(repeating: 0, count: hidden.count)
    }
  }
}
