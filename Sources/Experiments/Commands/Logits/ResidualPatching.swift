import Execution
import ModelGraph
import Tensors

/// What the scores of a run become when `resid_pre` of another run is put in at one position of one layer.
struct ResidualPatching: Sendable {
  let model: Model
  /// The tokens of the run that is patched.
  let base: [Int32]
  /// A run of as many tokens that was asked for `resid_pre`, and which of its prompts patches come from.
  let other: Activations
  let otherRow: Int

  /// How many tokens are computed at a time.
  private static let tokensInFlight = 2048

  /// The nodes that `other` must have, by layer.
  /// - Throws: `CommandError.noSuchActivation`.
  static func nodes(of graph: ModelGraph) throws -> [Node] {
    try (0..<graph.dimensions.layers).map { layer in
      let hook = HookName(layer: layer, "hook_resid_pre")
      guard let node = graph.node(hook: hook) else {
        throw CommandError.noSuchActivation(hook: hook.text, family: graph.family)
      }
      return node
    }
  }

  /// The answer's logit and rank after each patch.
  /// - Parameter progress: told of the runs done.
  /// - Returns: [layers given, positions]
  /// - Throws: `RunError`, `CancellationError`.
  func cells(answer: Int32, layers: [Int], progress: ProgressLine) throws -> [[Cell]] {
    let nodes = try Self.nodes(of: model.graph)
    let places = layers.flatMap { layer in base.indices.map { (node: nodes[layer], position: $0) } }
    let rowsAtATime = max(1, Self.tokensInFlight / base.count)
    var cells: [Cell] = []
    for start in stride(from: 0, to: places.count, by: rowsAtATime) {
      try Task.checkCancellation()
      let chunk = places[start..<min(places.count, start + rowsAtATime)]
      let edits = chunk.enumerated().map { row, place in
        PlacedEdit(
          node: place.node.id, row: row, positions: place.position..<place.position + 1,
          features: 0..<place.node.layout.width, action: .replace(from: other, row: otherRow))
      }
      let batch = try Batch(prompts: [[Int32]](repeating: base, count: chunk.count))
      let logits = try Oracle(model).lastLogits(batch, edits: edits).logits
      for row in 0..<chunk.count {
        let scores = TokenScores(logits, row: row)
        cells.append(Cell(logit: scores.logit(answer), rank: scores.rank(answer)))
      }
      progress.advance(by: chunk.count)
    }
    return layers.indices.map { Array(cells[$0 * base.count..<($0 + 1) * base.count]) }
  }

  /// What became of the answer.
  struct Cell: Sendable, Hashable {
    let logit: Float
    let rank: Int
  }
}
