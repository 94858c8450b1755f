/// A direction in which the mouse can go, and which of procgen's 15 actions go that way.
///
/// The actions are combinations of keys (openai/procgen, `env.py`): 0-2 hold LEFT (with DOWN, alone, with UP), 6-8 hold
/// RIGHT, 3 is DOWN, 5 is UP, and 4 and 9-14 hold no arrow key. The maze game drops the vertical part of a diagonal
/// (`games/maze.cpp`), which gives the groups in UlisseMini/procgen-tools (`models.py`).
public enum MoveDirection: Int, CaseIterable, Sendable, CustomStringConvertible {
  case left, right, down, up

  /// How many actions a policy chooses from.
  public static let actionCount = 15

  /// The direction in which an action moves the mouse; nil for actions that do nothing and for numbers that are not
  /// actions.
  public init?(action: Int) {
    switch action {
    case 0...2: self = .left
    case 6...8: self = .right
    case 3: self = .down
    case 5: self = .up
    default: return nil
    }
  }

  /// All actions that go this way.
  public var actions: ClosedRange<Int> {
    switch self {
    case .left: 0...2
    case .right: 6...8
    case .down: 3...3
    case .up: 5...5
    }
  }

  /// The action that holds only this arrow key; the label of training examples.
  public var directAction: Int {
    switch self {
    case .left: 1
    case .right: 7
    case .down: 3
    case .up: 5
    }
  }

  /// +1 is a row further down.
  public var rowStep: Int {
    switch self {
    case .down: 1
    case .up: -1
    default: 0
    }
  }

  /// +1 is a column further right.
  public var columnStep: Int {
    switch self {
    case .right: 1
    case .left: -1
    default: 0
    }
  }

  /// "left", "right", "down" or "up".
  public var description: String {
    switch self {
    case .left: "left"
    case .right: "right"
    case .down: "down"
    case .up: "up"
    }
  }
}
