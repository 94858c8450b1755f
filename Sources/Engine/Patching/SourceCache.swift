import Diagnostics
import Execution
import Foundation
import Interventions
import ModelGraph
import Tensors

/// What edits take from all examples, whatever block is being processed; computed once.
struct SourceCache: Sendable {
  /// By the nodes of a site.
  let means = Memo<[NodeID], Activations>()
  let differences = Memo<[NodeID], ExampleDifferences>()
  /// By a seed.
  let partners = Memo<UInt64, [Int]>()
}

extension PatchingEngine {
  /// The mean of some activations of the other run over all examples, position by position, as a run of one row. Sums
  /// are in double precision, in the order of the examples.
  /// - Precondition: all prompts have the same length.
  func mean(of site: [NodeID]) throws -> Activations {
    try sources.means.value(for: site) {
      let one = try prompts.batch(direction.other, rows: [0])
      var sums = site.map { _ in [Double]() }
      for block in blocks {
        for rows in groups(of: block, keeping: site) {
          let run = try unedited(direction.other, rows: rows, keeping: Set(site))
          for row in 0..<rows.count {
            for (place, id) in site.enumerated() {
              run.withExample(row, of: model.graph[id]) { values in
                if sums[place].isEmpty { sums[place] = [Double](repeating: 0, count: values.count) }
                for i in values.indices { sums[place][i] += Double(values[i]) }
              }
            }
          }
        }
      }
      var means: [NodeID: Tensor] = [:]
      for (id, sum) in zip(site, sums) {
        means[id] = Tensor(shape: [sum.count], sum.map { Float($0 / Double(prompts.count)) })
      }
      return Activations(batch: one, values: means)
    }
  }

  /// Both runs of every example at a site; any of them may be a source.
  func differences(at site: [NodeID]) throws -> ExampleDifferences {
    try sources.differences.value(for: site) {
      var differences = ExampleDifferences()
      for block in blocks {
        for rows in groups(of: block, keeping: site) {
          differences.append(
            base: try unedited(direction.base, rows: rows, keeping: Set(site)),
            other: try unedited(direction.other, rows: rows, keeping: Set(site)))
        }
      }
      return differences
    }
  }

  /// For each example, another one of the same length, chosen with a seed.
  /// - Throws: `InterventionError.resampleNeedsPartner` if there is none.
  func partners(seed: UInt64) throws -> [Int] {
    try sources.partners.value(for: seed) {
      var generator = SplitMix64(seed: seed)
      let rows = prompts.pairs.indices
      let alike = Dictionary(grouping: rows) { prompts.pairs[$0].length }
      var places = [Int](repeating: 0, count: rows.count)
      for group in alike.values { for (place, row) in group.enumerated() { places[row] = place } }
      return try rows.map { row in
        let length = prompts.pairs[row].length
        let candidates = alike[length] ?? []
        guard candidates.count > 1 else { throw InterventionError.resampleNeedsPartner(example: row, length: length) }
        // One of the others: indices after the row move up by one.
        let chosen = Int.random(in: 0..<candidates.count - 1, using: &generator)
        return candidates[chosen < places[row] ? chosen : chosen + 1]
      }
    }
  }
}
