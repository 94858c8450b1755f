import Execution
import Interventions
import ModelGraph

/// Attention from chosen positions that falls on classes of positions, summed over examples.
public struct AttentionShares: Sendable {
  /// [head][class]
  public private(set) var sums: [[Double]]
  /// How many examples there are in the sums.
  public private(set) var examples = 0

  init(heads: Int, classes: Int) {
    sums = [[Double]](repeating: [Double](repeating: 0, count: classes), count: heads)
  }

  /// [head][class]; NaN where there are no examples.
  public var means: [[Double]] { sums.map { $0.map { examples == 0 ? .nan : $0 / Double(examples) } } }

  /// Adds one example's attention, [head][source].
  mutating func add(_ attention: [[Float]], classes: [Int]) {
    examples += 1
    for (head, row) in attention.enumerated() {
      for (source, share) in row.enumerated() { sums[head][classes[source]] += Double(share) }
    }
  }

  /// Adds the sums over other examples.
  public mutating func add(_ other: AttentionShares) {
    examples += other.examples
    for head in sums.indices {
      for place in sums[head].indices { sums[head][place] += other.sums[head][place] }
    }
  }
}

extension PatchingEngine {
  /// How much some heads attend from one position of each prompt to classes of its positions, averaged over prompts.
  /// - Parameters:
  ///   - classes: how many classes of positions there are.
  ///   - gaze: for an example, the position that attends and each position's class; nil leaves the example out.
  /// - Returns: for each head, the mean over examples of the attention that falls on each class: [head][class]; NaN where every example is left out.
  /// - Throws: `InterventionError` for a head that does not exist; `RunError`.
  public func attentionShares(
    of heads: [(layer: Int, head: Int)], _ side: RunSide, classes: Int,
    gaze: (_ example: Int) -> (destination: Int, classes: [Int])?
  ) throws -> [[Double]] {
    var whole = AttentionShares(heads: heads.count, classes: classes)
    for block in blocks {
      whole.add(try attentionShares(of: heads, side, block: block, classes: classes, gaze: gaze))
    }
    return whole.means
  }

  /// The same of one block's examples, as sums that can be added to those of others.
  /// - Parameter block: one of `blocks`.
  /// - Throws: as for all examples.
  public func attentionShares(
    of heads: [(layer: Int, head: Int)], _ side: RunSide, block: Range<Int>, classes: Int,
    gaze: (_ example: Int) -> (destination: Int, classes: [Int])?
  ) throws -> AttentionShares {
    try checkHeads(heads)
    let resolver = SiteResolver(model.graph)
    let nodes = try heads.map { try resolver.node(.pattern, layer: $0.layer) }
    let gazes = block.map(gaze)
    let rows = try readExamples(side, of: block, keeping: Set(nodes.map(\.id))) { run, row, example in
      guard let (destination, _) = gazes[example - block.lowerBound] else { return [[Float]]() }
      let n = run.batch.length(row)
      return heads.indices.map { place in
        run.withExample(row, of: nodes[place]) { pattern in
          let start = (heads[place].head * n + destination) * n
          return Array(pattern[start..<start + n])
        }
      }
    }
    var shares = AttentionShares(heads: heads.count, classes: classes)
    for (gaze, attention) in zip(gazes, rows) {
      if let gaze { shares.add(attention, classes: gaze.classes) }
    }
    return shares
  }
}
