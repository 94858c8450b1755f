import ActivationStore
import ModelGraph

/// Consecutive prompts that are run together, as many as a bounded amount of memory has room for.
struct CacheBatch {
  private(set) var rows: [PromptRow] = []
  private var cost = 0
  private let graph: ModelGraph
  private let nodes: [Node]

  /// Numbers that a batch may take, by `cost(of:)`: 16 MiB of them, which is where larger batches stop being faster.
  private static let budget = 4 << 20

  /// - Parameter nodes: the activations that are kept.
  init(graph: ModelGraph, nodes: [Node]) {
    self.graph = graph
    self.nodes = nodes
  }

  /// Adds a prompt, unless there are others and it would be too much.
  /// - Returns: whether it was added.
  mutating func add(_ row: PromptRow) -> Bool {
    let own = cost(of: row.cleanTokens.count)
    if !rows.isEmpty, cost + own > Self.budget { return false }
    rows.append(row)
    cost += own
    return true
  }

  /// How many numbers a prompt of so many tokens takes: what is kept, and about what a block computes on its way.
  private func cost(of positions: Int) -> Int {
    let kept = nodes.reduce(0) { $0 + $1.layout.sizes(examples: 1, positions: positions).reduce(1, *) }
    let sizes = graph.dimensions
    let passing = positions * (8 * sizes.dModel + 3 * sizes.dMlp) + 3 * sizes.heads * positions * positions
    return kept + passing
  }
}
