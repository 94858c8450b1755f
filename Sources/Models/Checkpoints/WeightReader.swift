import ModelGraph
import Tensors

/// Turns a graph's weight declarations into matrices over a checkpoint's tensors.
struct WeightReader<Family: ModelFamily> {
  let folder: CheckpointFolder
  /// According to the checkpoint: a stored unembedding that differs from the embedding is used, whatever the config
  /// says about ties (as in transformers 5, `PreTrainedModel.tie_weights`).
  let spec: Family.Spec
  let graph: ModelGraph
  private let stored: Set<String>

  /// - Throws: what reading the embedding and the unembedding can throw.
  init(folder: CheckpointFolder, spec: Family.Spec) throws {
    let stored = Set(folder.tensorNames)
    var spec = spec
    if let untied = spec.untied {
      let (embedding, head) = Self.tied(spec, stored)
      if stored.contains(embedding), stored.contains(head), try !folder.areEqual(embedding, head) { spec = untied }
    }
    self.folder = folder
    self.spec = spec
    self.stored = stored
    graph = spec.graph()
  }

  /// The names of all tensors that are read.
  var tensors: Set<String> { Set(graph.weights.flatMap { source(of: $0.name).tensors }) }

  /// Weights of parts of the graph that it does not read.
  var unread: [String] {
    let sources = graph.weights.flatMap { weight in
      source(of: weight.name).tensors.map { (weight: weight.name, tensor: $0) }
    }
    let copy = spec.untied == nil ? nil : Self.tied(spec, stored).head
    return UnreadWeights(stored: folder.tensorNames, sources: sources, copy: copy).names
  }

  /// - Throws: `CheckpointError` for a weight that is missing, or of another shape or type.
  func matrix(_ declaration: WeightDeclaration) throws -> Matrix {
    let isVector = declaration.shape.count == 1
    // A convolution's weight has one row per output channel.
    let rows = isVector ? 1 : declaration.shape[0]
    let columns = declaration.shape[(isVector ? 0 : 1)...].reduce(1, *)
    switch source(of: declaration.name) {
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
    case .ones: return Tensor(shape: [rows, columns], repeating: 1).matrix
    }
  }

  private func source(of weight: String) -> WeightSource {
    let source = Family.source(of: weight, spec: spec, stored: stored)
    // Tied weights may be stored under either name.
    guard weight == embeddingName, spec.untied != nil, source.tensors.allSatisfy({ !stored.contains($0) }) else {
      return source
    }
    let head = Self.tied(spec, stored).head
    return stored.contains(head) ? .whole(head) : source
  }

  /// The tensors of the embedding and of the unembedding.
  private static func tied(_ spec: Family.Spec, _ stored: Set<String>) -> (embedding: String, head: String) {
    func tensor(_ weight: String) -> String { Family.source(of: weight, spec: spec, stored: stored).tensors[0] }
    return (tensor(embeddingName), tensor("unembed.weight"))
  }
}

private let embeddingName = "embed.weight"
