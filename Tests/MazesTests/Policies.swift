import Mazes
import Tensors

/// A policy that reads the mouse's square from the picture (which proves that it was drawn) and answers accordingly.
/// - Parameter logits: of the 15 actions for the mouse at a square of a maze of `size`.
func seeingPolicy(size: Int, _ logits: @escaping (Square) -> [Float]) -> MazePolicy {
  { pictures in
    let count = pictures.shape[0]
    let margin = (Maze.worldSize - size) / 2
    return Tensor(
      shape: [count, 15],
      (0..<count).flatMap { index -> [Float] in
        for row in 0..<size {
          for column in 0..<size {
            // The pixel in the middle of the square is entirely inside it.
            let (y, x) = ((2 * (row + margin) + 1) * 32 / 25, (2 * (column + margin) + 1) * 32 / 25)
            if (0..<3).allSatisfy({ abs(pictures[[index, $0, y, x]] - Observation.Colour.mouse[$0]) < 1e-5 }) {
              return logits(Square(row, column))
            }
          }
        }
        return [Float](repeating: .nan, count: 15)
      })
  }
}

/// Logits of actions; 0 for the rest.
func favouring(_ actions: [Int: Float]) -> [Float] { (0..<15).map { actions[$0] ?? 0 } }
