import Mazes
import Tensors
import Testing

@Suite struct ObservationTests {
  typealias Colour = Observation.Colour

  private func pixel(_ picture: Tensor, _ y: Int, _ x: Int) -> SIMD3<Float> {
    [picture[[0, y, x]], picture[[1, y, x]], picture[[2, y, x]]]
  }

  /// The maze is on squares 10...14 of the world. Square 10 covers pixels 25.60-28.16, 11 to 30.72, 12 to 33.28, 13 to
  /// 35.84 and 14 to 38.40; the parts below are their overlaps with whole pixels.
  @Test(
    arguments: [
      (0, 0, Colour.wall), (63, 63, Colour.wall), (24, 30, Colour.wall),
      // The mouse, on (4, 0).
      (36, 26, Colour.mouse), (37, 27, Colour.mouse),
      (36, 25, 0.6 * Colour.wall + 0.4 * Colour.mouse),
      (38, 25, 0.84 * Colour.wall + 0.16 * Colour.mouse),
      (36, 28, 0.16 * Colour.mouse + 0.84 * Colour.wall),
      (35, 27, 0.84 * Colour.corridor + 0.16 * Colour.mouse),
      // The cheese, on (4, 2), between wall and corridor.
      (36, 31, Colour.cheese), (37, 32, Colour.cheese),
      (36, 30, 0.72 * Colour.wall + 0.28 * Colour.cheese),
      (36, 33, 0.28 * Colour.cheese + 0.72 * Colour.corridor),
      // Corridors: inside one, at the maze's edge, and where (1, 1), the only wall among four squares, meets the
      // others.
      (26, 26, Colour.corridor), (26, 29, Colour.corridor),
      (25, 31, 0.6 * Colour.wall + 0.4 * Colour.corridor),
      (30, 30, 0.5184 * Colour.wall + 0.4816 * Colour.corridor),
    ] as [(Int, Int, SIMD3<Float>)])
  func pixelsWorkedOutByHand(y: Int, x: Int, colour: SIMD3<Float>) throws {
    let found = pixel(try handMaze().observation, y, x)
    #expect((found - colour).max() < 1e-6 && (colour - found).max() < 1e-6, "\(found), not \(colour)")
  }

  /// A square is 64/25 pixels, so a pixel cut into 25 x 25 parts has each part in one square: their mean is exact.
  private func plainly(_ maze: Maze) -> [SIMD3<Double>] {
    (0..<64 * 64).map { index in
      var sum = SIMD3<Double>()
      for part in 0..<25 * 25 {
        let row = (index / 64 * 25 + part / 25) / 64 - maze.margin
        let column = (index % 64 * 25 + part % 25) / 64 - maze.margin
        let square = Square(row, column)
        let colour =
          square == maze.mouse
          ? Colour.mouse : square == maze.cheese ? Colour.cheese : maze.isOpen(square) ? Colour.corridor : Colour.wall
        sum += SIMD3<Double>(colour)
      }
      return sum / 625
    }
  }

  @Test(arguments: Maze.sizes)
  func everyPixelIsTheMeanOverItsArea(size: Int) throws {
    for maze in try [Maze(size: size, seed: 5), Maze(size: size, seed: 6, cheese: .anywhere).withoutCheese()] {
      let picture = maze.observation
      #expect(picture.shape == [3, 64, 64])
      let expected = plainly(maze)
      let furthest = picture.withValues { values in
        (0..<3 * 4096).map { abs(Double(values[$0]) - expected[$0 % 4096][$0 / 4096]) }.max() ?? 1
      }
      #expect(furthest < 1e-6)
    }
  }

  @Test func picturesStayWithinTheirRange() throws {
    for seed in 0..<50 as Range<UInt64> {
      #expect(try Maze(size: 25, seed: seed).observation.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    }
  }

  @Test func aBatchIsItsPicturesOneAfterAnother() throws {
    let mazes = try [Maze(size: 3, seed: 1), Maze(size: 25, seed: 2), handMaze()]
    let batch = observations(of: mazes)
    #expect(batch.shape == [3, 3, 64, 64])
    #expect(batch.values == mazes.flatMap { $0.observation.values })
    #expect(observations(of: []).shape == [0, 3, 64, 64])
  }

  @Test func theMouseIsSeenOnTopOfTheCheese() throws {
    let step = try Maze(drawing: ["MC.", "##.", "..."])
    #expect(pixel(step.observation, 30, 30) != pixel(step.observation, 30, 33))
  }
}
