import ActivationStore
import Execution
import ModelGraph
import Tensors

/// What a worker needs to turn prompts into stored activations.
struct CacheJob: Sendable {
  let model: Model
  /// The activations to store.
  let nodes: [Node]
  let survey: PromptSurvey
  let writer: CacheWriter

  /// Runs consecutive prompts and writes the requested activations.
  ///
  /// Products use one thread: several workers are faster than one whose products wait for each other.
  /// - Parameter first: the number of the first prompt in the file.
  /// - Returns: how many prompts there were.
  /// - Throws: `RunError`, `StoreError`, `CancellationError`.
  func run(_ rows: [PromptRow], from first: Int) throws -> Int {
    ProductThreads.set(1)
    try writer.write(prompts: rows, from: first)
    let lengths = rows.map(\.cleanTokens.count)
    for run in survey.runs {
      try Task.checkCancellation()
      let tokens = rows.map { run == .corrupted ? $0.corruptedTokens ?? [] : $0.cleanTokens }
      let activations = try Oracle(model).run(Batch(prompts: tokens), keeping: nodes.map(\.id))
      for node in nodes {
        guard let hook = node.hook, let value = activations[node.id] else { continue }
        try value.withValues { try writer.write(run: run, hook: hook, from: first, positions: lengths, values: $0) }
      }
    }
    return rows.count
  }
}
