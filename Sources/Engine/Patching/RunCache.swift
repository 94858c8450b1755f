import Execution
import Foundation
import ModelGraph

/// The unedited runs of the examples that an engine used last, so that consecutive sweeps can share them.
///
/// `@unchecked Sendable`: the lock guards what is held.
final class RunCache: @unchecked Sendable {
  private struct Held {
    let rows: Range<Int>
    let nodes: Set<NodeID>
    let run: Activations
  }

  private let lock = NSLock()
  private var held: [RunSide: Held] = [:]

  func release() { lock.withLock { held = [:] } }

  /// A run of some examples with exactly `nodes`: what earlier sweeps kept must not change how a later one computes.
  /// Runs of other examples are released before anything is computed.
  func run(
    _ side: RunSide, rows: Range<Int>, nodes: Set<NodeID>, _ compute: (Set<NodeID>) throws -> Activations
  ) throws -> Activations {
    try lock.withLock {
      var wanted = nodes
      if let known = held[side], known.rows == rows {
        if nodes.isSubset(of: known.nodes) { return known.run.restricted(to: nodes) }
        wanted.formUnion(known.nodes)
      } else {
        // The next examples' runs are needed next, for either side.
        held = held.filter { $1.rows == rows }
      }
      held[side] = nil
      let run = try compute(wanted)
      held[side] = Held(rows: rows, nodes: wanted, run: run)
      return run.restricted(to: nodes)
    }
  }
}
