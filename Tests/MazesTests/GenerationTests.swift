import Mazes
import Testing

@Suite struct GenerationTests {
  /// Connected, with one edge fewer than squares: a tree, so that there is exactly one way between any two squares.
  private func isTree(_ maze: Maze) -> Bool {
    let squares = maze.openSquares
    let edges = squares.map { square in
      (maze.isOpen(square.next(.right)) ? 1 : 0) + (maze.isOpen(square.next(.down)) ? 1 : 0)
    }.reduce(0, +)
    let reached = maze.distances(to: maze.mouse).count { $0 >= 0 }
    return edges == squares.count - 1 && reached == squares.count
  }

  @Test(arguments: Maze.sizes)
  func mazesArePerfect(size: Int) throws {
    for seed in 0..<200 as Range<UInt64> {
      let maze = try Maze(size: size, seed: seed)
      #expect(isTree(maze), "size \(size), seed \(seed)")
      #expect(maze.mouse == Square(size - 1, 0))
      for row in 0..<size {
        for column in 0..<size where row % 2 == column % 2 {
          #expect(maze.isOpen(Square(row, column)) == (row % 2 == 0), "size \(size), seed \(seed)")
        }
      }
      #expect(try maze == Maze(size: size, seed: seed))
    }
  }

  @Test(arguments: Maze.sizes)
  func cheeseLiesByTheRule(size: Int) throws {
    for region in [1, 2, 5, 30] {
      var found: Set<Square> = []
      for seed in 0..<150 as Range<UInt64> {
        let maze = try Maze(size: size, seed: seed, cheese: .topRight(region))
        let cheese = try #require(maze.cheese)
        #expect(maze.isOpen(cheese) && cheese != maze.mouse)
        #expect(cheese.row < region && cheese.column >= size - region)
        found.insert(cheese)
      }
      #expect(region == 1 ? found == [Square(0, size - 1)] : found.count > 2)
    }
  }

  @Test func cheeseAnywhereReachesEveryRoomButTheMouses() throws {
    let found = Set(
      try (0..<2000 as Range<UInt64>).compactMap { try Maze(size: 5, seed: $0, cheese: .anywhere).cheese })
    #expect(found.count == 5 * 5 - 4 - 1)
    #expect(!found.contains(Square(4, 0)))
  }

  /// 4 spanning trees of a 2x2 grid of rooms, 192 of a 3x3 one.
  @Test(arguments: [(3, 200, 4), (5, 6000, 192)] as [(Int, UInt64, Int)])
  func everyMazeOfASizeComesUp(size: Int, seeds: UInt64, count: Int) throws {
    #expect(Set(try (0..<seeds).map { try Maze(size: size, seed: $0).open }).count == count)
  }

  /// A seed must always give the same maze, since results are described by it.
  @Test func aSeedsMazeIsPinned() throws {
    #expect(
      try Maze(size: 7, seed: 11).drawing == [
        ".#...#.", ".###.#.", ".....#.", "##.#.#.", "...#C#.", "##.#.#.", "M..#...",
      ])
    #expect(
      try Maze(size: 7, seed: 11, stream: .training).drawing == [
        "...#.#.", ".#.#.#.", ".#.....", "####.#.", "...C.#.", ".###.##", "M..#...",
      ])
  }

  @Test(arguments: [-1, 0, 1, 2, 4, 24, 26, 27])
  func otherSizesAreErrors(size: Int) {
    #expect(throws: MazeError.size(size)) { try Maze(size: size, seed: 0) }
    #expect(throws: MazeError.size(size)) { try MazeDataSpec(sizes: [5, size]) }
  }

  @Test func aRegionOfNothingIsAnError() {
    #expect(throws: MazeError.cheeseRegion(0)) { try Maze(size: 5, seed: 0, cheese: .topRight(0)) }
    #expect(throws: MazeError.cheeseRegion(-2)) { try MazeDataSpec(cheese: .topRight(-2)) }
    #expect(throws: MazeError.noSizes) { try MazeDataSpec(sizes: []) }
  }
}
