import Diagnostics
import Execution
import ModelGraph
import Tensors

/// A model read from a folder or a GGUF file: what it is, and its weights, ready to be run under any graph options.
public struct LoadedModel: Sendable {
  public let spec: any ModelSpec
  /// The graph without options, and the weights.
  public let model: Model
  /// Where it was read from.
  public let folder: CheckpointFolder

  /// Reads a folder in Hugging Face layout (`config.json` and safetensors) or a GGUF file. Float32 weights stay in the
  /// mapped file and are not copied. Numbers of other types are converted.
  /// - Throws: `CheckpointError` for a folder, config or weight that is invalid; weights that are not finite numbers
  ///   are named.
  public init(folder path: String) throws {
    folder = try CheckpointFolder(path: path)
    if let gguf = folder.gguf {
      let spec = try gguf.spec()
      let graph = spec.graph()
      self.spec = spec
      model = Model(graph: graph, weights: Weights(try gguf.weights(of: graph, spec: spec)))
      return
    }
    let config = Config(folder.config, file: folder.configPath)
    let family = try ModelFamilies.family(of: config)
    (spec, model) = try Self.read(folder, config, as: family)
  }

  private static func read<Family: ModelFamily>(
    _ folder: CheckpointFolder, _ config: Config, as family: Family.Type
  ) throws -> (any ModelSpec, Model) {
    let reader: WeightReader<Family>
    let matrices: [Matrix]
    do {
      reader = try WeightReader<Family>(folder: folder, spec: family.spec(config))
      matrices = try reader.graph.weights.map { try reader.matrix($0) }
      let unread = reader.unread
      if !unread.isEmpty {
        let type = try config.string("model_type")
        throw CheckpointError.unreadWeights(unread, modelType: type, folder: folder.path)
      }
    } catch let error as CheckpointError {
      throw Quantization(of: folder, config)?.explanation(of: error) ?? error
    }
    if let bad = folder.firstNonFinite(among: reader.tensors) { throw CheckpointError.nonFiniteWeight(bad) }
    return (reader.spec, Model(graph: reader.graph, weights: Weights(matrices)))
  }

  /// The supported values of `general.architecture` in GGUF files.
  public static var ggufArchitectures: [String] { GGUFArchitecture.names }

  /// The network that a folder's config describes; no weight is read.
  /// - Throws: `CheckpointError`.
  public static func spec(of folder: CheckpointFolder) throws -> any ModelSpec {
    if let gguf = folder.gguf { return try gguf.spec() }
    let config = Config(folder.config, file: folder.configPath)
    return try ModelFamilies.family(of: config).spec(config)
  }

  /// The same model under a graph with other options; the weights are shared.
  public func model(_ options: GraphOptions) -> Model {
    guard options != GraphOptions() else { return model }
    let graph = spec.graph(options)
    let places = Dictionary(uniqueKeysWithValues: model.graph.weights.enumerated().map { ($1.name, WeightID($0)) })
    let matrices = graph.weights.map { declaration -> Matrix in
      guard let id = places[declaration.name] else { preconditionFailure("options declare no weights of their own") }
      return model.weights[id]
    }
    return Model(graph: graph, weights: Weights(matrices))
  }
}
