import Tensors

/// What a policy sees of a maze: [3 (red, green, blue), 64 (rows from the top), 64 (columns)], each number in 0...1.
///
/// The world of 25 x 25 squares is drawn on 64 x 64 pixels, as in procgen, but in plain colours instead of images: 2.56
/// pixels a square, where a pixel shared by several squares is their mean, weighted by exact area.
public enum Observation {
  /// Pixels along each edge.
  public static let edge = 64
  /// Numbers in one picture.
  public static let count = 3 * edge * edge

  /// Red, green and blue (0...1) of what a square can hold; far apart in at least two channels, so that a filter with
  /// one weight can tell them apart.
  public enum Colour {
    public static let wall: SIMD3<Float> = [0.30, 0.20, 0.15]
    public static let corridor: SIMD3<Float> = [0.85, 0.85, 0.80]
    public static let mouse: SIMD3<Float> = [0.10, 0.35, 0.90]
    public static let cheese: SIMD3<Float> = [0.95, 0.75, 0.05]
  }

  /// How each pixel in a line of 64 is shared among the 25 squares: a pixel is 25/64 of a square wide, so it lies in
  /// one square or across two.
  struct Share: Sendable {
    /// The square that the pixel starts in.
    let first: Int
    /// The part of the pixel in the next square: a multiple of 1/25.
    let next: Float
  }

  static let shares: [Share] = (0..<edge).map { pixel in
    let first = pixel * Maze.worldSize / edge
    let beyond = max(0, (pixel + 1) * Maze.worldSize - (first + 1) * edge)
    return Share(first: first, next: Float(beyond) / Float(Maze.worldSize))
  }

  /// The pixels that a square of the world touches along one axis, with the part of each that it covers.
  static let coverage: [[(pixel: Int, part: Float)]] = (0..<Maze.worldSize).map { square in
    shares.enumerated().compactMap { pixel, share in
      if share.first == square { return (pixel, 1 - share.next) }
      if share.first + 1 == square, share.next > 0 { return (pixel, share.next) }
      return nil
    }
  }
}

extension Maze {
  /// Draws the maze.
  /// - Parameter pixels: receives all `Observation.count` numbers, [3, 64, 64]; may be uninitialised.
  public func render(into pixels: UnsafeMutableBufferPointer<Float>) {
    precondition(pixels.count == Observation.count, "\(pixels.count) numbers for a picture of \(Observation.count)")
    drawSquares(pixels.baseAddress!)
    if let cheese, cheese != mouse { paint(cheese, Observation.Colour.cheese, pixels) }
    paint(mouse, Observation.Colour.mouse, pixels)
  }

  /// The observation, [3, 64, 64].
  public var observation: Tensor {
    Tensor(shape: [3, Observation.edge, Observation.edge]) { render(into: $0) }
  }

  /// Walls and corridors. The corridor's part of each pixel is computed once, first along the rows of squares and then
  /// down the columns of pixels; it determines the mixture in all three channels.
  private func drawSquares(_ pixels: UnsafeMutablePointer<Float>) {
    let (edge, world, margin) = (Observation.edge, Maze.worldSize, self.margin)
    typealias Lane = SIMD16<Float>
    let lanes = edge / Lane.scalarCount
    let wall = Observation.Colour.wall
    let step = Observation.Colour.corridor - wall
    // One line more than there are squares, all wall: the last pixel's neighbour.
    withUnsafeTemporaryAllocation(of: Lane.self, capacity: (world + 1) * lanes) { lines in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: world + 1) { line in
        Observation.shares.withUnsafeBufferPointer { shares in
          open.withUnsafeBufferPointer { open in
            lines.initialize(repeating: .zero)
            line.initialize(repeating: 0)
            let corridor = UnsafeMutableRawPointer(lines.baseAddress!).assumingMemoryBound(to: Float.self)
            for row in 0..<size {
              for column in 0..<size { line[margin + column] = open[row * size + column] ? 1 : 0 }
              let target = corridor + (margin + row) * edge
              for pixel in 0..<edge {
                let share = shares[pixel]
                let (a, b) = (line[share.first], line[share.first + 1])
                target[pixel] = a + share.next * (b - a)
              }
            }
            let raw = UnsafeMutableRawPointer(pixels)
            for row in 0..<edge {
              let share = shares[row]
              for lane in 0..<lanes {
                let a = lines[share.first * lanes + lane]
                let b = lines[(share.first + 1) * lanes + lane]
                let part = a + share.next * (b - a)
                let offset = (row * edge + lane * Lane.scalarCount) * MemoryLayout<Float>.stride
                for channel in 0..<3 {
                  raw.storeBytes(
                    of: wall[channel] + step[channel] * part, toByteOffset: offset + channel * edge * edge * 4,
                    as: Lane.self)
                }
              }
            }
          }
        }
      }
    }
  }

  /// Replaces the corridor's colour on one square.
  private func paint(_ square: Square, _ colour: SIMD3<Float>, _ pixels: UnsafeMutableBufferPointer<Float>) {
    let step = colour - Observation.Colour.corridor
    for (y, height) in Observation.coverage[square.row + margin] {
      for (x, width) in Observation.coverage[square.column + margin] {
        for channel in 0..<3 {
          pixels[(channel * Observation.edge + y) * Observation.edge + x] += height * width * step[channel]
        }
      }
    }
  }
}

/// Draws several mazes, which may differ in size.
/// - Returns: [maze, 3, 64, 64].
public func observations(of mazes: some Collection<Maze>) -> Tensor {
  Tensor(shape: [mazes.count, 3, Observation.edge, Observation.edge]) { pixels in
    for (index, maze) in mazes.enumerated() {
      let start = index * Observation.count
      maze.render(into: UnsafeMutableBufferPointer(rebasing: pixels[start..<start + Observation.count]))
    }
  }
}
