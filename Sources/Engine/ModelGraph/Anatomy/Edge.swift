/// A connection from a sender to a receiver: what the sender writes is part of what the receiver reads.
public struct Edge: Sendable, Hashable, CustomStringConvertible {
  public let sender: Sender
  public let receiver: Receiver

  public init(from sender: Sender, to receiver: Receiver) {
    self.sender = sender
    self.receiver = receiver
  }

  /// `7.3->9.9.q`
  public var description: String { "\(sender)->\(receiver)" }

  /// `7.3->9.9.q`; nil for any other text.
  public init?(_ text: String) {
    let ends = text.split(separator: "->", omittingEmptySubsequences: false)
    guard ends.count == 2, let sender = Sender(String(ends[0])), let receiver = Receiver(String(ends[1])) else {
      return nil
    }
    self.init(from: sender, to: receiver)
  }
}

/// With grouped-query attention, which keys and values count as receivers.
public enum KeyValueInputs: String, Sendable, Hashable, CaseIterable {
  /// One key and one value for each key-value head: what the model computes.
  case grouped
  /// One of each for every query head, as if each had its own copy (as EAP-IG and MIB count).
  case ungrouped
}
