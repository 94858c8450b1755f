/// Mazes for evaluation after training: from the held-out stream, with the mouse at the bottom left.
public enum EvaluationMazes {
  /// The first mazes of a seed that meet the conditions.
  /// - Parameters:
  ///   - count: how many; the first n of a longer list are the list of n.
  ///   - sizes: drawn with equal probability.
  ///   - cheese: `.anywhere` separates the cheese from the corner, which never happens in training.
  ///   - withDecision: only mazes in which the ways to cheese and corner diverge. Some combinations of sizes and rule
  ///     have no such mazes (for example, cheese in the corner itself); the search gives up after 10,000 mazes without
  ///     one.
  public static func mazes(
    count: Int, sizes: [Int] = Maze.sizes, seed: UInt64, cheese rule: CheeseRule = .anywhere, withDecision: Bool = false
  ) throws(MazeError) -> [Maze] {
    let spec = try MazeDataSpec(sizes: sizes, cheese: rule, stream: .heldOut)
    var mazes: [Maze] = []
    var number: UInt64 = 0
    var misses = 0
    while mazes.count < count {
      // Distinct from the numbers of examples and of `Maze.init(size:seed:)`.
      var generator = spec.stream.generator(seed: seed, number: 1 << 62 | number)
      number += 1
      let size = spec.sizes[generator.index(below: spec.sizes.count)]
      let maze = Maze(size: size, cheese: rule, drawnFrom: &generator)
      if withDecision, maze.decisionSquare == nil {
        misses += 1
        if misses == 10_000 { throw .noDecisions(mazes: misses) }
        continue
      }
      misses = 0
      mazes.append(maze)
    }
    return mazes
  }
}
