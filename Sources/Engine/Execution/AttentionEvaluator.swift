import ModelGraph
import Tensors

/// The arithmetic of the three attention operations over whole prompts.
struct AttentionEvaluator {
  let batch: Batch

  /// q [entries, heads, dHead], k [entries, keyValueHeads, dHead] -> perPair scores.
  func scores(q: Tensor, k: Tensor, _ spec: AttentionSpec) -> Tensor {
    let layout = Layout.perPair(heads: spec.queryHeads)
    return Tensor(shape: [batch.count(layout)]) { out in
      q.withValues { q in
        k.withValues { k in
          for row in 0..<batch.rows {
            let (n, first) = (batch.length(row), batch.offsets[row])
            Tensor.attentionScores(
              queries: q.baseAddress! + first * spec.queryHeads * spec.dHead, destinations: 0..<n,
              keys: k.baseAddress! + first * spec.keyValueHeads * spec.dHead, positions: n, shape: spec.shape,
              scale: spec.scale, softCap: spec.softCap, visible: { spec.visibleSources(of: $0, positions: n) },
              into: out.baseAddress! + batch.range(ofRow: row, layout: layout).lowerBound)
          }
        }
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
        v.withValues { v in
          for row in 0..<batch.rows {
            let start = batch.range(ofRow: row, layout: .perPair(heads: spec.queryHeads)).lowerBound
            let (n, first) = (batch.length(row), batch.offsets[row])
            Tensor.attentionMix(
              pattern: pattern.baseAddress! + start, destinations: n,
              values: v.baseAddress! + first * spec.keyValueHeads * spec.dHead, positions: n, shape: spec.shape,
              into: out.baseAddress! + first * width)
          }
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
