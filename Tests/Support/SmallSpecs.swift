import Checkpoints
import ModelGraph

/// Tiny transformers that together have every flag of a spec, alone and in combination.
public struct SmallSpec: Sendable, CustomStringConvertible {
  public let name: String
  public let spec: TransformerSpec
  public var description: String { name }

  init(_ name: String, _ spec: TransformerSpec, _ adjust: (inout TransformerSpec) -> Void = { _ in }) {
    self.name = name
    var spec = spec
    adjust(&spec)
    self.spec = spec
  }

  private static func base(
    layers: Int = 2, heads: Int = 2, keyValueHeads: Int? = nil, dHead: Int = 4, dMlp: Int = 5,
    norm: TransformerSpec.Norm = .init(kind: .layer, hasBias: true), _ activation: ActivationFunction = .geluNew,
    _ positions: TransformerSpec.Positions = .learned
  ) -> TransformerSpec {
    TransformerSpec(
      family: "patchbay", layers: layers, heads: heads, keyValueHeads: keyValueHeads ?? heads, dModel: 8, dHead: dHead,
      dMlp: dMlp, vocabulary: 11, context: 400, norm: norm, activation: activation, positions: positions)
  }

  private static func rotary(_ dimensions: Int) -> TransformerSpec.Positions {
    .rotary(RotarySpec(dimensions: dimensions, theta: 100))
  }

  private static func adjacent(_ dimensions: Int) -> TransformerSpec.Positions {
    .rotary(RotarySpec(dimensions: dimensions, theta: 100, adjacentPairs: true))
  }

  public static let all: [SmallSpec] = [
    SmallSpec("layer norm, learned positions, all biases, tied, [in, out]", base()) {
      $0.hasQueryKeyValueBias = true
      $0.hasOutputBias = true
      $0.hasMlpBias = true
      $0.tiesEmbeddings = true
      $0.orientation = .inputsByOutputs
    },
    SmallSpec(
      "rms norm, rotary, gated, grouped heads",
      base(heads: 4, keyValueHeads: 2, norm: .init(kind: .rms), .silu, rotary(4))
    ) { $0.isGated = true },
    SmallSpec("parallel, partly rotary, exact gelu", base(.gelu, rotary(2))) {
      $0.isParallel = true
      $0.hasQueryKeyValueBias = true
      $0.hasMlpBias = true
    },
    SmallSpec(
      "post-norms, soft caps, windows, offset gains",
      base(keyValueHeads: 1, norm: .init(kind: .rms), .geluNew, rotary(4))
    ) {
      $0.norm.gainOffset = 1
      // Norms of small outputs magnify rounding; this limits it.
      $0.norm.epsilon = 0.01
      $0.hasPostNorms = true
      $0.isGated = true
      $0.embeddingScale = 1.5
      $0.attentionScale = 0.7
      $0.attentionSoftCap = 2
      $0.logitSoftCap = 3
      $0.windows = [2, nil]
      $0.tiesEmbeddings = true
    },
    SmallSpec(
      "norms of queries and keys, window in the second layer",
      base(heads: 4, keyValueHeads: 2, norm: .init(kind: .rms, epsilon: 1e-6), .silu, rotary(4))
    ) {
      $0.normalizesQueriesAndKeys = true
      $0.isGated = true
      $0.hasQueryKeyValueBias = true
      $0.windows = [nil, 2]
    },
    SmallSpec("attention only, no norm, no positions", base(dMlp: 0, norm: .init(kind: nil), .relu, .none)),
    SmallSpec("attention only, one layer, layer norm without bias", base(layers: 1, dMlp: 0, norm: .init(kind: .layer)))
    {
      $0.hasUnembeddingBias = true
    },
    SmallSpec("bidirectional, no norm, relu", base(norm: .init(kind: nil), .relu)) {
      $0.isCausal = false
      $0.hasMlpBias = true
    },
    SmallSpec("bidirectional with windows, parallel", base(norm: .init(kind: .rms), .silu, rotary(4))) {
      $0.isCausal = false
      $0.isParallel = true
      $0.windows = [2, 3]
    },
    SmallSpec(
      "one key-value head, windows of one, rms norm with bias",
      base(heads: 3, keyValueHeads: 1, norm: .init(kind: .rms, hasBias: true), .silu)
    ) {
      $0.windows = [1, 2]
      $0.hasUnembeddingBias = true
      $0.hasOutputBias = true
    },
    SmallSpec(
      "attention only, parallel, norms of queries and keys", base(dMlp: 0, norm: .init(kind: .rms), .relu, .none)
    ) {
      $0.isParallel = true
      $0.normalizesQueriesAndKeys = true
      $0.attentionSoftCap = 1
    },
    SmallSpec("parallel with post-norms", base(norm: .init(kind: .layer, hasBias: true), .relu, rotary(2))) {
      $0.isParallel = true
      $0.hasPostNorms = true
      $0.hasOutputBias = true
      $0.logitSoftCap = 2
    },
    SmallSpec(
      "one head of one feature, one layer, gated without norm",
      base(layers: 1, heads: 1, dHead: 1, norm: .init(kind: nil), .relu)
    ) {
      $0.isGated = true
      $0.orientation = .inputsByOutputs
      $0.hasMlpBias = true
    },
    SmallSpec(
      "three layers, rotary with amplitude",
      base(
        layers: 3, norm: .init(kind: .rms), .gelu,
        .rotary(RotarySpec(dimensions: 4, inverseFrequencies: [1, 0.3], amplitude: 1.2)))
    ) { $0.windows = [nil, 3, 2] },
    SmallSpec("norms of the stream, no last norm", base(.relu)) {
      $0.hasPreNorms = false
      $0.normalizesStream = true
      $0.hasFinalNorm = false
      $0.hasQueryKeyValueBias = true
      $0.hasOutputBias = true
      $0.hasMlpBias = true
      $0.tiesEmbeddings = true
      $0.embeddingWidth = 3
    },
    SmallSpec("attention only, three layers, norms of the stream and a last one", base(layers: 3, dMlp: 0)) {
      $0.hasPreNorms = false
      $0.normalizesStream = true
    },
    SmallSpec("rms norms of the stream without bias, windows", base(norm: .init(kind: .rms), .silu, rotary(4))) {
      $0.hasPreNorms = false
      $0.normalizesStream = true
      $0.isGated = true
      $0.windows = [2, nil]
    },
    SmallSpec("adjacent pairs, parallel, bias of the logits", base(.geluNew, adjacent(2))) {
      $0.isParallel = true
      $0.hasMlpBias = true
      $0.hasUnembeddingBias = true
    },
    SmallSpec("products that are not scaled, windows, no last norm", base(heads: 4, keyValueHeads: 1, dHead: 2)) {
      $0.attentionScale = 1
      $0.windows = [nil, 3]
      $0.hasFinalNorm = false
      $0.hasOutputBias = true
    },
    SmallSpec(
      "post-norms alone, norms over the queries and keys of all heads",
      base(heads: 4, keyValueHeads: 2, norm: .init(kind: .rms, epsilon: 0.01), .silu, rotary(4))
    ) {
      $0.hasPreNorms = false
      $0.hasPostNorms = true
      $0.normalizesQueriesAndKeys = true
      $0.normalizesAcrossHeads = true
      $0.isGated = true
    },
    SmallSpec(
      "a rotation for each layer, offset gains of queries and keys, windows",
      base(layers: 3, keyValueHeads: 1, norm: .init(kind: .rms, epsilon: 0.01, gainOffset: 1), .geluNew, rotary(4))
    ) {
      $0.layerRotations = [
        RotarySpec(dimensions: 4, theta: 20), RotarySpec(dimensions: 4, inverseFrequencies: [0.5, 0.1]),
        RotarySpec(dimensions: 2, theta: 20),
      ]
      $0.normalizesQueriesAndKeys = true
      $0.hasPostNorms = true
      $0.isGated = true
      $0.windows = [2, nil, 3]
    },
    SmallSpec("no norms but the last, parallel", base(norm: .init(kind: .layer, hasBias: true), .gelu, rotary(4))) {
      $0.hasPreNorms = false
      $0.isParallel = true
      $0.hasMlpBias = true
    },
    SmallSpec("no layers", base(layers: 0)),
    SmallSpec("no layers, no norm, no positions", base(layers: 0, norm: .init(kind: nil), .relu, .none)),
  ]
}
