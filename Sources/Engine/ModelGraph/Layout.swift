/// How the values of a node are laid out for a batch of prompts. There is no padding: a prompt of n tokens has n
/// positions.
public enum Layout: Sendable, Hashable {
  /// One vector for each position of each example: [example, position, features...], the (example, position) pairs
  /// packed.
  case perPosition([Extent])
  /// One number for each pair of positions and head: [example, head, destination, source], examples packed one after
  /// another.
  case perPair(heads: Int)
  /// One vector for each example: [example, features...].
  case perExample([Extent])

  /// How many numbers one position has (or one example or, for pairs, one destination-source pair).
  public var width: Int {
    switch self {
    case .perPosition(let features), .perExample(let features): features.reduce(1) { $0 * $1.size }
    case .perPair(let heads): heads
    }
  }

  /// The names of all axes, outermost first.
  public var axes: [Axis] {
    switch self {
    case .perPosition(let features): [.example, .position] + features.map(\.axis)
    case .perPair: [.example, .head, .destination, .source]
    case .perExample(let features): [.example] + features.map(\.axis)
    }
  }

  /// The sizes of all axes for `examples` prompts of `positions` tokens.
  public func sizes(examples: Int, positions: Int) -> [Int] {
    switch self {
    case .perPosition(let features): [examples, positions] + features.map(\.size)
    case .perPair(let heads): [examples, heads, positions, positions]
    case .perExample(let features): [examples] + features.map(\.size)
    }
  }

  /// The number of heads that the values are divided into, if they are.
  public var heads: Int? {
    switch self {
    case .perPosition(let features): features.first { $0.axis == .head }?.size
    case .perPair(let heads): heads
    case .perExample: nil
    }
  }
}
