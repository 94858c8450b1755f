import Interventions
import LabelledArrays
import ModelGraph

/// Path patching (Wang et al. 2022): for each sender, what happens when its change reaches the outcome through the receivers only.
///
/// The sender takes the other run's value while every other head keeps the base run's (with `.heads`; MLPs and norms are recomputed) or the MLPs
/// keep theirs too (`.headsAndMlps`: the direct path alone). What the receivers' inputs become is put into the base run, where everything else is
/// live, and the metric is read.
public struct PathSweep: Sendable, Hashable {
  /// What keeps the base run's value on the way from sender to receiver.
  public enum Freeze: String, Sendable, Hashable, CaseIterable {
    case heads
    case headsAndMlps = "heads+mlps"
  }

  public let name: String
  /// Each sender is a group that is patched at once; one member, as a rule.
  public let senders: [[Sender]]
  public let receivers: [Receiver]
  public let freeze: Freeze
  /// Whether all receivers are patched at once ([sender, example]) or one by one ([sender, receiver, example]).
  public let together: Bool
  /// Where senders take the other run's value.
  public let senderPositions: Selector
  /// Where receivers take what their inputs became.
  public let receiverPositions: Selector

  /// - Throws: `PatchingError` for no senders or receivers, or the logits among receivers that are patched together.
  public init(
    name: String, senders: [[Sender]], receivers: [Receiver], freeze: Freeze = .heads, together: Bool = true,
    senderPositions: Selector = .all, receiverPositions: Selector = .all
  ) throws {
    guard !senders.isEmpty, senders.allSatisfy({ !$0.isEmpty }) else {
      throw PatchingError.emptyPath(sweep: name, end: "senders")
    }
    guard !receivers.isEmpty else { throw PatchingError.emptyPath(sweep: name, end: "receivers") }
    if together, receivers.count > 1, receivers.contains(.logits) { throw PatchingError.logitsTogether(sweep: name) }
    self.name = name
    self.senders = senders
    self.receivers = receivers
    self.freeze = freeze
    self.together = together
    self.senderPositions = senderPositions
    self.receiverPositions = receiverPositions
  }
}

/// A path sweep that is known to fit its model.
public struct PathPlan: Sendable {
  public let sweep: PathSweep
  /// The receivers patched at once in each column: one column of all, or one for each receiver.
  let columns: [[Receiver]]
  let anatomy: Anatomy

  /// How many senders.
  public var senders: Int { sweep.senders.count }

  /// The columns' names; one where all receivers are patched together.
  public var receiverLabels: [String] { columns.map { $0.map(\.description).joined(separator: "+") } }

  /// The senders' names.
  public var senderLabels: [String] { sweep.senders.map { $0.map(\.description).joined(separator: "+") } }

  /// The axes as results have them, without `example`: `sender`, and `receiver` where receivers are patched one by one.
  public var labelledAxes: [LabelledAxis] {
    let senders = LabelledAxis("sender", .texts(senderLabels))
    return sweep.together ? [senders] : [senders, LabelledAxis("receiver", .texts(receiverLabels))]
  }

  /// Runs for each example: senders times columns.
  public var cells: Int { senders * columns.count }

  /// For each cell, whether a path leads from its sender to one of its receivers.
  public var hasPath: [Bool] {
    sweep.senders.flatMap { group in
      columns.map { receivers in
        group.contains { sender in receivers.contains { anatomy.hasEdge(from: sender, to: $0) } }
      }
    }
  }
}
