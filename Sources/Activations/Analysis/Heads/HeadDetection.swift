import Execution
import ModelGraph

/// Runs prompts and accumulates every detector's score for every head, so that any number of prompts takes a bounded
/// amount of memory.
///
/// For each detector, every prompt in which it has a destination counts the same, whatever its length.
public struct HeadDetection: Sendable {
  private let model: Model
  /// The attention pattern of each layer.
  private let patterns: [Node]
  private let heads: Int
  private var sums: [HeadDetector: [Double]] = [:]
  /// In how many prompts each detector found a destination.
  public private(set) var counts: [HeadDetector: Int] = [:]

  private let budget: Int

  /// Numbers of patterns that are kept at a time: 64 MiB.
  public static let defaultBudget = 16 << 20

  /// - Parameter budget: how many numbers of patterns may be kept at a time; a single layer of a single prompt may
  ///   exceed it.
  /// - Throws: `HeadsError.noHeads`.
  public init(_ model: Model, budget: Int = defaultBudget) throws(HeadsError) {
    self.model = model
    self.budget = budget
    let graph = model.graph
    guard let anatomy = graph.anatomy, !anatomy.blocks.isEmpty else { throw .noHeads(family: graph.family) }
    patterns = anatomy.blocks.map { graph[$0.attention.pattern] }
    heads = anatomy.dimensions.heads
    for detector in HeadDetector.allCases {
      sums[detector] = [Double](repeating: 0, count: patterns.count * heads)
      counts[detector] = 0
    }
  }

  /// Runs prompts of any lengths and adds them to the scores.
  /// - Parameter progress: called after each group with its number of prompts.
  /// - Throws: `RunError` for a prompt that does not fit the model; `CancellationError`.
  public mutating func add(_ prompts: [[Int32]], progress: (Int) -> Void = { _ in }) throws {
    var start = 0
    while start < prompts.count {
      var end = start + 1
      var size = cost(prompts[start])
      while end < prompts.count, size + cost(prompts[end]) <= budget {
        size += cost(prompts[end])
        end += 1
      }
      try addGroup(Array(prompts[start..<end]))
      progress(end - start)
      start = end
    }
  }

  /// The scores so far; NaN for a detector that had no destination in any prompt.
  public var scores: [HeadDetector: HeadScores] {
    var scores: [HeadDetector: HeadScores] = [:]
    for (detector, sum) in sums {
      let count = counts[detector] ?? 0
      scores[detector] = HeadScores(
        layers: patterns.count, heads: heads, values: sum.map { count == 0 ? .nan : $0 / Double(count) })
    }
    return scores
  }

  private func cost(_ prompt: [Int32]) -> Int { prompt.count * prompt.count * heads * patterns.count }

  /// Runs prompts together, some layers at a time if the patterns of all layers would be too large.
  private mutating func addGroup(_ prompts: [[Int32]]) throws {
    let batch = try Batch(prompts: prompts)
    let targets = prompts.map { prompt in HeadDetector.allCases.map { ($0, $0.targets(in: prompt)) } }
    let perLayer = prompts.reduce(0) { $0 + cost($1) } / patterns.count
    let share = max(1, budget / max(1, perLayer))
    for first in stride(from: 0, to: patterns.count, by: share) {
      try Task.checkCancellation()
      let layers = first..<min(first + share, patterns.count)
      let run = try Oracle(model).run(batch, keeping: patterns[layers].map(\.id))
      for layer in layers {
        for (row, detectors) in targets.enumerated() {
          for (detector, targets) in detectors where !targets.isEmpty { look(run, layer, row, detector, targets) }
        }
      }
    }
    for (detector, targets) in targets.joined() where !targets.isEmpty { counts[detector, default: 0] += 1 }
  }

  /// Adds one detector's mean over one prompt's destinations, for all heads of a layer.
  private mutating func look(
    _ run: Activations, _ layer: Int, _ row: Int, _ detector: HeadDetector,
    _ targets: [(destination: Int, sources: [Int])]
  ) {
    let n = run.batch.length(row)
    run.withExample(row, of: patterns[layer]) { pattern in
      for head in 0..<heads {
        var sum = 0.0
        for (destination, sources) in targets {
          let start = (head * n + destination) * n
          for source in sources { sum += Double(pattern[start + source]) }
        }
        sums[detector]?[layer * heads + head] += sum / Double(targets.count)
      }
    }
  }
}
