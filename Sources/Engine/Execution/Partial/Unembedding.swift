import ModelGraph
import Tensors

/// The last map of a graph, from the final stream to the logits, computed only for the needed columns.
struct Unembedding: Sendable {
  private let model: Model
  private let nodes: UnembeddingNodes
  private var map: LinearMap { nodes.map }
  private var softCap: Float? { nodes.softCap }
  /// The node that the map reads.
  var input: NodeID { nodes.input }

  /// - Precondition: the logits are a linear map of a node, perhaps soft-capped.
  init(_ model: Model) {
    self.model = model
    guard let nodes = model.graph.unembedding else { preconditionFailure("logits are a linear map") }
    self.nodes = nodes
  }

  /// The needed scores of some final vectors.
  /// - Parameters:
  ///   - vectors: [n, dModel]
  ///   - rows: for each, the base batch's row, which determines the chosen columns.
  func scores(_ vectors: Tensor, rows: [Int], columns: ScoreColumns) -> [[Float]] {
    switch columns {
    case .whole:
      var logits = vectors.linear(
        model.weights[map.weight], transposed: map.isTransposed, bias: map.bias.map { model.weights[$0] })
      if let softCap { logits = logits.applying(.softCap(softCap)) }
      return logits.withValues { values in
        rows.indices.map { Array(values[$0 * map.outputs..<($0 + 1) * map.outputs]) }
      }
    case .chosen(let tokens):
      return rows.indices.map { i in
        let values = tokens[rows[i]].map { score(vectors, i, token: Int($0)) }
        guard let softCap else { return values }
        return Tensor(shape: [values.count], values).applying(.softCap(softCap)).values
      }
    }
  }

  private func score(_ vectors: Tensor, _ i: Int, token: Int) -> Float {
    let weight = model.weights[map.weight]
    return vectors.withValues { x in
      weight.withPointer { w in
        let vector = x.baseAddress! + i * map.inputs
        // Sums in double precision: one number represents a product's whole column.
        var sum = map.bias.map { bias in model.weights[bias].withPointer { Double($0[token]) } } ?? 0
        for j in 0..<map.inputs {
          let entry = map.isTransposed ? w[token * weight.rowStride + j] : w[j * weight.rowStride + token]
          sum += Double(vector[j]) * Double(entry)
        }
        return Float(sum)
      }
    }
  }
}
