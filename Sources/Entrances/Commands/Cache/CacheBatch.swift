import ActivationStore
import ModelGraph

/// Consecutive prompts that are run together, as many as fit a fixed amount of memory.
struct CacheBatch {
  private(set) var rows: [PromptRow] = []
  private var cost = 0
  private let graph: ModelGraph
  private let nodes: [Node]

  /// Numbers that a batch may take, by `cost(of:)`: 16 MiB of them, beyond which larger batches are no faster.
  private static let budget = 4 << 20

  /// - Parameter nodes: the activations that are kept.
  init(graph: ModelGraph, nodes: [Node]) {
    self.graph = graph
    self.nodes = nodes
  }

  /// Adds a prompt, unless the batch would become too large; the first prompt always fits.
  /// - Returns: whether it was added.
  mutating func add(_ row: PromptRow) -> Bool {
    let own = cost(of: row.cleanTokens.count)
    if !rows.isEmpty, cost + own > Self.budget { return false }
    rows.append(row)
    cost += own
    return true
  }

  /// How many numbers a prompt of this many tokens takes: what is kept, and roughly what a block computes in between.
  private func cost(of positions: Int) -> Int {
    let kept = nodes.reduce(0) { $0 + $1.layout.sizes(examples: 1, positions: positions).reduce(1, *) }
    let sizes = graph.dimensions
    let passing = positions * (8 * sizes.dModel + 3 * sizes.dMlp) + 3 * sizes.heads * positions * positions
    return kept + passing
  }
}
