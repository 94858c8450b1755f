import Interventions
import LabelledArrays
import ModelGraph

/// Path patching (Wang et al. 2022): for each sender, what happens if its change reaches the logits through the
/// receivers only.
///
/// The sender takes the other run's value while every other head keeps the base run's (with `.heads`; MLPs and norms
/// are recomputed), or the MLPs keep theirs too (with `.headsAndMlps`: only the direct path). The resulting inputs of
/// the receivers are put into the base run, where everything else is recomputed, and the metric is read.
public struct PathSweep: Sendable, Hashable {
  /// What keeps the base run's value on the way from sender to receiver.
  public enum Freeze: String, Sendable, Hashable, CaseIterable {
    case heads
    case headsAndMlps = "heads+mlps"
  }

  public let name: String
  /// Each sender is a group that is patched at once, usually with one member.
  public let senders: [[Sender]]
  public let receivers: [Receiver]
  public let freeze: Freeze
  /// Whether all receivers are patched at once ([sender, example]) or one by one ([sender, receiver, example]).
  public let together: Bool
  /// Where senders take the other run's value.
  public let senderPositions: Selector
  /// Where receivers take their changed inputs.
  public let receiverPositions: Selector

  /// - Throws: `PatchingError` if there are no senders or receivers, or the logits are among receivers that are patched
  ///   together.
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

/// A path sweep that has been checked against its model.
public struct PathPlan: Sendable {
  public let sweep: PathSweep
  /// The receivers that are patched at once in each column: one column with all, or one for each receiver.
  let columns: [[Receiver]]
  let anatomy: Anatomy

  /// The number of senders.
  public var senders: Int { sweep.senders.count }

  /// The columns' names; one if all receivers are patched together.
  public var receiverLabels: [String] { columns.map { $0.map(\.description).joined(separator: "+") } }

  /// The senders' names.
  public var senderLabels: [String] { sweep.senders.map { $0.map(\.description).joined(separator: "+") } }

  /// The axes in results, without `example`: `sender`, and `receiver` if receivers are patched one by one.
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
