import ModelGraph
import Tensors

/// The arithmetic of the three attention operations over whole prompts.
struct AttentionEvaluator {
  let batch: Batch

  /// q [entries, heads, dHead], k [entries, keyValueHeads, dHead] -> perPair scores.
  func scores(q: Tensor, k: Tensor, _ spec: AttentionSpec) -> Tensor {
    let layout = Layout.perPair(heads: spec.queryHeads)
    return Tensor(shape: [batch.count(layout)]) { out in
      for row in 0..<batch.rows {
        let n = batch.length(row)
        Tensor.attentionScores(
          q: q, k: k, first: batch.offsets[row], positions: n, shape: spec.shape, scale: spec.scale,
          softCap: spec.softCap, visible: { spec.visibleSources(of: $0, positions: n) },
          into: out.baseAddress! + batch.range(ofRow: row, layout: layout).lowerBound)
      }
    }
  }

  /// The softmax over sources of perPair scores.
  func pattern(scores: Tensor, heads: Int) -> Tensor {
    var pattern = scores
    pattern.withMutableValues { values in
      for row in 0..<batch.rows {
        let start = batch.range(ofRow: row, layout: .perPair(heads: heads)).lowerBound
        let n = batch.length(row)
        Tensor.softmaxRows(values.baseAddress! + start, rows: heads * n, width: n)
      }
    }
    return pattern
  }

  /// perPair pattern, v [entries, keyValueHeads, dHead] -> z [entries, heads, dHead].
  func mix(pattern: Tensor, v: Tensor, _ spec: AttentionSpec) -> Tensor {
    let width = spec.queryHeads * spec.dHead
    return Tensor(shape: [batch.entries, width]) { out in
      pattern.withValues { pattern in
        for row in 0..<batch.rows {
          let start = batch.range(ofRow: row, layout: .perPair(heads: spec.queryHeads)).lowerBound
          Tensor.attentionMix(
            pattern: pattern.baseAddress! + start, v: v, first: batch.offsets[row], positions: batch.length(row),
            shape: spec.shape, into: out.baseAddress! + batch.offsets[row] * width)
        }
      }
    }
  }
}

extension AttentionSpec {
  var shape: AttentionShape {
    AttentionShape(queryHeads: queryHeads, keyValueHeads: keyValueHeads, dHead: dHead)
  }
}
