import ModelGraph
import Tensors

/// The entries of a batch that a block of values covers.
struct Entries: Sendable {
  /// Packed indices into the batch.
  let indices: [Int]
  /// The position of each in its prompt.
  let positions: [Int]

  /// Every token of every prompt.
  static func all(_ batch: Batch) -> Entries {
    Entries(indices: Array(0..<batch.entries), positions: batch.positions)
  }

  /// The last token of every prompt.
  static func last(_ batch: Batch) -> Entries {
    Entries(indices: batch.lastEntries, positions: (0..<batch.rows).map { batch.length($0) - 1 })
  }
}

/// The arithmetic of every operation that treats each entry independently and, over whole prompts, of attention.
struct NodeEvaluator {
  let graph: ModelGraph
  let weights: Weights

  /// A node's value over a batch. Attention is computed for all entries, whatever `entries` says.
  /// - Parameter inputs: the node's inputs at the same entries.
  func value(of node: Node, inputs: [Tensor], entries: Entries, batch: Batch) -> Tensor {
    let attention = AttentionEvaluator(batch: batch)
    switch node.operation {
    case .attentionScores(let spec): return attention.scores(q: inputs[0], k: inputs[1], spec)
    case .attentionPattern: return attention.pattern(scores: inputs[0], heads: node.layout.width)
    case .attentionMix(let spec): return attention.mix(pattern: inputs[0], v: inputs[1], spec)
    case .observation: return batch.pictures(at: entries.indices)
    default: return value(of: node, inputs: inputs, entries: entries, tokens: batch.tokens)
    }
  }

  /// A node's value at some entries: [entries, width].
  /// - Parameters:
  ///   - inputs: the node's inputs at the same entries.
  ///   - tokens: the packed tokens of the whole batch.
  /// - Precondition: the operation is not part of attention.
  func value(of node: Node, inputs: [Tensor], entries: Entries, tokens: [Int32]) -> Tensor {
    switch node.operation {
    case .tokenEmbedding(let table): rows(of: weights[table], entries.indices.map { Int(tokens[$0]) })
    case .positionEmbedding(let table): rows(of: weights[table], entries.positions)
    case .scaled(let factor): inputs[0].scaled(by: factor)
    case .sum: sum(inputs)
    case .product: inputs[0].multiplied(by: inputs[1])
    case .normScale(let kind, let epsilon):
      rows(of: inputs[0], asManyAs: node.layout.width, node: node.inputs[0])
        .normScale(epsilon: epsilon, centred: kind == .layer)
    case .normalized(let kind):
      rows(of: inputs[0], asManyAs: graph[node.inputs[1]].layout.width, node: node.inputs[0])
        .normalized(by: inputs[1], centred: kind == .layer)
    case .affine(let gain, let offset, let bias):
      rows(of: inputs[0], width: weights[gain].columns).affine(
        gain: weights[gain], offset: offset, bias: bias.map { weights[$0] })
    case .linear(let map):
      inputs[0].reshaped([entries.indices.count, map.inputs]).linear(
        weights[map.weight], transposed: map.isTransposed, bias: map.bias.map { weights[$0] })
    case .linearByHead(let map, let heads):
      inputs[0].linearByHead(
        weights[map.weight], transposed: map.isTransposed, bias: map.bias.map { weights[$0] }, heads: heads)
    case .headResults(let map, let heads):
      inputs[0].headResults(weights[map.weight], transposed: map.isTransposed, heads: heads)
    case .sumOverHeads(let bias):
      inputs[0].reshaped([entries.indices.count, heads(of: node.inputs[0]), node.layout.width])
        .summedOverSecondAxis(bias: bias.map { weights[$0] })
    case .copiedToHeads(let heads): inputs[0].repeatingRows(heads)
    case .rotary(let spec):
      inputs[0].rotated(
        heads: heads(of: node.id), positions: entries.positions, inverseFrequencies: spec.inverseFrequencies,
        amplitude: spec.amplitude, adjacentPairs: spec.adjacentPairs)
    case .activation(let function): inputs[0].applying(function.nonlinearity)
    case .softCap(let cap): inputs[0].applying(.softCap(cap))
    case .convolution(let map):
      inputs[0].convolved(weights[map.weight], bias: map.bias.map { weights[$0] }, map.shape)
    case .maxPool: pooled(inputs[0], node: node)
    case .flattened: inputs[0].reshaped([entries.indices.count, node.layout.width])
    case .attentionScores, .attentionPattern, .attentionMix:
      preconditionFailure("attention looks across positions")
    case .observation: preconditionFailure("pictures are the batch's")
    }
  }

  private func pooled(_ value: Tensor, node: Node) -> Tensor {
    let size = graph[node.inputs[0]].layout.picture
    return value.maxPooled(
      planes: value.count / (size.rows * size.columns), rows: size.rows, columns: size.columns)
  }

  private func rows(of table: Matrix, _ indices: [Int]) -> Tensor {
    Tensor(shape: [indices.count, table.columns]) { out in
      for (i, index) in indices.enumerated() {
        table.withRow(index) { row in
          (out.baseAddress! + i * table.columns).initialize(from: row.baseAddress!, count: table.columns)
        }
      }
    }
  }

  private func sum(_ inputs: [Tensor]) -> Tensor {
    guard inputs.count > 1 else { return inputs[0] }
    var total = inputs[0].adding(inputs[1])
    for input in inputs.dropFirst(2) { total.add(input) }
    return total
  }

  /// A node's value as rows of features, as many per entry as there are scales: a norm over dHead sees each head
  /// separately.
  func rows(of value: Tensor, asManyAs scales: Int, node: NodeID) -> Tensor {
    rows(of: value, width: graph[node].layout.width / scales)
  }

  /// A value as rows of this width.
  func rows(of value: Tensor, width: Int) -> Tensor {
    value.reshaped([width == 0 ? 0 : value.count / width, width])
  }

  func heads(of node: NodeID) -> Int { graph[node].layout.heads ?? 1 }
}

extension LinearMap {
  /// Whether the product multiplies by the stored matrix's transpose.
  var isTransposed: Bool { orientation == .outputsByInputs }
}

extension ActivationFunction {
  var nonlinearity: Nonlinearity {
    switch self {
    case .relu: .relu
    case .gelu: .gelu
    case .geluNew: .geluNew
    case .silu: .silu
    }
  }
}
