import Foundation
import ModelGraph

extension TransformerSpec: ModelSpec {
  public var untied: TransformerSpec? {
    guard sharesEmbeddings else { return nil }
    var spec = self
    spec.tiesEmbeddings = false
    return spec
  }

  /// The graph of this transformer, with the hook names of TransformerLens and our own weight names.
  public func graph(_ options: GraphOptions) -> ModelGraph {
    var assembly = TransformerAssembly(spec: self, options: options)
    return assembly.assemble()
  }
}

/// Builds a transformer's graph, from the embedding to the logits.
private struct TransformerAssembly {
  let spec: TransformerSpec
  let options: GraphOptions
  var builder = GraphBuilder()

  init(spec: TransformerSpec, options: GraphOptions) {
    self.spec = spec
    self.options = options
  }

  var stream: Layout { .perPosition([Extent(.dModel, spec.dModel)]) }

  mutating func assemble() -> ModelGraph {
    var residual = embeddings()
    for layer in 0..<spec.layers { residual = block(layer, residual) }
    let logits = unembedding(residual)
    return builder.finish(
      family: spec.family, input: .tokens(vocabulary: spec.vocabulary, context: spec.context),
      dimensions: ModelGraph.Dimensions(
        layers: spec.layers, heads: spec.heads, keyValueHeads: spec.keyValueHeads, dModel: spec.dModel,
        dHead: spec.dHead, dMlp: spec.dMlp),
      logits: logits)
  }

  private mutating func embeddings() -> [NodeID] {
    let table = builder.weight("embed.weight", [spec.vocabulary, spec.dModel])
    var embedding: NodeID
    if let scale = spec.embeddingScale {
      let rows = builder.add(.tokenEmbedding(table: table), [], stream)
      embedding = builder.add(.scaled(by: scale), [rows], stream, hook: "hook_embed")
    } else {
      embedding = builder.add(.tokenEmbedding(table: table), [], stream, hook: "hook_embed")
    }
    guard case .learned = spec.positions, let context = spec.context else { return [embedding] }
    let positions = builder.weight("pos_embed.weight", [context, spec.dModel])
    return [embedding, builder.add(.positionEmbedding(table: positions), [], stream, hook: "hook_pos_embed")]
  }

  private mutating func block(_ layer: Int, _ writers: [NodeID]) -> [NodeID] {
    let pre = builder.add(.sum, writers, stream, hook: HookName(layer: layer, "hook_resid_pre"))
    let attention = attention(layer, pre)
    if spec.normalizesStream { return [normedStreamAfterParts(layer, pre, attention)] }
    guard spec.dMlp > 0 else {
      return [builder.add(.sum, [pre, attention], stream, hook: HookName(layer: layer, "hook_resid_post"))]
    }
    let sum: [NodeID]
    let mlpInput: NodeID
    if spec.isParallel {
      mlpInput = pre
      sum = [pre, attention]
    } else {
      mlpInput = builder.add(.sum, [pre, attention], stream, hook: HookName(layer: layer, "hook_resid_mid"))
      sum = [mlpInput]
    }
    let mlp = mlp(layer, mlpInput)
    return [builder.add(.sum, sum + [mlp], stream, hook: HookName(layer: layer, "hook_resid_post"))]
  }

  /// A block whose parts read the stream itself, and whose stream is normalised after each of them. Returns the
  /// normalised stream.
  private mutating func normedStreamAfterParts(_ layer: Int, _ pre: NodeID, _ attention: NodeID) -> NodeID {
    precondition(!spec.isParallel && !spec.hasPreNorms && !spec.hasPostNorms, "one kind of block at a time")
    var last = [pre, attention]
    if spec.dMlp > 0 {
      let mid = builder.add(.sum, last, stream, hook: HookName(layer: layer, "hook_resid_mid"))
      let normed = normedStream(mid, layer, "ln1", hook: "hook_normalized_resid_mid")
      last = [normed, mlp(layer, normed)]
    }
    let post = builder.add(.sum, last, stream, hook: HookName(layer: layer, "hook_resid_post"))
    return normedStream(post, layer, "ln2", hook: "hook_normalized_resid_post")
  }

  /// The stream after a norm of its own: a node of the stream like any other, so that the norm is not attributed to
  /// what reads it.
  private mutating func normedStream(_ x: NodeID, _ layer: Int, _ name: String, hook: String) -> NodeID {
    builder.add(.sum, [norm(x, "blocks.\(layer).\(name)", layer: layer)], stream, hook: HookName(layer: layer, hook))
  }

  private mutating func attention(_ layer: Int, _ residual: NodeID) -> NodeID {
    let scores = attentionSpec(layer)
    let shared = options.splitsInputs ? nil : preNorm(residual, "blocks.\(layer).ln1", layer: layer)
    var q = projection(layer, "q", heads: spec.heads, residual, shared)
    var k = projection(layer, "k", heads: spec.keyValueHeads, residual, shared)
    let v = projection(layer, "v", heads: spec.keyValueHeads, residual, shared)
    if spec.normalizesQueriesAndKeys {
      q = headNorm(layer, "q", heads: spec.heads, q)
      k = headNorm(layer, "k", heads: spec.keyValueHeads, k)
    }
    if case .rotary(let common) = spec.positions {
      let rotary = spec.layerRotations.isEmpty ? common : spec.layerRotations[layer]
      q = builder.add(
        .rotary(rotary), [q], byHead(spec.heads), hook: HookName(layer: layer, "attn.hook_rot_q"))
      k = builder.add(
        .rotary(rotary), [k], byHead(spec.keyValueHeads), hook: HookName(layer: layer, "attn.hook_rot_k"))
    }
    let pairs = Layout.perPair(heads: spec.heads)
    let products = builder.add(
      .attentionScores(scores), [q, k], pairs, hook: HookName(layer: layer, "attn.hook_attn_scores"))
    let pattern = builder.add(
      .attentionPattern, [products], pairs, hook: HookName(layer: layer, "attn.hook_pattern"))
    let z = builder.add(
      .attentionMix(scores), [pattern, v], byHead(spec.heads), hook: HookName(layer: layer, "attn.hook_z"))
    return attentionOutput(layer, z)
  }

  private mutating func attentionOutput(_ layer: Int, _ z: NodeID) -> NodeID {
    let map = linearMap(
      "blocks.\(layer).attn.o", inputs: spec.heads * spec.dHead, outputs: spec.dModel, bias: spec.hasOutputBias)
    let results = builder.add(
      .headResults(map, heads: spec.heads), [z],
      .perPosition([Extent(.head, spec.heads), Extent(.dModel, spec.dModel)]),
      hook: HookName(layer: layer, "attn.hook_result"), onRequest: true)
    let hook = HookName(layer: layer, "hook_attn_out")
    let outputHook = spec.hasPostNorms ? nil : hook
    let output =
      options.separatesResults
      ? builder.add(.sumOverHeads(bias: map.bias), [results], stream, hook: outputHook)
      : builder.add(.linear(map), [z], stream, hook: outputHook)
    return spec.hasPostNorms ? norm(output, "blocks.\(layer).ln1_post", layer: layer, hook: hook) : output
  }

  /// A head's queries, keys or values, from the shared normalised stream or, if inputs are split, from a copy of the
  /// stream per head.
  private mutating func projection(
    _ layer: Int, _ letter: String, heads: Int, _ residual: NodeID, _ shared: NodeID?
  ) -> NodeID {
    let copies = builder.add(
      .copiedToHeads(heads), [residual], .perPosition([Extent(.head, heads), Extent(.dModel, spec.dModel)]),
      hook: HookName(layer: layer, "hook_\(letter)_input"), onRequest: true)
    let map = linearMap(
      "blocks.\(layer).attn.\(letter)", inputs: spec.dModel, outputs: heads * spec.dHead,
      bias: spec.hasQueryKeyValueBias)
    let hook = HookName(layer: layer, "attn.hook_\(letter)")
    if let shared { return builder.add(.linear(map), [shared], byHead(heads), hook: hook) }
    let normalized = preNorm(copies, "blocks.\(layer).ln1", layer: layer, heads: heads, named: false)
    return builder.add(.linearByHead(map, heads: heads), [normalized], byHead(heads), hook: hook)
  }

  /// The norm over each head's own features, or over those of all heads; always an RMS norm with its own gain.
  private mutating func headNorm(_ layer: Int, _ letter: String, heads: Int, _ x: NodeID) -> NodeID {
    let scales = spec.normalizesAcrossHeads ? [Extent(.scale, 1)] : [Extent(.head, heads), Extent(.scale, 1)]
    let scale = builder.add(.normScale(.rms, epsilon: spec.norm.epsilon), [x], .perPosition(scales))
    let normalized = builder.add(.normalized(.rms), [x, scale], byHead(heads))
    let width = spec.normalizesAcrossHeads ? heads * spec.dHead : spec.dHead
    let gain = builder.weight("blocks.\(layer).attn.\(letter)_norm.weight", [width])
    return builder.add(
      .affine(gain: gain, gainOffset: spec.norm.gainOffset, bias: nil), [normalized], byHead(heads))
  }

  private mutating func mlp(_ layer: Int, _ residual: NodeID) -> NodeID {
    let copy = builder.add(
      .sum, [residual], stream, hook: HookName(layer: layer, "hook_mlp_in"), onRequest: true)
    let input = preNorm(options.splitsInputs ? copy : residual, "blocks.\(layer).ln2", layer: layer)
    let neurons = Layout.perPosition([Extent(.dMlp, spec.dMlp)])
    func name(_ suffix: String) -> HookName { HookName(layer: layer, "mlp.\(suffix)") }
    let first = linearMap(
      "blocks.\(layer).mlp.\(spec.isGated ? "gate" : "in")", inputs: spec.dModel, outputs: spec.dMlp,
      bias: spec.hasMlpBias)
    let pre = builder.add(.linear(first), [input], neurons, hook: name("hook_pre"))
    let post: NodeID
    if spec.isGated {
      let active = builder.add(.activation(spec.activation), [pre], neurons)
      let second = linearMap(
        "blocks.\(layer).mlp.in", inputs: spec.dModel, outputs: spec.dMlp, bias: spec.hasMlpBias)
      let linear = builder.add(.linear(second), [input], neurons, hook: name("hook_pre_linear"))
      post = builder.add(.product, [active, linear], neurons, hook: name("hook_post"))
    } else {
      post = builder.add(.activation(spec.activation), [pre], neurons, hook: name("hook_post"))
    }
    let out = linearMap(
      "blocks.\(layer).mlp.out", inputs: spec.dMlp, outputs: spec.dModel, bias: spec.hasMlpBias)
    let hook = HookName(layer: layer, "hook_mlp_out")
    let output = builder.add(.linear(out), [post], stream, hook: spec.hasPostNorms ? nil : hook)
    return spec.hasPostNorms ? norm(output, "blocks.\(layer).ln2_post", layer: layer, hook: hook) : output
  }

  private mutating func unembedding(_ writers: [NodeID]) -> NodeID {
    let residual = writers.count == 1 ? writers[0] : builder.add(.sum, writers, stream)
    let input = spec.hasFinalNorm ? norm(residual, "ln_final", layer: nil) : residual
    let scores = Layout.perPosition([Extent(.vocabulary, spec.vocabulary)])
    let weight = builder.weight(
      spec.sharesEmbeddings ? "embed.weight" : "unembed.weight", [spec.vocabulary, spec.dModel])
    let bias = spec.hasUnembeddingBias ? builder.weight("unembed.bias", [spec.vocabulary]) : nil
    let map = LinearMap(
      weight: weight, orientation: .outputsByInputs, bias: bias, inputs: spec.dModel, outputs: spec.vocabulary)
    let logits = builder.add(.linear(map), [input], scores, hook: "hook_unembed", onRequest: true)
    guard let cap = spec.logitSoftCap else { return logits }
    return builder.add(.softCap(cap), [logits], scores, hook: "hook_logits", onRequest: true)
  }

  // MARK: Parts

  private func byHead(_ heads: Int) -> Layout {
    .perPosition([Extent(.head, heads), Extent(.dHead, spec.dHead)])
  }

  private func attentionSpec(_ layer: Int) -> AttentionSpec {
    AttentionSpec(
      queryHeads: spec.heads, keyValueHeads: spec.keyValueHeads, dHead: spec.dHead,
      scale: spec.attentionScale ?? 1 / Float(spec.dHead).squareRoot(), softCap: spec.attentionSoftCap,
      causal: spec.isCausal, window: layer < spec.windows.count ? spec.windows[layer] : nil)
  }

  private mutating func linearMap(_ name: String, inputs: Int, outputs: Int, bias: Bool) -> LinearMap {
    let shape = spec.orientation == .inputsByOutputs ? [inputs, outputs] : [outputs, inputs]
    return LinearMap(
      weight: builder.weight("\(name).weight", shape), orientation: spec.orientation,
      bias: bias ? builder.weight("\(name).bias", [outputs]) : nil, inputs: inputs, outputs: outputs)
  }

  /// The norm before a part, if the model has such norms.
  private mutating func preNorm(
    _ x: NodeID, _ name: String, layer: Int, heads: Int? = nil, named: Bool = true
  ) -> NodeID {
    spec.hasPreNorms ? norm(x, name, layer: layer, heads: heads, named: named) : x
  }

  /// Scale, normalised and affine nodes over the last axis; the input itself if the model has no norms.
  private mutating func norm(
    _ x: NodeID, _ name: String, layer: Int?, heads: Int? = nil, named: Bool = true, hook: HookName? = nil
  ) -> NodeID {
    guard let kind = spec.norm.kind else { return x }
    let headAxis = heads.map { [Extent(.head, $0)] } ?? []
    let features = Layout.perPosition(headAxis + [Extent(.dModel, spec.dModel)])
    let scale = builder.add(
      .normScale(kind, epsilon: spec.norm.epsilon), [x], .perPosition(headAxis + [Extent(.scale, 1)]),
      hook: named ? HookName("\(name).hook_scale") : nil)
    let normalized = builder.add(
      .normalized(kind), [x, scale], features, hook: named ? HookName("\(name).hook_normalized") : nil)
    let gain = builder.weight("\(name).weight", [spec.dModel])
    let bias = spec.norm.hasBias ? builder.weight("\(name).bias", [spec.dModel]) : nil
    return builder.add(
      .affine(gain: gain, gainOffset: spec.norm.gainOffset, bias: bias), [normalized], features, hook: hook)
  }
}
