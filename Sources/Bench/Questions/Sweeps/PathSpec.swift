import Interventions
import ModelGraph
import Patching

/// Path patching as requested in an experiment file; which senders exist may depend on the model.
public struct PathSpec: Sendable, Hashable {
  /// The senders whose change is followed.
  public enum Senders: Sendable, Hashable {
    /// All of one kind, each separately.
    case every(Kind)
    /// Those listed; each group is patched at once.
    case groups([[Sender]])

    /// The kinds of sender. Raw values are the words of experiment files.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      case heads, mlps, embed, all
    }
  }

  public let senders: Senders
  /// At least one, without repetition; the logits only alone or with `together` false.
  public let receivers: [Receiver]
  public let freeze: PathSweep.Freeze
  /// Whether all receivers are patched at once, or one by one.
  public let together: Bool
  public let positions: PathPositions

  public init(
    senders: Senders, receivers: [Receiver], freeze: PathSweep.Freeze = .heads, together: Bool = true,
    positions: PathPositions = PathPositions()
  ) {
    self.senders = senders
    self.receivers = receivers
    self.freeze = freeze
    self.together = together
    self.positions = positions
  }
}

/// Paths from every head to every later head.
public struct EdgeSpec: Sendable, Hashable {
  /// At least one, without repetition.
  public let inputs: [Receiver.Input]
  public let freeze: PathSweep.Freeze
  public let positions: PathPositions

  public init(
    inputs: [Receiver.Input] = Receiver.Input.allCases, freeze: PathSweep.Freeze = .headsAndMlps,
    positions: PathPositions = PathPositions()
  ) {
    self.inputs = inputs
    self.freeze = freeze
    self.positions = positions
  }
}

/// Where paths start and end.
public struct PathPositions: Sendable, Hashable {
  /// Where senders take the other run's value.
  public let senders: Selector
  /// Where receivers take their changed inputs.
  public let receivers: Selector

  public init(senders: Selector = .all, receivers: Selector = .all) {
    self.senders = senders
    self.receivers = receivers
  }

  /// Whether a prompt of this many tokens has one of each.
  func exist(in length: Int) -> Bool {
    !senders.indices(count: length).isEmpty && !receivers.indices(count: length).isEmpty
  }
}
