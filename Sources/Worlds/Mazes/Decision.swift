import Tensors

/// The choice that a policy has at a maze's decision square.
public struct Decision: Hashable, Sendable {
  public let square: Square
  public let toCheese: MoveDirection
  public let toCorner: MoveDirection

  public init(square: Square, toCheese: MoveDirection, toCorner: MoveDirection) {
    (self.square, self.toCheese, self.toCorner) = (square, toCheese, toCorner)
  }
}

/// How likely a policy is to take each way at a decision square.
public struct Heading: Hashable, Sendable {
  public let cheese: Double
  public let corner: Double
  /// Back, into walls, or no step at all.
  public var elsewhere: Double { 1 - cheese - corner }
  /// The cheese's share of the two ways; NaN if neither has any probability.
  public var cheeseShare: Double { cheese / (cheese + corner) }

  init(_ decision: Decision, _ moves: MoveProbabilities) {
    (cheese, corner) = (moves[decision.toCheese], moves[decision.toCorner])
  }
}

extension Maze {
  /// The decision square and the two ways from it; nil if there is no `decisionSquare`.
  public var decision: Decision? {
    guard let square = decisionSquare, let cheese, let toCheese = bestDirection(to: cheese, from: square),
      let toCorner = bestDirection(to: topRight, from: square)
    else { return nil }
    return Decision(square: square, toCheese: toCheese, toCorner: toCorner)
  }
}

extension VectorField {
  /// What the policy does at a decision square; nil if the field does not have the square.
  public func heading(at decision: Decision) -> Heading? { self[decision.square].map { Heading(decision, $0) } }
}

/// What a policy does at the decision squares of mazes, with the mouse put there.
/// - Parameter decisions: a maze may differ from the one from which its decision was taken, for example by having no
///   cheese: this shows whether a policy goes where the cheese was.
/// - Returns: in the order of `decisions`.
public func headings(
  at decisions: [(maze: Maze, decision: Decision)], batch: Int = 256, policy: MazePolicy
) throws -> [Heading] {
  let mazes = try decisions.map { try $0.maze.withMouse(at: $0.decision.square) }
  var headings: [Heading] = []
  try ask(policy, about: mazes, batch: batch) { index, logits in
    headings.append(Heading(decisions[index].decision, MoveProbabilities(logits: logits)))
  }
  return headings
}
