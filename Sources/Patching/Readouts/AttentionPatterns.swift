import Execution
import Interventions
import ModelGraph

/// Where chosen heads look.
public struct AttentionPatterns: Sendable {
  /// `9.9` and so on.
  public let heads: [String]
  /// [head][destination][source][example]; NaN beyond a prompt's length.
  public let values: [[[[Float]]]]
}

extension PatchingEngine {
  /// The attention patterns of some heads in one of the two unedited runs.
  /// - Throws: `InterventionError` for a head that does not exist.
  public func attentionPatterns(of heads: [(layer: Int, head: Int)], _ side: RunSide) throws -> AttentionPatterns {
    try checkHeads(heads)
    let resolver = SiteResolver(model.graph)
    let nodes = try heads.map { try resolver.node(.pattern, layer: $0.layer) }
    let batch = try prompts.batch(side)
    let longest = prompts.longest
    let empty = [Float](repeating: .nan, count: prompts.count)
    var values = heads.map { _ in [[[Float]]](repeating: [[Float]](repeating: empty, count: longest), count: longest) }
    for rows in batch.groups(ofEntries: 512) {
      let run = try Oracle(model).run(batch.gathering(rows: Array(rows)), keeping: Set(nodes.map(\.id)))
      for (place, (_, head)) in heads.enumerated() {
        for row in 0..<rows.count {
          let n = run.batch.length(row)
          run.withExample(row, of: nodes[place]) { pattern in
            for destination in 0..<n {
              for source in 0..<n {
                values[place][destination][source][rows.lowerBound + row] =
                  pattern[(head * n + destination) * n + source]
              }
            }
          }
        }
      }
    }
    return AttentionPatterns(heads: heads.map { "\($0.layer).\($0.head)" }, values: values)
  }

  /// Checks that heads exist.
  /// - Throws: `InterventionError.outsideAxis`.
  public func checkHeads(_ heads: [(layer: Int, head: Int)]) throws {
    let resolver = SiteResolver(model.graph)
    for (layer, head) in heads {
      _ = try resolver.features(.head, of: Site(.pattern, [.layer: .index(layer), .head: .index(head)]))
    }
  }
}
