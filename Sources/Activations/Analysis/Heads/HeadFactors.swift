import Foundation
import ModelGraph
import Tensors

/// For each head of a layer, a matrix with dHead rows in place of one of its circuits: alone and in products it has the
/// circuit's norm.
struct HeadFactors: Sendable {
  let heads: Int
  let dHead: Int
  /// [heads * dHead, dModel]
  let rows: Tensor
  /// The Frobenius norm of each head's rows, which is its circuit's.
  let norms: [Double]

  /// What heads write: S W_O, where S^T S = W_V^T W_V.
  init(writing weights: HeadWeights) throws(LinearAlgebraError) {
    try self.init(
      weights, left: { weights.keyValue(weights.v, ofQueryHead: $0) }, right: { weights.query(weights.o, $0) })
  }

  /// What heads read as one of their inputs, as rows: R W_Q^T for queries, where R^T R = W_K^T W_K, and so on.
  init(reading input: CompositionInput, _ weights: HeadWeights) throws(LinearAlgebraError) {
    switch input {
    case .query:
      try self.init(
        weights, left: { weights.keyValue(weights.k, ofQueryHead: $0) }, right: { weights.query(weights.q, $0) })
    case .key:
      try self.init(
        weights, left: { weights.query(weights.q, $0) }, right: { weights.keyValue(weights.k, ofQueryHead: $0) })
    case .value:
      try self.init(
        weights, left: { weights.query(weights.o, $0) }, right: { weights.keyValue(weights.v, ofQueryHead: $0) })
    }
  }

  /// Root(left left^T) right for each head; left and right are [dHead, dModel].
  private init(
    _ weights: HeadWeights, left: (Int) -> Matrix, right: (Int) -> Matrix
  ) throws(LinearAlgebraError) {
    heads = weights.attention.queryHeads
    dHead = weights.attention.dHead
    var numbers: [Float] = []
    var norms: [Double] = []
    var width = 0
    for head in 0..<heads {
      let left = left(head)
      let root = try DenseMatrix(left.tensor.linear(left, transposed: true)).semidefiniteRoot()
      let factor = Tensor(shape: [dHead, dHead], root.values.map(Float.init)).linear(right(head), transposed: false)
      width = factor.shape[1]
      factor.withValues { values in
        numbers.append(contentsOf: values)
        norms.append(values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
      }
    }
    rows = Tensor(shape: [heads * dHead, width], numbers)
    self.norms = norms
  }

  /// The Frobenius norm of A B^T for each head's rows A of this value and each head's rows B of the other: [head, other
  /// head].
  func productNorms(with other: HeadFactors) -> [Double] {
    let product = rows.linear(other.rows.matrix, transposed: true)
    var squares = [Double](repeating: 0, count: heads * other.heads)
    product.withValues { numbers in
      var index = 0
      for head in 0..<heads {
        for _ in 0..<dHead {
          for otherHead in 0..<other.heads {
            var square: Float = 0
            for _ in 0..<other.dHead {
              square += numbers[index] * numbers[index]
              index += 1
            }
            squares[head * other.heads + otherHead] += Double(square)
          }
        }
      }
    }
    return squares.map { $0.squareRoot() }
  }
}
