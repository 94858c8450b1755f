import ModelGraph
import Tensors

extension BackwardPass {
  /// The derivatives with respect to a node's inputs, from that with respect to its output, each with the input's
  /// index.
  func inputGradients(of node: Node, _ g: Tensor) -> [(place: Int, gradient: Tensor)] {
    func one(_ gradient: Tensor) -> [(place: Int, gradient: Tensor)] { [(0, gradient)] }
    let rows = tape.entries(of: node).indices.count
    switch node.operation {
    case .tokenEmbedding, .positionEmbedding, .observation: return []
    case .scaled(let factor): return one(g.scaled(by: factor))
    case .sum: return node.inputs.indices.map { ($0, g) }
    case .product:
      return [(0, g.multiplied(by: tape.input(1, of: node))), (1, g.multiplied(by: tape.input(0, of: node)))]
    case .normScale(let kind, _):
      let x = evaluator.rows(of: tape.input(0, of: node), asManyAs: node.layout.width, node: node.inputs[0])
      return one(g.pulledBackThroughNormScale(of: x, scale: tape.output(of: node), centred: kind == .layer))
    case .normalized(let kind):
      let scales = graph[node.inputs[1]].layout.width
      let x = evaluator.rows(of: tape.input(0, of: node), asManyAs: scales, node: node.inputs[0])
      let pulled = g.pulledBackThroughNormalization(
        of: x, scale: tape.input(1, of: node), centred: kind == .layer)
      return [(0, pulled.x), (1, pulled.scale)]
    case .affine(let gain, let offset, _):
      let gain = model.weights[gain]
      return one(evaluator.rows(of: g, width: gain.columns).affine(gain: gain, offset: offset, bias: nil))
    case .linear(let map):
      return one(
        g.reshaped([rows, map.outputs]).linear(model.weights[map.weight], transposed: !map.isTransposed))
    case .linearByHead(let map, let heads):
      // The backward pass of one split is the forward pass of the other.
      return one(
        g.reshaped([rows, map.outputs]).headResults(
          model.weights[map.weight], transposed: !map.isTransposed, heads: heads))
    case .headResults(let map, let heads):
      return one(
        g.reshaped([rows, heads, map.outputs]).linearByHead(
          model.weights[map.weight], transposed: !map.isTransposed, bias: nil, heads: heads))
    case .sumOverHeads:
      let heads = graph[node.inputs[0]].layout.heads ?? 1
      return one(g.reshaped([rows, node.layout.width]).repeatingRows(heads))
    case .copiedToHeads(let heads):
      return one(g.reshaped([rows, heads, node.layout.width / heads]).summedOverSecondAxis(bias: nil))
    case .rotary(let spec):
      // A rotation's transpose is the reverse rotation.
      return one(
        g.rotated(
          heads: node.layout.heads ?? 1, positions: tape.entries(of: node).positions,
          inverseFrequencies: spec.inverseFrequencies.map { -$0 }, amplitude: spec.amplitude,
          adjacentPairs: spec.adjacentPairs))
    case .activation(let function):
      return one(g.pulledBack(through: function.nonlinearity, at: tape.input(0, of: node)))
    case .softCap(let cap): return one(g.pulledBack(through: .softCap(cap), at: tape.input(0, of: node)))
    case .convolution(let map):
      return one(g.pulledBackThroughConvolution(model.weights[map.weight], map.shape))
    case .maxPool:
      let (x, size) = (tape.input(0, of: node), graph[node.inputs[0]].layout.picture)
      return one(
        g.pulledBackThroughMaxPool(
          of: x, planes: x.count / (size.rows * size.columns), rows: size.rows, columns: size.columns))
    case .flattened: return one(g)
    case .attentionScores(let spec): return scoresGradients(of: node, g, spec)
    case .attentionPattern: return one(patternGradient(of: node, g))
    case .attentionMix(let spec): return mixGradients(of: node, g, spec)
    }
  }

  private var evaluator: NodeEvaluator { NodeEvaluator(graph: graph, weights: model.weights) }

  // MARK: Attention

  private func mixGradients(of node: Node, _ g: Tensor, _ spec: AttentionSpec) -> [(place: Int, gradient: Tensor)] {
    let batch = tape.batch
    let (pattern, v) = (tape.input(0, of: node), tape.input(1, of: node))
    let layout = Layout.perPair(heads: spec.queryHeads)
    // Weights of hidden sources are 0 and stay 0, whatever the visible scores; their derivative matters only if it was
    // requested or they are edited.
    let patternNode = graph[node.inputs[0]]
    let isWhole =
      tape.asked.contains(patternNode.id) || tape.editsByNode[patternNode.id] != nil
      || patternNode.inputs.contains { tape.editsByNode[$0] != nil }
    var byPattern = Tensor(shape: [0])
    var byValues = Tensor(shape: v.shape)
    byValues.withMutableValues { byValues in
      byPattern = Tensor(shape: [batch.count(layout)]) { byPattern in
        g.withValues { g in
          pattern.withValues { pattern in
            v.withValues { v in
              for row in 0..<batch.rows {
                let (n, first) = (batch.length(row), batch.offsets[row])
                let pairs = batch.range(ofRow: row, layout: layout).lowerBound
                let (z, kv) = (first * spec.queryHeads * spec.dHead, first * spec.keyValueHeads * spec.dHead)
                Tensor.attentionMixGradients(
                  gradient: g.baseAddress! + z, pattern: pattern.baseAddress! + pairs, values: v.baseAddress! + kv,
                  positions: n, shape: spec.shape,
                  sources: { isWhole ? 0..<n : spec.visibleSources(of: $0, positions: n) },
                  byPattern: byPattern.baseAddress! + pairs, byValues: byValues.baseAddress! + kv)
              }
            }
          }
        }
      }
    }
    return [(0, byPattern), (1, byValues)]
  }

  private func patternGradient(of node: Node, _ g: Tensor) -> Tensor {
    let batch = tape.batch
    let pattern = tape.output(of: node)
    return Tensor(shape: g.shape) { out in
      g.withValues { g in
        pattern.withValues { pattern in
          for row in 0..<batch.rows {
            let (n, start) = (batch.length(row), batch.range(ofRow: row, layout: node.layout).lowerBound)
            Tensor.softmaxGradient(
              gradient: g.baseAddress! + start, pattern: pattern.baseAddress! + start, rows: node.layout.width * n,
              width: n, into: out.baseAddress! + start)
          }
        }
      }
    }
  }

  private func scoresGradients(of node: Node, _ g: Tensor, _ spec: AttentionSpec) -> [(place: Int, gradient: Tensor)] {
    let batch = tape.batch
    let (q, k) = (tape.input(0, of: node), tape.input(1, of: node))
    var byQueries = Tensor(shape: [0])
    var byKeys = Tensor(shape: k.shape)
    byKeys.withMutableValues { byKeys in
      byQueries = Tensor(shape: q.shape) { byQueries in
        g.withValues { g in
          q.withValues { q in
            k.withValues { k in
              for row in 0..<batch.rows {
                let (n, first) = (batch.length(row), batch.offsets[row])
                let pairs = batch.range(ofRow: row, layout: node.layout).lowerBound
                let (own, kv) = (first * spec.queryHeads * spec.dHead, first * spec.keyValueHeads * spec.dHead)
                Tensor.attentionScoresGradients(
                  gradient: g.baseAddress! + pairs, queries: q.baseAddress! + own, keys: k.baseAddress! + kv,
                  positions: n, shape: spec.shape, scale: spec.scale, softCap: spec.softCap,
                  visible: { spec.visibleSources(of: $0, positions: n) }, byQueries: byQueries.baseAddress! + own,
                  byKeys: byKeys.baseAddress! + kv)
              }
            }
          }
        }
      }
    }
    return [(0, byQueries), (1, byKeys)]
  }
}
