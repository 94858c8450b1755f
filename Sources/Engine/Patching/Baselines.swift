import Foundation

/// The metrics of the two unedited runs, per example.
public struct Baselines: Sendable {
  public private(set) var clean: [Metric: [Float]]
  public private(set) var corrupted: [Metric: [Float]]

  /// - Parameters: for each metric, one value per example.
  public init(clean: [Metric: [Float]], corrupted: [Metric: [Float]]) {
    self.clean = clean
    self.corrupted = corrupted
  }

  /// The run that is edited.
  public func base(_ direction: PatchingDirection) -> [Metric: [Float]] { direction == .denoise ? corrupted : clean }

  /// The run that patches come from.
  public func other(_ direction: PatchingDirection) -> [Metric: [Float]] { direction == .denoise ? clean : corrupted }

  /// Appends those of the examples that follow.
  mutating func append(_ next: Baselines) {
    for (metric, values) in next.clean { clean[metric, default: []] += values }
    for (metric, values) in next.corrupted { corrupted[metric, default: []] += values }
  }
}

extension PatchingEngine {
  /// The metrics of both unedited runs of a block, [example of the block]. They are computed on first use; the logits
  /// behind them are not kept.
  /// - Parameter block: one of `blocks`.
  /// - Throws: `RunError.logitsNotFinite`; `CancellationError`.
  public func baselines(of block: Range<Int>) throws -> Baselines {
    try baselineCache.baselines(of: block) { try computed($0) }
  }

  /// The metrics of both unedited runs of all examples, computed block by block if not yet done.
  /// - Throws: as `baselines(of:)`.
  public func baselines() throws -> Baselines {
    var all = Baselines(clean: [:], corrupted: [:])
    for block in blocks { all.append(try baselines(of: block)) }
    return all
  }

  /// The base run's log-probabilities of a block's examples if a metric compares with them; otherwise none.
  func logProbabilities(of block: Range<Int>) throws -> [LogProbabilities] {
    guard metrics.contains(.kl) else { return [] }
    return try baselineCache.logProbabilities(of: block) { try logProbabilities(lastLogits(direction.base, of: $0)) }
  }

  private func computed(_ block: Range<Int>) throws -> (Baselines, [LogProbabilities]) {
    let base = try lastLogits(direction.base, of: block)
    let log = metrics.contains(.kl) ? logProbabilities(base) : []
    let (own, other) = (read(base, block, log), read(try lastLogits(direction.other, of: block), block, log))
    let baselines =
      direction == .denoise ? Baselines(clean: other, corrupted: own) : Baselines(clean: own, corrupted: other)
    return (baselines, log)
  }

  private func logProbabilities(_ scores: [[Float]]) -> [LogProbabilities] {
    scores.map { $0.withUnsafeBufferPointer { LogProbabilities($0) } }
  }

  private func read(_ scores: [[Float]], _ block: Range<Int>, _ log: [LogProbabilities]) -> [Metric: [Float]] {
    var values: [Metric: [Float]] = [:]
    for metric in metrics {
      values[metric] = scores.indices.map { place in
        scores[place].withUnsafeBufferPointer {
          MetricReader(pair: prompts.pairs[block.lowerBound + place])
            .value(metric, of: $0, whole: true, base: log.isEmpty ? nil : log[place])
        }
      }
    }
    return values
  }
}

/// The baselines computed so far, and what kl needs of the most recent block.
///
/// `@unchecked Sendable`: the lock guards what is held.
final class BaselineCache: @unchecked Sendable {
  private let lock = NSLock()
  private var known: [Range<Int>: Baselines] = [:]
  private var held: (block: Range<Int>, log: [LogProbabilities])?

  /// Releases what kl needs.
  func release() { lock.withLock { held = nil } }

  func baselines(
    of block: Range<Int>, _ compute: (Range<Int>) throws -> (Baselines, [LogProbabilities])
  ) throws -> Baselines {
    try lock.withLock {
      if let baselines = known[block] { return baselines }
      held = nil
      let (baselines, log) = try compute(block)
      known[block] = baselines
      held = (block, log)
      return baselines
    }
  }

  func logProbabilities(
    of block: Range<Int>, _ compute: (Range<Int>) throws -> [LogProbabilities]
  ) throws -> [LogProbabilities] {
    try lock.withLock {
      if let held, held.block == block { return held.log }
      held = nil
      let log = try compute(block)
      held = (block, log)
      return log
    }
  }
}
