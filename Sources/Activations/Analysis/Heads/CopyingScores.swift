import Execution
import Foundation
import ModelGraph
import Tensors

/// How far each head's circuits map a token to itself (Elhage et al. 2021): sum(lambda) / sum(|lambda|) over the
/// eigenvalues of a circuit from tokens to tokens. 1 means that every eigenvalue is positive, a copying matrix; -1 that
/// every one is negative; a random matrix is near 0.
///
/// Both circuits are as wide as the vocabulary, with a rank of at most dHead. Their nonzero eigenvalues are those of a
/// dHead x dHead matrix, since AB and BA share them: W_E W_V W_O W_U has those of (W_O W_U W_E) W_V.
public struct CopyingScores: Sendable, Hashable {
  /// For W_E W_V W_O W_U: attending to a token raises that token's logit.
  public let ov: HeadScores
  /// For W_E W_Q W_K^T W_E^T: a token attends to the same token. Positions, rotary ones too, are left out.
  public let qk: HeadScores

  /// - Throws: `HeadsError.noHeads`; `LinearAlgebraError` for weights too large for float32; `CancellationError`.
  public static func measured(on model: Model, gains: NormGains = .folded) async throws -> CopyingScores {
    let circuits = try TokenCircuits(of: model, gains: gains).matrices
    let sizes = model.graph.dimensions
    var (ov, qk) = ([Double](repeating: .nan, count: circuits.count), [Double](repeating: .nan, count: circuits.count))
    try await withThrowingTaskGroup(of: (index: Int, ov: Double, qk: Double).self) { group in
      for (index, circuit) in circuits.enumerated() {
        group.addTask {
          try Task.checkCancellation()
          return (index, try score(circuit.ov), try score(circuit.qk))
        }
      }
      for try await done in group { (ov[done.index], qk[done.index]) = (done.ov, done.qk) }
    }
    return CopyingScores(
      ov: HeadScores(layers: sizes.layers, heads: sizes.heads, values: ov),
      qk: HeadScores(layers: sizes.layers, heads: sizes.heads, values: qk))
  }

  /// The sum of a matrix's eigenvalues over the sum of their magnitudes; NaN if all are 0. The imaginary parts cancel.
  private static func score(_ matrix: Tensor) throws(LinearAlgebraError) -> Double {
    let eigenvalues = try DenseMatrix(matrix).eigenvalues()
    let sizes = eigenvalues.reduce(0) { $0 + $1.magnitude }
    return sizes > 0 ? eigenvalues.reduce(0) { $0 + $1.real } / sizes : .nan
  }
}

extension DenseMatrix {
  /// The numbers of a matrix [rows, columns].
  init(_ tensor: Tensor) {
    self.init(rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.values.map(Double.init))
  }
}

/// The circuits of all heads from tokens to tokens, as matrices as wide as a head.
private struct TokenCircuits {
  /// By layer and head; each [dHead, dHead].
  private(set) var matrices: [(ov: Tensor, qk: Tensor)] = []

  init(of model: Model, gains: NormGains) throws {
    let graph = model.graph
    guard let embedding = TokenMatrices(of: model, gains: gains), graph.dimensions.layers > 0 else {
      throw HeadsError.noHeads(family: graph.family)
    }
    for layer in 0..<graph.dimensions.layers {
      try Task.checkCancellation()
      let weights = try HeadWeights(of: model, layer: layer, gains: gains)
      let written = weights.o.linear(embedding.unembedded.matrix, transposed: true)
      let sought = weights.k.linear(embedding.embedded.matrix, transposed: true)
      for head in 0..<weights.attention.queryHeads {
        matrices.append(
          (
            ov: weights.query(written, head).tensor.linear(
              weights.keyValue(weights.v, ofQueryHead: head), transposed: true),
            qk: weights.keyValue(sought, ofQueryHead: head).tensor.linear(
              weights.query(weights.q, head), transposed: true)
          ))
      }
    }
  }
}

/// Sums over the vocabulary, which are the same for all heads.
private struct TokenMatrices {
  /// W_E^T W_E [dModel, dModel].
  var embedded: Tensor
  /// W_E^T W_U^T [dModel of the embedding, dModel of the unembedding], the final norm folded into the latter as for
  /// heads.
  var unembedded: Tensor

  /// nil for a model that is not a transformer.
  init?(of model: Model, gains: NormGains) {
    guard let anatomy = model.graph.anatomy, anatomy.unembedding.map.orientation == .outputsByInputs else {
      return nil
    }
    let (embedding, unembedding) = (
      model.weights[anatomy.embeddingTable], model.weights[anatomy.unembedding.map.weight]
    )
    let width = embedding.columns
    embedded = Tensor(shape: [width, width])
    unembedded = Tensor(shape: [width, width])
    // In blocks, so that a mapped table is never copied as a whole.
    for first in stride(from: 0, to: embedding.rows, by: 4096) {
      let range = first..<min(first + 4096, embedding.rows)
      let block = embedding.rows(range).tensor
      embedded.addLinearGradient(input: block, gradient: block, transposed: false)
      unembedded.addLinearGradient(input: block, gradient: unembedding.rows(range).tensor, transposed: false)
    }
    if gains == .folded, let norm = anatomy.finalNorm {
      FoldedNorm(norm, in: model).fold(intoReading: &unembedded)
    }
  }
}
