import ModelGraph

extension Operation {
  /// Whether the derivative is a function of the operation's own output.
  var differentiatesOutput: Bool {
    switch self {
    case .normScale, .attentionPattern: true
    default: false
    }
  }

  /// Whether the derivative reads one of the inputs.
  /// - Parameter weights: whether derivatives with respect to weights are needed too.
  func differentiatesInput(_ place: Int, weights: Bool) -> Bool {
    switch self {
    case .tokenEmbedding, .positionEmbedding, .scaled, .sum, .sumOverHeads, .copiedToHeads, .rotary, .attentionPattern,
      .observation, .flattened:
      false
    case .affine, .linear, .linearByHead, .headResults, .convolution: weights
    case .product, .normScale, .normalized, .attentionScores, .attentionMix, .activation, .softCap, .maxPool: true
    }
  }

  /// The weights that the operation uses.
  var weights: [WeightID] {
    switch self {
    case .tokenEmbedding(let table), .positionEmbedding(let table): [table]
    case .affine(let gain, _, let bias): [gain] + (bias.map { [$0] } ?? [])
    case .linear(let map), .linearByHead(let map, _): [map.weight] + (map.bias.map { [$0] } ?? [])
    case .headResults(let map, _): [map.weight]
    case .sumOverHeads(let bias): bias.map { [$0] } ?? []
    case .convolution(let map): [map.weight] + (map.bias.map { [$0] } ?? [])
    case .scaled, .sum, .product, .normScale, .normalized, .copiedToHeads, .rotary, .attentionScores, .attentionPattern,
      .attentionMix, .activation, .softCap, .observation, .maxPool, .flattened:
      []
    }
  }
}
