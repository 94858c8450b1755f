import Execution
import ModelGraph
import Tensors

/// Whether the gains of norms are folded into the weights next to them.
public enum NormGains: String, Sendable, Hashable, CaseIterable {
  /// What a head really reads and writes: gains and, for LayerNorm, the subtraction of the mean are multiplied into the
  /// weights after them (for norms after attention, into the weights before them). What is left of a norm is one
  /// positive factor for each position.
  case folded
  /// The weights as they are stored.
  case stored
}

/// The weights of one layer's heads without biases, each matrix as rows of dModel numbers.
struct HeadWeights: Sendable {
  /// [heads * dHead, dModel]
  let q: Tensor
  /// [keyValueHeads * dHead, dModel]
  let k: Tensor
  /// [keyValueHeads * dHead, dModel]
  let v: Tensor
  /// [heads * dHead, dModel]
  let o: Tensor
  let attention: AttentionSpec

  /// - Parameter gains: whether to multiply in the gains of the norm before attention, of the query and key norms, and
  ///   of the norm after attention, if the model has such norms.
  /// - Throws: `HeadsError.noHeads`.
  init(of model: Model, layer: Int, gains: NormGains) throws(HeadsError) {
    guard let blocks = model.graph.anatomy?.blocks, blocks.indices.contains(layer) else {
      throw .noHeads(family: model.graph.family)
    }
    let nodes = blocks[layer].attention
    func folded(_ norm: NormNodes?) -> FoldedNorm? { gains == .folded ? norm.map { FoldedNorm($0, in: model) } : nil }

    func rows(_ projection: Anatomy.Projection) -> Tensor {
      let weight = model.weights[projection.map.weight]
      var rows = projection.map.orientation == .outputsByInputs ? weight.tensor : transposed(weight)
      folded(projection.reading.norm)?.fold(intoReading: &rows)
      scaleRows(&rows, by: folded(projection.headNorm)?.gain)
      return rows
    }
    q = rows(nodes.q)
    k = rows(nodes.k)
    v = rows(nodes.v)
    let output = nodes.output.map
    let weight = model.weights[output.weight]
    var o = output.orientation == .inputsByOutputs ? weight.tensor : transposed(weight)
    folded(nodes.output.norm)?.fold(intoWriting: &o)
    self.o = o
    attention = nodes.spec
  }

  /// One query head's rows [dHead, dModel] of a matrix with rows for each query head.
  func query(_ rows: Tensor, _ head: Int) -> Matrix {
    rows.matrix.rows(head * attention.dHead..<(head + 1) * attention.dHead)
  }

  /// The rows [dHead, dModel] that a query head uses, of a matrix with rows for each key-value head.
  func keyValue(_ rows: Tensor, ofQueryHead head: Int) -> Matrix {
    query(rows, attention.keyValueHead(of: head))
  }
}

/// Multiplies row r by gain[r mod gain.count].
private func scaleRows(_ rows: inout Tensor, by gain: [Float]?) {
  guard let gain else { return }
  let width = rows.shape[1]
  rows.withMutableValues { numbers in
    for index in numbers.indices { numbers[index] *= gain[index / width % gain.count] }
  }
}

/// The matrix with rows and columns exchanged.
func transposed(_ matrix: Matrix) -> Tensor {
  Tensor(shape: [matrix.columns, matrix.rows]) { out in
    for row in 0..<matrix.rows {
      matrix.withRow(row) { numbers in
        for column in 0..<matrix.columns {
          (out.baseAddress! + column * matrix.rows + row).initialize(to: numbers[column])
        }
      }
    }
  }
}
