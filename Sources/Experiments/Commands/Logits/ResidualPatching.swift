import Execution
import ModelGraph
import Tensors

/// What the scores of a run become when `resid_pre` of another run is put in at one position of one layer.
struct ResidualPatching: Sendable {
  let model: Model
  /// The tokens of the run that is patched.
  let base: [Int32]
  /// A run of both prompts that was asked for `resid_pre`: the one that is patched, then the one that patches come from.
  let runs: Activations

  private static let baseRow = 0
  private static let otherRow = 1
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

  /// The answer's logit and rank after each patch; nil where the patch is what is there already.
  /// - Parameter progress: told of the runs done.
  /// - Returns: [layers given, positions]
  /// - Throws: `RunError`, `CommandError`, `CancellationError`.
  func cells(answer: Int32, layers: [Int], progress: ProgressLine) throws -> [[Cell?]] {
    let nodes = try Self.nodes(of: model.graph)
    var cells = [[Cell?]](repeating: [Cell?](repeating: nil, count: base.count), count: layers.count)
    let places = layers.indices.flatMap { layer in
      base.indices.map { Place(layer: layer, node: nodes[layers[layer]], position: $0) }.filter(isChange)
    }
    progress.advance(by: layers.count * base.count - places.count)
    let rowsAtATime = max(1, Self.tokensInFlight / base.count)
    for start in stride(from: 0, to: places.count, by: rowsAtATime) {
      try Task.checkCancellation()
      let chunk = places[start..<min(places.count, start + rowsAtATime)]
      let edits = chunk.enumerated().map { row, place in
        PlacedEdit(
          node: place.node.id, row: row, positions: place.position..<place.position + 1,
          features: 0..<place.node.layout.width, action: .replace(from: runs, row: Self.otherRow))
      }
      let batch = try Batch(prompts: [[Int32]](repeating: base, count: chunk.count))
      let logits = try Oracle(model).lastLogits(batch, edits: edits).logits
      for (row, place) in chunk.enumerated() {
        let scores = TokenScores(logits, row: row)
        cells[place.layer][place.position] = Cell(logit: scores.logit(answer), rank: scores.rank(answer))
      }
      progress.advance(by: chunk.count)
    }
    return cells
  }

  private struct Place {
    /// Which of the layers given.
    let layer: Int
    let node: Node
    let position: Int
  }

  /// Whether the two runs differ at a place.
  private func isChange(_ place: Place) -> Bool {
    let width = place.node.layout.width
    let range = place.position * width..<(place.position + 1) * width
    return runs.withExample(Self.baseRow, of: place.node) { base in
      runs.withExample(Self.otherRow, of: place.node) { other in !base[range].elementsEqual(other[range]) }
    }
  }

  /// What became of the answer.
  struct Cell: Sendable, Hashable {
    let logit: Float
    let rank: Int
  }
}
