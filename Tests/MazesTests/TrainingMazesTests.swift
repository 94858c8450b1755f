import Mazes
import Testing

@Suite struct TrainingMazesTests {
  private func filled(_ numbers: Range<Int>, seed: UInt64, _ spec: MazeDataSpec) -> (pixels: [Float], labels: [Int32]) {
    var pixels = [Float](repeating: .nan, count: numbers.count * Observation.count)
    var labels: [Int32] = [99]
    pixels.withUnsafeMutableBufferPointer {
      TrainingMazes.fill(examples: numbers, seed: seed, spec: spec, into: $0, labels: &labels)
    }
    return (pixels, labels)
  }

  @Test func labelsAreTheFirstStepToTheCheese() throws {
    let spec = try MazeDataSpec()
    var sizes: Set<Int> = []
    var labels: Set<Int> = []
    for number in 0..<2000 {
      let example = TrainingMazes.example(number: number, seed: 3, spec: spec)
      let maze = example.maze
      let cheese = try #require(maze.cheese)
      #expect(maze.isOpen(maze.mouse) && maze.mouse != cheese)
      #expect(spec.cheese.allows(cheese, size: maze.size) && maze.isOpen(cheese))
      let path = try #require(maze.path(from: maze.mouse, to: cheese))
      #expect(maze.mouse.next(example.direction) == path[1])
      #expect(MoveDirection(action: example.label) == example.direction)
      sizes.insert(maze.size)
      labels.insert(example.label)
    }
    #expect(sizes == Set(Maze.sizes))
    #expect(labels == [1, 3, 5, 7])
  }

  @Test func theMouseStandsOnEverySquareAsOften() throws {
    let spec = try MazeDataSpec(sizes: [3], cheese: .topRight(1))
    var counts: [Square: Int] = [:]
    for number in 0..<6000 {
      counts[TrainingMazes.example(number: number, seed: 1, spec: spec).maze.mouse, default: 0] += 1
    }
    // Seven open squares, one of them the cheese's. The three other rooms are open in every maze: a sixth of 6000 each
    // (standard deviation 29).
    for room in [Square(0, 0), Square(2, 0), Square(2, 2)] {
      #expect(abs((counts[room] ?? 0) - 1000) < 150, "\(room): \(counts[room] ?? 0)")
    }
    #expect(counts[Square(0, 2)] == nil)
  }

  @Test func aBatchCanBeFilledInAnyPieces() throws {
    let spec = try MazeDataSpec(sizes: [3, 9, 25])
    let whole = filled(100..<164, seed: 7, spec)
    let first = filled(100..<110, seed: 7, spec)
    let second = filled(110..<164, seed: 7, spec)
    #expect(whole.pixels == first.pixels + second.pixels)
    #expect(whole.labels == first.labels + second.labels)
    #expect(whole.labels.count == 64)
    #expect(
      whole.pixels.prefix(Observation.count).elementsEqual(
        TrainingMazes.example(number: 100, seed: 7, spec: spec).maze.observation.values))
  }

  @Test func seedsNumbersAndStreamsAreIndependent() throws {
    let training = try MazeDataSpec(sizes: [11])
    let heldOut = try MazeDataSpec(sizes: [11], stream: .heldOut)
    var seen: Set<[Bool]> = []
    for seed in 0..<4 as Range<UInt64> {
      for number in 0..<250 {
        seen.insert(TrainingMazes.example(number: number, seed: seed, spec: training).maze.open)
        seen.insert(TrainingMazes.example(number: number, seed: seed, spec: heldOut).maze.open)
      }
    }
    for seed in 0..<500 as Range<UInt64> {
      seen.insert(try Maze(size: 11, seed: seed).open)
      seen.insert(try Maze(size: 11, seed: seed, stream: .training).open)
    }
    #expect(seen.count == 4 * 250 * 2 + 500 * 2)
  }

  /// Training that was stopped must resume with exactly the examples it would have had.
  @Test func examplesArePinned() throws {
    let spec = try MazeDataSpec(sizes: [5, 7])
    #expect(filled(0..<12, seed: 1, spec).labels == [1, 7, 7, 1, 5, 5, 3, 3, 3, 7, 7, 5])
    #expect(
      TrainingMazes.example(number: 1_000_000, seed: 1, spec: spec).maze.drawing == [
        ".#...#.", ".#.#.#.", "..C#...", ".###.##", ".#.....", "M###.#.", "...#.#.",
      ])
  }
}
