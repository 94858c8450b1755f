import Execution
import ModelGraph
import Tensors

/// Whether the gains of norms belong to the weights that read through them.
public enum NormGains: String, Sendable, Hashable, CaseIterable {
  /// What a head reads and writes: gains and, for LayerNorm, the subtraction of the mean are multiplied into the weights behind them (into those
  /// before them, for norms after attention). What is left out of a norm is then one positive number for each position.
  case folded
  /// The weights as they are stored.
  case stored
}

/// The weights of one layer's heads, without biases, each matrix as rows of dModel numbers.
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

  /// - Parameter gains: whether the gains of the norm in front of attention, of the norms of queries and keys, and of the norm after attention
  ///   are multiplied in, where the model has such norms.
  /// - Throws: `HeadsError.noHeads`.
  init(of model: Model, layer: Int, gains: NormGains) throws(HeadsError) {
    let graph = model.graph
    func node(_ suffix: String) -> Node? { graph.node(hook: HookName(layer: layer, suffix)) }
    guard let scores = node("attn.hook_attn_scores"), case .attentionScores(let spec) = scores.operation,
      let q = node("attn.hook_q"), let k = node("attn.hook_k"), let v = node("attn.hook_v"),
      let result = node("attn.hook_result"), case .headResults(let output, _) = result.operation
    else { throw .noHeads(family: graph.family) }
    let isFolded = gains == .folded
    let reading = isFolded ? FoldedNorm(of: graph[q.inputs[0]], in: model) : nil
    let writing = isFolded ? node("hook_attn_out").flatMap { FoldedNorm(of: $0, in: model) } : nil

    func rows(_ node: Node, scoresInput: Int?) -> Tensor {
      guard case .linear(let map) = node.operation else {
        preconditionFailure("a graph without options projects with linear nodes")
      }
      let weight = model.weights[map.weight]
      var rows = map.orientation == .outputsByInputs ? weight.tensor : transposed(weight)
      reading?.fold(intoReading: &rows)
      if isFolded, let scoresInput { scaleRows(&rows, by: headGain(graph[scores.inputs[scoresInput]], in: model)) }
      return rows
    }
    self.q = rows(q, scoresInput: 0)
    self.k = rows(k, scoresInput: 1)
    self.v = rows(v, scoresInput: nil)
    let weight = model.weights[output.weight]
    var o = output.orientation == .inputsByOutputs ? weight.tensor : transposed(weight)
    writing?.fold(intoWriting: &o)
    self.o = o
    attention = spec
  }

  /// One query head's rows [dHead, dModel] of a matrix that has them for each query head.
  func query(_ rows: Tensor, _ head: Int) -> Matrix {
    rows.matrix.rows(head * attention.dHead..<(head + 1) * attention.dHead)
  }

  /// The rows [dHead, dModel] that a query head shares, of a matrix that has them for each key-value head.
  func keyValue(_ rows: Tensor, ofQueryHead head: Int) -> Matrix {
    query(rows, attention.keyValueHead(of: head))
  }
}

/// The gain that a norm over each head's own features multiplies queries or keys by, [dHead]; nil where there is no such norm.
private func headGain(_ scoresInput: Node, in model: Model) -> [Float]? {
  var node = scoresInput
  if case .rotary = node.operation { node = model.graph[node.inputs[0]] }
  return FoldedNorm(of: node, in: model)?.gain
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
