import Execution
import Interventions
import ModelGraph

/// Where chosen heads attend.
public struct AttentionPatterns: Sendable {
  /// Names such as `9.9`.
  public let heads: [String]
  /// [head][destination][source][example]; NaN beyond a prompt's length.
  public private(set) var values: [[[[Float]]]]

  /// Appends those of the examples that follow.
  mutating func append(_ next: AttentionPatterns) {
    for (head, own) in next.values.enumerated() {
      for (destination, row) in own.enumerated() {
        for (source, examples) in row.enumerated() { values[head][destination][source] += examples }
      }
    }
  }
}

extension PatchingEngine {
  /// The attention patterns of some heads in one of the two unedited runs.
  /// - Throws: `InterventionError` for a head that does not exist.
  public func attentionPatterns(of heads: [Head], _ side: RunSide) throws -> AttentionPatterns {
    var whole = try attentionPatterns(of: heads, side, block: blocks[0])
    for block in blocks.dropFirst() { whole.append(try attentionPatterns(of: heads, side, block: block)) }
    return whole
  }

  /// The same for one block's examples, with the positions of all prompts.
  /// - Parameter block: one of `blocks`.
  /// - Throws: as for all examples.
  public func attentionPatterns(
    of heads: [Head], _ side: RunSide, block: Range<Int>
  ) throws -> AttentionPatterns {
    try checkHeads(heads)
    let resolver = SiteResolver(model.graph)
    let nodes = try heads.map { try resolver.node(.pattern, layer: $0.layer) }
    let longest = prompts.longest
    let empty = [Float](repeating: .nan, count: block.count)
    var values = heads.map { _ in [[[Float]]](repeating: [[Float]](repeating: empty, count: longest), count: longest) }
    // [example][head], each [destination, source]
    let patterns = try readExamples(side, of: block, keeping: Set(nodes.map(\.id))) { run, row, _ in
      let size = run.batch.length(row) * run.batch.length(row)
      return heads.indices.map { place in
        run.withExample(row, of: nodes[place]) {
          Array($0[heads[place].head * size..<(heads[place].head + 1) * size])
        }
      }
    }
    for (place, example) in block.enumerated() {
      let n = prompts.pairs[example].length
      for head in heads.indices {
        for destination in 0..<n {
          for source in 0..<n {
            values[head][destination][source][place] = patterns[place][head][destination * n + source]
          }
        }
      }
    }
    return AttentionPatterns(heads: heads.map(\.description), values: values)
  }

  /// Checks that heads exist.
  /// - Throws: `InterventionError.outsideAxis`.
  public func checkHeads(_ heads: [Head]) throws {
    let resolver = SiteResolver(model.graph)
    for head in heads {
      _ = try resolver.features(.head, of: Site(.pattern, [.layer: .index(head.layer), .head: .index(head.head)]))
    }
  }
}
