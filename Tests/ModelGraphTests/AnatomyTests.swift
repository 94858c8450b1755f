import Checkpoints
import ModelGraph
import TestSupport
import Testing

/// The parts of graphs with every flag and option.
@Suite struct AnatomyTests {
  static let options = [
    GraphOptions(), GraphOptions(splitsInputs: true), GraphOptions(separatesResults: true),
    GraphOptions(splitsInputs: true, separatesResults: true),
  ]

  @Test(arguments: SmallSpec.all, options)
  func attentionIsFound(small: SmallSpec, options: GraphOptions) throws {
    let (spec, graph) = (small.spec, small.spec.graph(options))
    let anatomy = try graph.transformer()
    #expect(anatomy.blocks.map(\.layer) == Array(0..<spec.layers))
    let isRotated = if case .rotary = spec.positions { true } else { false }
    for block in anatomy.blocks {
      func name(_ suffix: String) -> HookName { HookName(layer: block.layer, suffix) }
      func hook(_ id: NodeID) -> HookName? { graph[id].hook }
      let attention = block.attention
      #expect(hook(block.stream) == name("hook_resid_pre"))
      for input in Receiver.Input.allCases {
        let (part, letter) = (attention[input], input.rawValue)
        #expect(hook(part.output) == name("attn.hook_\(letter)"))
        #expect(graph[part.map.weight].name == "blocks.\(block.layer).attn.\(letter).weight")
        #expect((part.map.bias != nil) == spec.hasQueryKeyValueBias)
        #expect(part.reading.stream == block.stream)
        #expect(hook(part.reading.input) == name(options.splitsInputs ? "hook_\(letter)_input" : "hook_resid_pre"))
        try expectPreNorm(part.reading.norm, "blocks.\(block.layer).ln1", spec, graph)
        #expect(part.reading.read == part.reading.norm?.output ?? part.reading.input)
        #expect((part.headNorm != nil) == (spec.normalizesQueriesAndKeys && input != .v))
        if let norm = part.headNorm {
          #expect(graph[norm.gain].name == "blocks.\(block.layer).attn.\(letter)_norm.weight")
          #expect(norm.input == part.output && norm.gainOffset == spec.norm.gainOffset)
          #expect(graph[norm.scale].layout.heads == (spec.normalizesAcrossHeads ? nil : anatomy.count(of: input)))
        }
        if isRotated, input != .v {
          #expect(hook(part.used) == name("attn.hook_rot_\(letter)"))
          if !spec.layerRotations.isEmpty {
            #expect(graph[part.used].operation == .rotary(spec.layerRotations[block.layer]))
          }
        } else {
          #expect(part.used == part.headNorm?.output ?? part.output)
        }
        #expect(graph[part.output].layout.heads == anatomy.count(of: input))
      }
      #expect(
        [attention.nodes.q, attention.nodes.k, attention.nodes.v] == Receiver.Input.allCases.map { attention[$0].used })
      #expect(hook(attention.scores) == name("attn.hook_attn_scores"))
      #expect(hook(attention.pattern) == name("attn.hook_pattern"))
      #expect(hook(attention.z) == name("attn.hook_z"))
      #expect(hook(attention.results) == name("attn.hook_result"))
      #expect(hook(attention.output.written) == name("hook_attn_out"))
      #expect(graph[attention.output.map.weight].name == "blocks.\(block.layer).attn.o.weight")
      #expect((attention.output.map.bias != nil) == spec.hasOutputBias)
      #expect(attention.spec.queryHeads == spec.heads && attention.spec.keyValueHeads == spec.keyValueHeads)
      try expectPostNorm(attention.output, "blocks.\(block.layer).ln1_post", spec, graph)
    }
    #expect(graph.attention == anatomy.blocks.map(\.attention.nodes))
  }

  @Test(arguments: SmallSpec.all, options)
  func mlpsAreFound(small: SmallSpec, options: GraphOptions) throws {
    let (spec, graph) = (small.spec, small.spec.graph(options))
    for block in try graph.transformer().blocks {
      guard let mlp = block.mlp else {
        #expect(spec.dMlp == 0 && !block.isParallel)
        continue
      }
      func name(_ suffix: String) -> HookName { HookName(layer: block.layer, suffix) }
      func hook(_ id: NodeID) -> HookName? { graph[id].hook }
      #expect(block.isParallel == spec.isParallel)
      let middle = spec.normalizesStream ? "hook_normalized_resid_mid" : "hook_resid_mid"
      let stream = name(spec.isParallel ? "hook_resid_pre" : middle)
      #expect(hook(mlp.reading.stream) == stream)
      #expect(hook(mlp.reading.input) == (options.splitsInputs ? name("hook_mlp_in") : stream))
      try expectPreNorm(mlp.reading.norm, "blocks.\(block.layer).ln2", spec, graph)
      #expect(hook(mlp.pre) == name("mlp.hook_pre") && hook(mlp.post) == name("mlp.hook_post"))
      #expect(mlp.preLinear.flatMap(hook) == (spec.isGated ? name("mlp.hook_pre_linear") : nil))
      #expect(mlp.inputs.count == (spec.isGated ? 2 : 1))
      #expect(hook(mlp.output.written) == name("hook_mlp_out"))
      #expect(graph[mlp.output.map.weight].name == "blocks.\(block.layer).mlp.out.weight")
      #expect((mlp.output.map.bias != nil) == spec.hasMlpBias)
      try expectPostNorm(mlp.output, "blocks.\(block.layer).ln2_post", spec, graph)
    }
  }

  @Test(arguments: SmallSpec.all, options)
  func theStreamsEndsAreFound(small: SmallSpec, options: GraphOptions) throws {
    let (spec, graph) = (small.spec, small.spec.graph(options))
    let anatomy = try graph.transformer()
    #expect(graph[anatomy.embedding].hook == "hook_embed")
    #expect(graph[anatomy.embeddingTable].name == "embed.weight")
    let hasPositions = spec.positions == .learned
    #expect(anatomy.positionEmbedding.flatMap { graph[$0].hook } == (hasPositions ? "hook_pos_embed" : nil))
    if spec.layers > 0 {
      let streams = (0..<spec.layers).map { HookName(layer: $0, "hook_resid_pre") }
      let last = HookName(
        layer: spec.layers - 1, spec.normalizesStream ? "hook_normalized_resid_post" : "hook_resid_post")
      #expect(anatomy.streams.map { graph[$0].hook } == streams + [last])
    } else {
      #expect(anatomy.streams.count == 1 && (hasPositions || anatomy.streams == [anatomy.embedding]))
    }
    if spec.hasFinalNorm {
      try expectNorm(anatomy.finalNorm, "ln_final", spec, graph)
    } else {
      #expect(anatomy.finalNorm == nil)
    }
    let unembedding = anatomy.unembedding
    #expect(graph[unembedding.map.weight].name == (spec.sharesEmbeddings ? "embed.weight" : "unembed.weight"))
    #expect((unembedding.map.bias != nil) == spec.hasUnembeddingBias)
    #expect(graph[unembedding.scores].hook == "hook_unembed" && unembedding.softCap == spec.logitSoftCap)
    #expect(unembedding.input == anatomy.finalInput.read)
  }

  /// The stream's own norms, where it has such, are between its sums and belong to no part.
  @Test(arguments: SmallSpec.all, options)
  func normsOfTheStreamAreFound(small: SmallSpec, options: GraphOptions) throws {
    let (spec, graph) = (small.spec, small.spec.graph(options))
    for block in try graph.transformer().blocks {
      guard spec.normalizesStream else {
        #expect(block.midNorm == nil && block.endNorm == nil)
        continue
      }
      func hook(_ id: NodeID) -> HookName? { graph[id].hook }
      let end = try #require(block.endNorm)
      try expectNorm(end, "blocks.\(block.layer).ln2", spec, graph)
      #expect(hook(end.input) == HookName(layer: block.layer, "hook_resid_post"))
      guard spec.dMlp > 0 else {
        #expect(block.midNorm == nil)
        continue
      }
      let mid = try #require(block.midNorm)
      try expectNorm(mid, "blocks.\(block.layer).ln1", spec, graph)
      #expect(hook(mid.input) == HookName(layer: block.layer, "hook_resid_mid"))
    }
  }

  @Test func aConvPolicyHasNone() throws {
    let graph = ImpalaSpec(size: 12).graph()
    #expect(graph.anatomy == nil && graph.attention.isEmpty)
    #expect(graph.unembedding?.map.outputs == 15)
    let error = #expect(throws: GraphError.notTransformer(family: "impala_policy")) { try graph.transformer() }
    #expect(
      error?.message
        == "this impala_policy model is not a transformer: it has no residual stream that heads and MLPs read and write"
    )
  }

  // MARK: Norms

  private func expectPreNorm(
    _ norm: NormNodes?, _ name: String, _ spec: TransformerSpec, _ graph: ModelGraph
  ) throws {
    if spec.hasPreNorms { try expectNorm(norm, name, spec, graph) } else { #expect(norm == nil) }
  }

  private func expectNorm(
    _ norm: NormNodes?, _ name: String, _ spec: TransformerSpec, _ graph: ModelGraph
  ) throws {
    guard let kind = spec.norm.kind else {
      #expect(norm == nil)
      return
    }
    let norm = try #require(norm)
    #expect(graph[norm.gain].name == "\(name).weight")
    #expect(norm.kind == kind && norm.epsilon == spec.norm.epsilon && norm.gainOffset == spec.norm.gainOffset)
    #expect((norm.bias != nil) == spec.norm.hasBias)
    #expect(graph[norm.scale].inputs == [norm.input] && graph[norm.normalized].inputs == [norm.input, norm.scale])
    // The norm of each head's own copy has no hooks.
    if let hook = graph[norm.scale].hook { #expect(hook.text == "\(name).hook_scale") }
  }

  private func expectPostNorm(
    _ output: StreamOutput, _ name: String, _ spec: TransformerSpec, _ graph: ModelGraph
  ) throws {
    if spec.hasPostNorms {
      try expectNorm(output.norm, name, spec, graph)
      #expect(output.mapped == output.norm?.input)
    } else {
      #expect(output.norm == nil && output.mapped == output.written)
    }
  }
}
