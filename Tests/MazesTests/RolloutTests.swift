import Mazes
import Tensors
import Testing

@Suite struct RolloutTests {
  /// Takes the shortest way to a square of the hand maze.
  private func walker(to target: Square, in maze: Maze) -> MazePolicy {
    seeingPolicy(size: maze.size) { square in
      favouring([maze.bestDirection(to: target, from: square)?.directAction ?? 4: 20])
    }
  }

  @Test func theMouseWalksToTheCheese() throws {
    let maze = try handMaze()
    let rollout = try rollouts(of: [maze], policy: walker(to: Square(4, 2), in: maze))[0]
    #expect(rollout.end == .cheese && rollout.reachedCheese && !rollout.reachedCorner)
    #expect(rollout.path == maze.path(from: Square(4, 0), to: Square(4, 2)))
    #expect(rollout.steps == 10 && rollout.visited.count == 11)
  }

  @Test func theCornerEndsAMazeOnlyWhenAsked() throws {
    let maze = try handMaze()
    let policy = walker(to: maze.topRight, in: maze)
    let ended = try rollouts(of: [maze], spec: RolloutSpec(endsAtCorner: true), policy: policy)[0]
    #expect(ended.end == .corner && ended.reachedCorner && ended.steps == 8)
    // Without it the mouse stays there, which is a loop of one step.
    let standing = try rollouts(of: [maze], policy: policy)[0]
    #expect(standing.end == .loop && standing.reachedCorner && !standing.reachedCheese && standing.steps == 9)
  }

  @Test func cheeseInTheCornerIsBoth() throws {
    let maze = try handMaze().withCheese(at: Square(0, 4))
    let rollout = try rollouts(of: [maze], policy: walker(to: maze.topRight, in: maze))[0]
    #expect(rollout.reachedCheese && rollout.reachedCorner)
  }

  @Test func wallsStopTheMouse() throws {
    let maze = try handMaze()
    let right = try rollouts(of: [maze]) { Tensor(shape: [$0.shape[0], 15], favouring([7: 1])) }[0]
    #expect(right.path == [Square(4, 0), Square(4, 0)] && right.end == .loop)
    // A sampled mouse may stay there for long: the limit ends it.
    let sampled = try rollouts(of: [maze], spec: RolloutSpec(choice: .sample(seed: 1), stepLimit: 6)) {
      Tensor(shape: [$0.shape[0], 15], favouring([7: 100]))
    }[0]
    #expect(sampled.path == [Square](repeating: Square(4, 0), count: 7) && sampled.end == .stepLimit)
  }

  @Test func stepsAreLimited() throws {
    let maze = try handMaze()
    for limit in 0...12 {
      let rollout = try rollouts(
        of: [maze], spec: RolloutSpec(stepLimit: limit), policy: walker(to: Square(4, 2), in: maze))[0]
      #expect(rollout.steps == min(limit, 10))
      #expect(rollout.end == (limit < 10 ? .stepLimit : .cheese))
    }
  }

  @Test func equalLogitsGoToTheLowestAction() throws {
    let maze = try handMaze().withMouse(at: Square(2, 2))
    let rollout = try rollouts(of: [maze], spec: RolloutSpec(stepLimit: 1)) { Tensor(shape: [$0.shape[0], 15]) }[0]
    #expect(rollout.path == [Square(2, 2), Square(2, 1)])
  }

  @Test func batchesShrinkAsMazesFinish() throws {
    let near = try handMaze().withMouse(at: Square(4, 4))
    let far = try handMaze()
    let walk = walker(to: Square(4, 2), in: far)
    var sizes: [Int] = []
    let outcomes = try rollouts(of: [far, near, far, near, near], spec: RolloutSpec(batch: 4)) { pictures in
      sizes.append(pictures.shape[0])
      return try walk(pictures)
    }
    #expect(outcomes.map(\.steps) == [10, 2, 10, 2, 2])
    #expect(sizes == [4, 1, 4, 1] + [Int](repeating: 2, count: 8))
  }

  @Test func samplingFollowsTheProbabilitiesAndTheSeed() throws {
    // Two thirds up, one third down, from the middle of a corridor.
    let maze = try handMaze().withMouse(at: Square(3, 0))
    let mazes = [Maze](repeating: maze, count: 3000)
    let policy: MazePolicy = { pictures in
      Tensor(
        shape: [pictures.shape[0], 15], (0..<pictures.shape[0]).flatMap { _ in favouring([5: 40 + 0.6931472, 3: 40]) })
    }
    let spec = RolloutSpec(choice: .sample(seed: 4), stepLimit: 1)
    let outcomes = try rollouts(of: mazes, spec: spec, policy: policy)
    let up = outcomes.count { $0.path[1] == Square(2, 0) }
    #expect(abs(up - 2000) < 130, "\(up) of 3000; a standard deviation is 26")
    #expect(outcomes.allSatisfy { $0.path[1] != Square(3, 0) })
    // The same seed, in other batches and with fewer mazes.
    var other = spec
    other.batch = 7
    #expect(try rollouts(of: Array(mazes[..<100]), spec: other, policy: policy) == Array(outcomes[..<100]))
    other.choice = .sample(seed: 5)
    #expect(try rollouts(of: Array(mazes[..<100]), spec: other, policy: policy) != Array(outcomes[..<100]))
  }

  @Test func summaries() throws {
    let maze = try handMaze()
    let toCheese = try rollouts(
      of: [maze, maze.withMouse(at: Square(4, 4))], policy: walker(to: Square(4, 2), in: maze))
    let toCorner = try rollouts(of: [maze, maze], policy: walker(to: maze.topRight, in: maze))
    let summary = RolloutSummary(toCheese + toCorner)
    #expect(summary.count == 4 && summary.reachedCheese == 2 && summary.reachedCorner == 2)
    #expect(summary.meanStepsToCheese == 6 && summary.cheeseShare == 0.5 && summary.cornerShare == 0.5)
    #expect(RolloutSummary(toCorner).meanStepsToCheese.isNaN)
    #expect(try rollouts(of: []) { $0 }.isEmpty)
  }
}
