/// Mazes to look at after training: of the held-out stream, the mouse at the bottom left.
public enum EvaluationMazes {
  /// The first mazes of a seed that have what is asked for.
  /// - Parameters:
  ///   - count: how many; the first n of a longer list are the list of n.
  ///   - sizes: drawn from with equal chances.
  ///   - cheese: `.anywhere` separates the cheese from the corner, which training never does.
  ///   - withDecision: only mazes in which the ways to cheese and corner part. Not every choice of sizes and rule has such mazes: cheese in the
  ///     corner itself has none, and the search gives up after 10,000 mazes without one.
  public static func mazes(
    count: Int, sizes: [Int] = Maze.sizes, seed: UInt64, cheese rule: CheeseRule = .anywhere, withDecision: Bool = false
  ) throws(MazeError) -> [Maze] {
    let spec = try MazeDataSpec(sizes: sizes, cheese: rule, stream: .heldOut)
    var mazes: [Maze] = []
    var number: UInt64 = 0
    var misses = 0
    while mazes.count < count {
      // Apart from the numbers of examples and of `Maze.init(size:seed:)`.
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
