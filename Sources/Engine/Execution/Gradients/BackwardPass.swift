import ModelGraph
import Tensors

/// Propagates an objective's derivative back from the logits, node by node in reverse order.
struct BackwardPass {
  var tape: GradientTape
  let graph: ModelGraph
  let model: Model
  /// For each node, whether its derivative is needed: because it was requested, or one of the nodes it depends on was.
  let isWanted: [Bool]
  /// The derivatives with respect to nodes that have not been processed yet.
  private var pending: [Tensor?]
  private var weightGradients: [Tensor?]
  private(set) var askedGradients: [NodeID: Tensor] = [:]

  init(_ tape: GradientTape) {
    self.tape = tape
    model = tape.model
    graph = tape.model.graph
    var isWanted = [Bool](repeating: false, count: graph.nodes.count)
    for node in graph.nodes where tape.needs[node.id.index] != .none {
      isWanted[node.id.index] =
        tape.asked.contains(node.id) || (tape.wantsWeights && !node.operation.weights.isEmpty)
        || node.inputs.contains { isWanted[$0.index] }
    }
    self.isWanted = isWanted
    pending = [Tensor?](repeating: nil, count: graph.nodes.count)
    weightGradients = [Tensor?](repeating: nil, count: graph.weights.count)
  }

  /// The derivative with respect to every weight; zeros for one that nothing used.
  var allWeightGradients: [Tensor] {
    graph.weights.indices.map { weightGradients[$0] ?? Tensor(shape: graph.weights[$0].shape) }
  }

  /// - Parameter derivative: with respect to the logits at the tokens read, [entries, vocabulary].
  mutating func run(_ segments: [Range<Int>], from derivative: Tensor) throws {
    let logits = graph[graph.logits]
    let isWhole = tape.needs[logits.id.index] == .all
    pending[logits.id.index] = isWhole ? spread(derivative, width: logits.layout.width) : derivative
    for (number, segment) in segments.enumerated().reversed() {
      if number < segments.count - 1 { try tape.compute(segment) }
      for index in segment.reversed() where tape.needs[index] != .none { pull(graph.nodes[index]) }
      tape.drop(segment, exceptReadBeyond: false)
    }
  }

  private mutating func pull(_ node: Node) {
    let index = node.id.index
    guard isWanted[index], var gradient = pending[index] else {
      if tape.asked.contains(node.id) { askedGradients[node.id] = Tensor(shape: [tape.batch.count(node.layout)]) }
      return
    }
    pending[index] = nil
    if tape.asked.contains(node.id) { askedGradients[node.id] = gradient }
    for edit in (tape.editsByNode[node.id] ?? []).reversed() {
      tape.edits[edit].pullBack(&gradient, of: node, batch: tape.batch, before: tape.beforeEdit[edit])
    }
    if tape.wantsWeights { addWeightGradients(of: node, gradient) }
    guard node.inputs.contains(where: { isWanted[$0.index] }) else { return }
    for (place, gradient) in inputGradients(of: node, gradient) { add(gradient, to: place, of: node) }
  }

  /// Adds a derivative to an input's, at the entries where the node reads it.
  private mutating func add(_ gradient: Tensor, to place: Int, of node: Node) {
    let input = node.inputs[place]
    guard isWanted[input.index] else { return }
    let whole = tape.isGathered(input, by: node) ? spread(gradient, width: graph[input].layout.width) : gradient
    pending[input.index] = pending[input.index].map { whole.adding($0) } ?? whole
  }

  /// Rows at the tokens read -> rows at all tokens, with zeros elsewhere: [entries, width] -> [batch entries, width].
  private func spread(_ rows: Tensor, width: Int) -> Tensor {
    var all = Tensor(shape: [tape.batch.entries, width])
    all.addRows(rows.reshaped([tape.read.indices.count, width]), at: tape.read.indices)
    return all
  }

  // MARK: Weights

  private mutating func addWeightGradients(of node: Node, _ g: Tensor) {
    switch node.operation {
    case .tokenEmbedding(let table):
      let tokens = tape.batch.tokens
      let rows = tape.entries(of: node).indices.map { Int(tokens[$0]) }
      change(table) { $0.addRows(g, at: rows) }
    case .positionEmbedding(let table):
      let rows = tape.entries(of: node).positions
      change(table) { $0.addRows(g, at: rows) }
    case .affine(let gain, _, let bias):
      let x = tape.input(0, of: node)
      change(gain) { $0.addColumnSums(of: g, times: x) }
      if let bias { change(bias) { $0.addColumnSums(of: g) } }
    case .linear(let map):
      let x = tape.input(0, of: node)
      change(map.weight) { $0.addLinearGradient(input: x, gradient: g, transposed: map.isTransposed) }
      if let bias = map.bias { change(bias) { $0.addColumnSums(of: g) } }
    case .linearByHead(let map, let heads):
      let x = tape.input(0, of: node)
      change(map.weight) {
        $0.addLinearGradient(input: x, gradient: g, transposed: map.isTransposed, heads: heads, split: .outputs)
      }
      if let bias = map.bias { change(bias) { $0.addColumnSums(of: g) } }
    case .headResults(let map, let heads):
      let x = tape.input(0, of: node)
      change(map.weight) {
        $0.addLinearGradient(input: x, gradient: g, transposed: map.isTransposed, heads: heads, split: .inputs)
      }
    case .sumOverHeads(let bias?): change(bias) { $0.addColumnSums(of: g) }
    case .convolution(let map):
      let x = tape.input(0, of: node)
      // If the map has no bias, computing its derivative costs nothing compared with the weight's.
      var bias = Tensor(shape: [map.outputs])
      change(map.weight) { weight in
        Tensor.addConvolutionGradients(input: x, gradient: g, map.shape, weight: &weight, bias: &bias)
      }
      if let own = map.bias { change(own) { $0.add(bias) } }
    case .scaled, .sum, .product, .normScale, .normalized, .sumOverHeads(nil), .copiedToHeads, .rotary,
      .attentionScores, .attentionPattern, .attentionMix, .activation, .softCap, .observation, .maxPool, .flattened:
      break
    }
  }

  /// Changes a weight's derivative in place; it is moved out meanwhile, so that the reference is unique.
  private mutating func change(_ id: WeightID, _ body: (inout Tensor) -> Void) {
    var gradient = weightGradients[id.index] ?? Tensor(shape: graph[id].shape)
    weightGradients[id.index] = nil
    body(&gradient)
    weightGradients[id.index] = gradient
  }
}
