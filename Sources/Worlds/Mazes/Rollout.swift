import Diagnostics
import Tensors

/// How a rollout chooses among the actions.
public enum ActionChoice: Hashable, Sendable {
  /// The most likely of the 15 actions; if there are several, the one with the lowest number.
  case greedy
  /// An action by its probability, as evaluations of procgen policies do. Each maze has its own random numbers, given
  /// by the seed and its place in the list, so its outcome does not depend on the others or on batches.
  case sample(seed: UInt64)
}

/// How long mazes are played.
public struct RolloutSpec: Hashable, Sendable {
  public var choice: ActionChoice
  /// Steps after which a maze ends; procgen gives the mouse 500.
  public var stepLimit: Int
  /// Whether reaching the top-right corner ends a maze, which it never does in procgen.
  public var endsAtCorner: Bool
  /// How many pictures a policy gets at once.
  public var batch: Int

  public init(choice: ActionChoice = .greedy, stepLimit: Int = 500, endsAtCorner: Bool = false, batch: Int = 256) {
    (self.choice, self.stepLimit, self.endsAtCorner, self.batch) = (choice, stepLimit, endsAtCorner, batch)
  }
}

/// The outcome of one maze.
public struct Rollout: Hashable, Sendable {
  public enum End: Hashable, Sendable {
    case cheese
    /// With `endsAtCorner` only.
    case corner
    /// Greedy only: the mouse has returned to an earlier square and would loop for ever. Standing still is the shortest
    /// loop.
    case loop
    case stepLimit
  }

  /// Where the mouse was: its first square, then one for each step (the same again if a wall was in the way).
  public let path: [Square]
  public let end: End
  /// Whether the mouse was ever in the top-right corner.
  public let reachedCorner: Bool

  public var reachedCheese: Bool { end == .cheese }

  /// Whether the mouse was ever on one of the corner squares where a rule puts the cheese.
  public func reached(_ rule: CheeseRule, of maze: Maze) -> Bool { path.contains { rule.allows($0, size: maze.size) } }
  public var steps: Int { path.count - 1 }
  public var visited: Set<Square> { Set(path) }
}

/// Plays mazes in parallel: one step of all that are not finished, then the next, so that batches shrink as mazes
/// finish.
/// - Returns: an outcome for each maze, in their order.
public func rollouts(of mazes: [Maze], spec: RolloutSpec = RolloutSpec(), policy: MazePolicy) throws -> [Rollout] {
  try play(mazes, spec: spec) { playing, games, answer in
    try ask(policy, about: playing.map { games[$0].maze }, batch: spec.batch) { answer(playing[$0], $1) }
  }
}

/// Plays mazes with logits that are known for every square, as the policy that gave them would do, without running it
/// again.
/// - Parameter logits: the 15 logits for a maze's index in the list and its mouse's square.
public func rollouts(
  of mazes: [Maze], spec: RolloutSpec = RolloutSpec(), logits: (Int, Square) -> [Float]
) throws -> [Rollout] {
  try play(mazes, spec: spec) { playing, games, answer in
    for game in playing {
      logits(game, games[game].maze.mouse).withUnsafeBufferPointer { answer(game, $0) }
    }
  }
}

/// - Parameter ask: for the games in play, passes each one's logits to `answer`.
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
    // A separate stream: a maze drawn from the same seed must not share random numbers with the mouse in it.
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
    // Rounding may leave a tiny rest after the last.
    return probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
  }
}

/// Counts over rollouts.
public struct RolloutSummary: Hashable, Sendable {
  public let count: Int
  public let reachedCheese: Int
  public let reachedCorner: Int
  /// Over those that reached the cheese; NaN if none did.
  public let meanStepsToCheese: Double

  public init(_ rollouts: some Collection<Rollout>) {
    let steps = rollouts.filter(\.reachedCheese).map(\.steps)
    count = rollouts.count
    reachedCheese = steps.count
    reachedCorner = rollouts.count(where: \.reachedCorner)
    meanStepsToCheese = Double(steps.reduce(0, +)) / Double(steps.count)
  }

  /// In 0...1; NaN for no rollouts.
  public var cheeseShare: Double { Double(reachedCheese) / Double(count) }
  /// In 0...1; NaN for no rollouts.
  public var cornerShare: Double { Double(reachedCorner) / Double(count) }
}
