import Diagnostics
import Tensors

/// How a rollout chooses among the actions.
public enum ActionChoice: Hashable, Sendable {
  /// The likeliest of the 15 actions, the lowest number of several.
  case greedy
  /// An action by its probability, as evaluations of procgen policies do. Each maze has random numbers of its own, by the seed and its place in the
  /// list: what becomes of it does not depend on the others or on batches.
  case sample(seed: UInt64)
}

/// How far mazes are played.
public struct RolloutSpec: Hashable, Sendable {
  public var choice: ActionChoice
  /// Steps after which a maze ends; procgen gives the mouse 500.
  public var stepLimit: Int
  /// Whether reaching the top-right corner ends a maze, as it never does in procgen.
  public var endsAtCorner: Bool
  /// How many pictures a policy gets at once.
  public var batch: Int

  public init(choice: ActionChoice = .greedy, stepLimit: Int = 500, endsAtCorner: Bool = false, batch: Int = 256) {
    (self.choice, self.stepLimit, self.endsAtCorner, self.batch) = (choice, stepLimit, endsAtCorner, batch)
  }
}

/// What became of one maze.
public struct Rollout: Hashable, Sendable {
  public enum End: Hashable, Sendable {
    case cheese
    /// With `endsAtCorner` only.
    case corner
    /// Greedy only: the mouse is where it has been before, so that it would go the same round for ever. Standing still is the shortest round.
    case loop
    case stepLimit
  }

  /// Where the mouse was: its first square, then one for each step, the same again when a wall was in the way.
  public let path: [Square]
  public let end: End
  /// Whether the mouse ever stood in the top-right corner.
  public let reachedCorner: Bool

  public var reachedCheese: Bool { end == .cheese }

  /// Whether the mouse ever stood on one of the squares of a maze's corner in which a rule puts the cheese.
  public func reached(_ rule: CheeseRule, of maze: Maze) -> Bool { path.contains { rule.allows($0, size: maze.size) } }
  public var steps: Int { path.count - 1 }
  public var visited: Set<Square> { Set(path) }
}

/// Plays mazes side by side: one step of all that are not finished, then the next, so that batches shrink as mazes finish.
/// - Returns: an outcome for each maze, in their order.
public func rollouts(of mazes: [Maze], spec: RolloutSpec = RolloutSpec(), policy: MazePolicy) throws -> [Rollout] {
  try play(mazes, spec: spec) { playing, games, answer in
    try ask(policy, about: playing.map { games[$0].maze }, batch: spec.batch) { answer(playing[$0], $1) }
  }
}

/// Plays mazes by logits that are known for every square: what the policy that they came from would do, without asking it again.
/// - Parameter logits: for a maze's place in the list and the square that its mouse is on, the 15 logits.
public func rollouts(
  of mazes: [Maze], spec: RolloutSpec = RolloutSpec(), logits: (Int, Square) -> [Float]
) throws -> [Rollout] {
  try play(mazes, spec: spec) { playing, games, answer in
    for game in playing {
      logits(game, games[game].maze.mouse).withUnsafeBufferPointer { answer(game, $0) }
    }
  }
}

/// - Parameter ask: for the games that are being played, gives each one's logits to `answer`.
private func play(
  _ mazes: [Maze], spec: RolloutSpec,
  ask: (_ playing: [Int], _ games: [Game], _ answer: (Int, UnsafeBufferPointer<Float>) -> Void) throws -> Void
) throws -> [Rollout] {
  guard spec.stepLimit >= 0 else { throw MazeError.stepLimit(spec.stepLimit) }
  var games = mazes.enumerated().map { Game(maze: $1, number: $0, spec: spec) }
  var playing = games.indices.filter { games[$0].end == nil }
  while !playing.isEmpty {
    let before = games
    try ask(playing, before) { games[$0].play($1, spec: spec) }
    playing.removeAll { games[$0].end != nil }
  }
  return games.map { Rollout(path: $0.path, end: $0.end ?? .stepLimit, reachedCorner: $0.reachedCorner) }
}

/// A maze being played.
private struct Game {
  var maze: Maze
  var path: [Square]
  var visited: Set<Square>
  var reachedCorner: Bool
  var end: Rollout.End?
  private var generator: SplitMix64

  init(maze: Maze, number: Int, spec: RolloutSpec) {
    self.maze = maze
    path = [maze.mouse]
    visited = [maze.mouse]
    reachedCorner = maze.mouse == maze.topRight
    // A stream of its own: a maze drawn from the same seed must not share its random numbers with the mouse in it.
    var seed: UInt64 = 0
    if case .sample(let given) = spec.choice { seed = given }
    generator = MazeStream.heldOut.generator(seed: ~seed, number: UInt64(number))
    if maze.mouse == maze.cheese {
      end = .cheese
    } else if reachedCorner, spec.endsAtCorner {
      end = .corner
    } else if spec.stepLimit == 0 {
      end = .stepLimit
    }
  }

  mutating func play(_ logits: UnsafeBufferPointer<Float>, spec: RolloutSpec) {
    let action: Int
    switch spec.choice {
    case .greedy: action = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
    case .sample: action = sample(softmax(logits))
    }
    if let direction = MoveDirection(action: action) { maze.mouse = maze.step(direction, from: maze.mouse) }
    path.append(maze.mouse)
    if maze.mouse == maze.topRight { reachedCorner = true }
    let isNew = visited.insert(maze.mouse).inserted
    if maze.mouse == maze.cheese {
      end = .cheese
    } else if maze.mouse == maze.topRight, spec.endsAtCorner {
      end = .corner
    } else if spec.choice == .greedy, !isNew {
      end = .loop
    } else if path.count > spec.stepLimit {
      end = .stepLimit
    }
  }

  private mutating func sample(_ probabilities: [Double]) -> Int {
    // 53 random bits: a number in 0..<1.
    var left = Double(generator.next() >> 11) * 0x1p-53
    for (action, probability) in probabilities.enumerated() {
      left -= probability
      if left < 0 { return action }
    }
    // Rounding may leave a crumb after the last.
    return probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
  }
}

/// Rollouts counted.
public struct RolloutSummary: Hashable, Sendable {
  public let count: Int
  public let reachedCheese: Int
  public let reachedCorner: Int
  /// Over those that reached the cheese; NaN when none did.
  public let meanStepsToCheese: Double

  public init(_ rollouts: some Collection<Rollout>) {
    let steps = rollouts.filter(\.reachedCheese).map(\.steps)
    count = rollouts.count
    reachedCheese = steps.count
    reachedCorner = rollouts.count(where: \.reachedCorner)
    meanStepsToCheese = Double(steps.reduce(0, +)) / Double(steps.count)
  }

  /// In 0...1; NaN of no rollouts.
  public var cheeseShare: Double { Double(reachedCheese) / Double(count) }
  /// In 0...1; NaN of no rollouts.
  public var cornerShare: Double { Double(reachedCorner) / Double(count) }
}
