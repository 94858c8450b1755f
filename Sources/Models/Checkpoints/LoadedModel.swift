import Diagnostics
import Execution
import ModelGraph
import Tensors

/// A model read from a folder: what it is, and its weights, ready to be run under any graph options.
public struct LoadedModel: Sendable {
  public let spec: any ModelSpec
  /// The graph without options, and the weights.
  public let model: Model
  /// Where it was read from.
  public let folder: CheckpointFolder

  /// Reads a folder in Hugging Face layout: `config.json` and safetensors. Float32 weights stay in the mapped file; nothing is copied.
  /// - Throws: `CheckpointError` for a folder, config or weight that is not as it must be; weights that are not finite numbers are named.
  public init(folder path: String) throws {
    folder = try CheckpointFolder(path: path)
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
    case .rows(let name, let range, let total):
      let storage = try folder.storage(named: name, expected: isVector ? [total] : [total, columns])
      if isVector {
        return Matrix(storage: storage, offset: 0, rows: 1, columns: total, rowStride: total).columns(range)
      }
      return Matrix(storage: storage, offset: 0, rows: total, columns: columns, rowStride: columns).rows(range)
    case .groupedRows(let name, let range, let size, let groups):
      let total = size * groups
      let storage = try folder.storage(named: name, expected: isVector ? [total] : [total, columns])
      let width = isVector ? 1 : columns
      let fused = Matrix(storage: storage, offset: 0, rows: total, columns: width, rowStride: width)
      let copy = fused.tensor.gatheringRows((0..<groups).flatMap { group in range.map { group * size + $0 } })
      return isVector ? copy.reshaped([1, columns]).matrix : copy.matrix
    case .product(let name, let map, let inner, let transposed):
      let table = try folder.storage(named: name, expected: [rows, inner])
      let other = try folder.storage(named: map, expected: transposed ? [columns, inner] : [inner, columns])
      let shape = transposed ? (columns, inner) : (inner, columns)
      let matrix = Matrix(storage: other, offset: 0, rows: shape.0, columns: shape.1, rowStride: shape.1)
      return Matrix(storage: table, offset: 0, rows: rows, columns: inner, rowStride: inner).tensor
        .linear(matrix, transposed: transposed).matrix
    case .ones:
      return Tensor(shape: [rows, columns], [Float](repeating: 1, count: rows * columns)).matrix
    }
  }
}
