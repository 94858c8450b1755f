import Checkpoints
import Foundation
import ModelGraph
import Patching

/// Direct paths between heads (heads and MLPs frozen).
struct PathTimings {
  let engine: PatchingEngine

  /// From a head in the middle to every later head's query.
  func oneSender() throws {
    let anatomy = try engine.model.graph.transformer()
    let layer = anatomy.blocks.count / 2
    let later = anatomy.receivers().filter { $0.input == .q && $0.layer ?? 0 > layer }
    try time("from head \(layer).0 to \(later.count) later queries", [[.head(layer: layer, head: 0)]], later)
  }

  /// Every head to every later one, by query, key and value.
  func everyHead() throws {
    let anatomy = try engine.model.graph.transformer()
    try time(
      "every head to every later head, q, k and v", anatomy.senders(mlps: false, embed: false).map { [$0] },
      anatomy.receivers().filter { $0.head != nil }, repetitions: 1)
  }

  private func time(_ name: String, _ senders: [[Sender]], _ receivers: [Receiver], repetitions: Int = 3) throws {
    let plan = try engine.plan(
      PathSweep(name: "paths", senders: senders, receivers: receivers, freeze: .headsAndMlps, together: false))
    let paths = plan.hasPath.count { $0 }
    let seconds = try bestSeconds(of: repetitions) { _ = try engine.results(plan) }
    let padded = name.padding(toLength: 44, withPad: " ", startingAt: 0)
    print(
      String(
        format: "%@ %8.3f s  %6d paths  %7.3f ms a path", padded, seconds, paths, seconds * 1e3 / Double(max(1, paths)))
    )
  }
}
