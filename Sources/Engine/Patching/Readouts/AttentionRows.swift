import Interventions
import ModelGraph

extension PatchingEngine {
  /// How some heads attend from one position of each prompt of a block, in one of the two unedited runs.
  /// - Parameters:
  ///   - block: one of `blocks`.
  ///   - destination: the position from which an example attends; nil leaves the example out.
  /// - Returns: [example of the block][head][source]; empty for an example that is left out.
  /// - Throws: `InterventionError` for a head that does not exist; `RunError`.
  public func attentionRows(
    of heads: [Head], _ side: RunSide, block: Range<Int>, from destination: (_ example: Int) -> Int?
  ) throws -> [[[Float]]] {
    try checkHeads(heads)
    let resolver = SiteResolver(model.graph)
    let nodes = try heads.map { try resolver.node(.pattern, layer: $0.layer) }
    let destinations = block.map(destination)
    return try readExamples(side, of: block, keeping: Set(nodes.map(\.id))) { run, row, example in
      guard let destination = destinations[example - block.lowerBound] else { return [] }
      let n = run.batch.length(row)
      return heads.indices.map { place in
        run.withExample(row, of: nodes[place]) { pattern in
          let start = (heads[place].head * n + destination) * n
          return Array(pattern[start..<start + n])
        }
      }
    }
  }
}
