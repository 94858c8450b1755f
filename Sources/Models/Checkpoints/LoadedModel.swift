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

  /// Reads a folder in Hugging Face layout (`config.json` and safetensors) or a GGUF file. Float32 weights stay in the mapped file; nothing is
  /// copied. Numbers of other types are computed.
  /// - Throws: `CheckpointError` for a folder, config or weight that is not as it must be; weights that are not finite numbers are named.
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
    let spec = try family.spec(config)
    let graph = spec.graph()
    let reader = WeightReader<Family>(folder: folder, spec: spec)
    let matrices = try graph.weights.map { try reader.matrix($0) }
    if let bad = folder.firstNonFinite() { throw CheckpointError.nonFiniteWeight(bad) }
    return (spec, Model(graph: graph, weights: Weights(matrices)))
  }

  /// What a folder's config describes; no weight is looked at.
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

/// Turns a graph's weight declarations into matrices over a checkpoint's tensors.
private struct WeightReader<Family: ModelFamily> {
  let folder: CheckpointFolder
  let spec: Family.Spec
  let stored: Set<String>

  init(folder: CheckpointFolder, spec: Family.Spec) {
    self.folder = folder
    self.spec = spec
    stored = Set(folder.tensorNames)
  }

  func matrix(_ declaration: WeightDeclaration) throws -> Matrix {
    let isVector = declaration.shape.count == 1
    // A convolution's weight has one row for each output channel.
    let rows = isVector ? 1 : declaration.shape[0]
    let columns = declaration.shape[(isVector ? 0 : 1)...].reduce(1, *)
    switch Family.source(of: declaration.name, spec: spec, stored: stored) {
    case .whole(let name):
      let storage = try folder.storage(named: name, expected: declaration.shape)
      return Matrix(storage: storage, offset: 0, rows: rows, columns: columns, rowStride: columns)
    case .columns(let name, let range, let total):
      let storage = try folder.storage(named: name, expected: isVector ? [total] : [rows, total])
      return Matrix(storage: storage, offset: 0, rows: rows, columns: total, rowStride: total).columns(range)
    case .interleavedRows(let name, let part, let heads):
      let outputs = isVector ? columns : rows
      let storage = try folder.storage(named: name, expected: isVector ? [3 * outputs] : [3 * outputs, columns])
      let width = isVector ? 1 : columns
      let fused = Matrix(storage: storage, offset: 0, rows: 3 * outputs, columns: width, rowStride: width)
      let dHead = outputs / heads
      let chosen = (0..<outputs).map { $0 / dHead * 3 * dHead + part * dHead + $0 % dHead }
      let copy = fused.tensor.gatheringRows(chosen)
      return isVector ? copy.reshaped([1, outputs]).matrix : copy.matrix
    }
  }
}
