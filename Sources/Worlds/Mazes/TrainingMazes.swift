/// Which mazes a policy is trained on.
public struct MazeDataSpec: Hashable, Sendable {
  /// Drawn with equal probability; a size listed twice is twice as likely.
  public let sizes: [Int]
  public let cheese: CheeseRule
  public let stream: MazeStream

  /// - Parameters:
  ///   - sizes: each odd, 3...25; procgen draws from all of them.
  ///   - stream: `.heldOut` gives examples to validate with.
  public init(sizes: [Int] = Maze.sizes, cheese: CheeseRule = .topRight(5), stream: MazeStream = .training)
    throws(MazeError)
  {
    if sizes.isEmpty { throw .noSizes }
    for size in sizes { try Maze.check(size: size) }
    try cheese.check()
    (self.sizes, self.cheese, self.stream) = (sizes, cheese, stream)
  }
}

/// A maze and what the mouse should do in it.
public struct MazeExample: Hashable, Sendable {
  public let maze: Maze
  /// The first step on the way to the cheese.
  public let direction: MoveDirection
  /// The action that takes this step: 1, 7, 3 or 5.
  public var label: Int { direction.directAction }
}

/// Endless examples: each is a new maze with the mouse on any open square but the cheese's, labelled with the first
/// step on the way to the cheese.
///
/// An example is a function of the specification, the seed and its number. Nothing is carried over from one to the
/// next, so that training can stop and resume bit for bit, and threads can fill parts of a batch.
public enum TrainingMazes {
  /// The example with this number, 0 or more.
  public static func example(number: Int, seed: UInt64, spec: MazeDataSpec) -> MazeExample {
    precondition(number >= 0, "example \(number)")
    var generator = spec.stream.generator(seed: seed, number: UInt64(number))
    let size = spec.sizes[generator.index(below: spec.sizes.count)]
    var maze = Maze(size: size, cheese: spec.cheese, drawnFrom: &generator)
    maze.mouse = maze.randomOpenSquare(drawnFrom: &generator) { [cheese = maze.cheese] in $0 != cheese }
    guard let cheese = maze.cheese, let direction = maze.bestDirection(to: cheese) else {
      preconditionFailure("a perfect maze has a way to its cheese")
    }
    return MazeExample(maze: maze, direction: direction)
  }

  /// Draws examples and writes their labels.
  /// - Parameters:
  ///   - numbers: the examples' numbers; those of step `s` in a training run with batches of `b` are `s * b ..< (s + 1)
  ///     * b`.
  ///   - observations: receives [example, 3, 64, 64]; may be uninitialised.
  ///   - labels: receives an action for each example; earlier contents are replaced.
  public static func fill(
    examples numbers: Range<Int>, seed: UInt64, spec: MazeDataSpec,
    into observations: UnsafeMutableBufferPointer<Float>, labels: inout [Int32]
  ) {
    precondition(
      observations.count == numbers.count * Observation.count,
      "\(observations.count) numbers for \(numbers.count) pictures of \(Observation.count)")
    labels.removeAll(keepingCapacity: true)
    for (index, number) in numbers.enumerated() {
      let example = example(number: number, seed: seed, spec: spec)
      let start = index * Observation.count
      example.maze.render(into: UnsafeMutableBufferPointer(rebasing: observations[start..<start + Observation.count]))
      labels.append(Int32(example.label))
    }
  }
}
