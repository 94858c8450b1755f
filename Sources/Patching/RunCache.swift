import Execution
import Foundation
import ModelGraph

/// The unedited runs of the examples that an engine looked at last, so that one sweep after another finds them done.
///
/// `@unchecked Sendable`: the lock guards what is held.
final class RunCache: @unchecked Sendable {
  /// Which of the two runs.
  enum Side: Hashable { case base, other }

  private struct Held {
    let rows: Range<Int>
    let nodes: Set<NodeID>
    let run: Activations
  }

  private let lock = NSLock()
  private var held: [Side: Held] = [:]

  /// A run of some examples that keeps at least `nodes`; what was held of other examples is let go before anything is computed.
  func run(
    _ side: Side, rows: Range<Int>, nodes: Set<NodeID>, _ compute: (Set<NodeID>) throws -> Activations
  ) throws -> Activations {
    try lock.withLock {
      var wanted = nodes
      if let known = held[side], known.rows == rows {
        if nodes.isSubset(of: known.nodes) { return known.run }
        wanted.formUnion(known.nodes)
      }
      held[side] = nil
      let run = try compute(wanted)
      held[side] = Held(rows: rows, nodes: wanted, run: run)
      return run
    }
  }
}
