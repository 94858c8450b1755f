import ModelGraph

/// The conv policy of Langosco et al. (2022) and of the maze work: three blocks of the IMPALA network (Espeholt et al.
/// 2018), a dense layer, and a policy and a value computed from it. Weights have the names of the published
/// checkpoints.
public enum ImpalaFamily: ModelFamily {
  public static let modelTypes = ["impala_policy"]

  /// The keys of such a config. Any other is an error, since a misspelt key would silently give a different model.
  static let keys = [
    "model_type", "scale", "in_channels", "observation_size", "num_actions", "architectures", "description",
  ]

  public static func spec(_ config: Config) throws -> ImpalaSpec {
    if let unknown = config.keys.first(where: { !keys.contains($0) }) {
      throw CheckpointError.unknownConfigKey(key: unknown, known: keys, file: config.file)
    }
    return ImpalaSpec(
      channels: try config.size("in_channels", default: 3, most: 1 << 12),
      size: try config.size("observation_size", default: 64, most: 1 << 12),
      scale: try config.size("scale", default: 1, most: 1 << 10), actions: try config.size("num_actions", default: 15))
  }

  public static func source(of weight: String, spec: ImpalaSpec, stored: Set<String>) -> WeightSource {
    .whole(weight)
  }
}

/// The sizes of an IMPALA policy.
public struct ImpalaSpec: ModelSpec, Hashable {
  public let family = "impala_policy"
  /// The channels of the picture.
  public let channels: Int
  /// Its rows and columns.
  public let size: Int
  /// The blocks have 16, 32 and 32 channels times this.
  public let scale: Int
  public let actions: Int
  /// Units of the dense layer.
  public var units: Int { 256 }

  public init(channels: Int = 3, size: Int = 64, scale: Int = 1, actions: Int = 15) {
    self.channels = channels
    self.size = size
    self.scale = scale
    self.actions = actions
  }

  /// The graph, with the hook names of the maze work (`embedder.block2.res1.resadd_out`). The options are for
  /// transformers; there is nothing to split here.
  public func graph(_ options: GraphOptions) -> ModelGraph {
    var assembly = ImpalaAssembly(spec: self)
    return assembly.assemble()
  }
}

/// Builds the policy's graph, from the picture to the actions' scores.
private struct ImpalaAssembly {
  let spec: ImpalaSpec
  var builder = GraphBuilder()

  /// A picture inside the network.
  private struct Picture {
    var node: NodeID
    var channels: Int
    var size: Int
  }

  init(spec: ImpalaSpec) { self.spec = spec }

  mutating func assemble() -> ModelGraph {
    let observation = builder.add(.observation, [], layout(spec.channels, spec.size), hook: "observation")
    var picture = Picture(node: observation, channels: spec.channels, size: spec.size)
    for (index, channels) in [16, 32, 32].enumerated() {
      picture = block("embedder.block\(index + 1)", picture, channels: channels * spec.scale)
    }
    let active = builder.add(
      .activation(.relu), [picture.node], layout(picture.channels, picture.size), hook: "embedder.relu3_out")
    let count = picture.channels * picture.size * picture.size
    let flat = builder.add(.flattened, [active], units(count), hook: "embedder.flatten_out")
    let dense = linear("embedder.fc", flat, inputs: count, outputs: spec.units)
    let features = builder.add(.activation(.relu), [dense], units(spec.units), hook: "embedder.relufc_out")
    let policy = linear("fc_policy", features, inputs: spec.units, outputs: spec.actions)
    _ = linear("fc_value", features, inputs: spec.units, outputs: 1)
    return builder.finish(
      family: spec.family, input: .observations(channels: spec.channels, rows: spec.size, columns: spec.size),
      dimensions: ModelGraph.Dimensions(
        layers: 0, heads: 0, keyValueHeads: 0, dModel: spec.units, dHead: 0, dMlp: 0),
      logits: policy)
  }

  private func layout(_ channels: Int, _ size: Int) -> Layout {
    .perExample([Extent(.channel, channels), Extent(.row, size), Extent(.column, size)])
  }

  private func units(_ count: Int) -> Layout { .perExample([Extent(.unit, count)]) }

  private mutating func block(_ name: String, _ input: Picture, channels: Int) -> Picture {
    let wide = convolution("\(name).conv", input, channels: channels)
    let size = (input.size + 1) / 2
    let pooled = builder.add(.maxPool, [wide.node], layout(channels, size), hook: HookName("\(name).maxpool_out"))
    var picture = Picture(node: pooled, channels: channels, size: size)
    for residual in ["res1", "res2"] { picture = residualBlock("\(name).\(residual)", picture) }
    return picture
  }

  private mutating func residualBlock(_ name: String, _ input: Picture) -> Picture {
    var picture = input
    for part in ["1", "2"] {
      picture.node = builder.add(
        .activation(.relu), [picture.node], layout(picture.channels, picture.size),
        hook: HookName("\(name).relu\(part)_out"))
      picture = convolution("\(name).conv\(part)", picture, channels: picture.channels)
    }
    picture.node = builder.add(
      .sum, [picture.node, input.node], layout(picture.channels, picture.size), hook: HookName("\(name).resadd_out"))
    return picture
  }

  private mutating func convolution(_ name: String, _ input: Picture, channels: Int) -> Picture {
    let map = ConvolutionMap(
      weight: builder.weight("\(name).weight", [channels, input.channels, 3, 3]),
      bias: builder.weight("\(name).bias", [channels]), inputs: input.channels, outputs: channels, rows: input.size,
      columns: input.size)
    let node = builder.add(
      .convolution(map), [input.node], layout(channels, input.size), hook: HookName("\(name)_out"))
    return Picture(node: node, channels: channels, size: input.size)
  }

  private mutating func linear(_ name: String, _ input: NodeID, inputs: Int, outputs: Int) -> NodeID {
    let map = LinearMap(
      weight: builder.weight("\(name).weight", [outputs, inputs]), orientation: .outputsByInputs,
      bias: builder.weight("\(name).bias", [outputs]), inputs: inputs, outputs: outputs)
    return builder.add(.linear(map), [input], units(outputs), hook: HookName("\(name)_out"))
  }
}
