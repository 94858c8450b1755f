import Execution
import Interventions
import ModelGraph

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
    try checkHeads(heads)
    let resolver = SiteResolver(model.graph)
    let nodes = try heads.map { try resolver.node(.pattern, layer: $0.layer) }
    let batch = try prompts.batch(side)
    var sums = heads.map { _ in [Double](repeating: 0, count: classes) }
    var count = 0
    for rows in batch.groups(ofEntries: 512) {
      let run = try Oracle(model).run(batch.gathering(rows: Array(rows)), keeping: Set(nodes.map(\.id)))
      for row in 0..<rows.count {
        guard let (destination, classOf) = gaze(rows.lowerBound + row) else { continue }
        count += 1
        let n = run.batch.length(row)
        for (place, (_, head)) in heads.enumerated() {
          run.withExample(row, of: nodes[place]) { pattern in
            for source in 0..<n {
              sums[place][classOf[source]] += Double(pattern[(head * n + destination) * n + source])
            }
          }
        }
      }
    }
    return sums.map { $0.map { count == 0 ? .nan : $0 / Double(count) } }
  }
}
