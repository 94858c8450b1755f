import Foundation
import Mazes
import Tensors
import Testing

@Suite struct PolicyTests {
  /// Softmax by hand: ln 2 and ln 3 on two actions, 0 on the other thirteen: 18 in all.
  @Test func probabilitiesAreSummedOverGroups() {
    let moves = MoveProbabilities(logits: favouring([0: log(2), 5: log(3)]))
    #expect(abs(moves.left - 4 / 18.0) < 1e-7)
    #expect(abs(moves.right - 3 / 18.0) < 1e-7)
    #expect(abs(moves.down - 1 / 18.0) < 1e-7)
    #expect(abs(moves.up - 3 / 18.0) < 1e-7)
    #expect(abs(moves.stay - 7 / 18.0) < 1e-7)
    #expect(abs(moves.left + moves.right + moves.down + moves.up + moves.stay - 1) < 1e-15)
    #expect(abs(moves.arrow.x - -1 / 18.0) < 1e-7 && abs(moves.arrow.y - -2 / 18.0) < 1e-7)
    #expect(MoveDirection.allCases.map { moves[$0] } == [moves.left, moves.right, moves.down, moves.up])
  }

  @Test func hugeLogitsAreNoTrouble() {
    #expect(MoveProbabilities(logits: favouring([3: 3e38, 5: -3e38])).down == 1)
  }

  @Test func answersAreChecked() throws {
    let maze = try handMaze()
    #expect(throws: MazeError.policyShape(found: [1, 4], mazes: 1)) {
      try rollouts(of: [maze]) { _ in Tensor(shape: [1, 4]) }
    }
    #expect(throws: MazeError.policyShape(found: [2, 15], mazes: 1)) {
      try headings(at: [(maze, try #require(maze.decision))]) { _ in Tensor(shape: [2, 15]) }
    }
    #expect(throws: MazeError.policyNotFinite(maze: 1, value: .infinity)) {
      try rollouts(of: [maze, maze]) { _ in
        Tensor(shape: [2, 15], favouring([:]) + favouring([4: .infinity]))
      }
    }
    #expect(throws: MazeError.batch(0)) {
      try VectorField(of: maze, batch: 0) { Tensor(shape: [$0.shape[0], 15]) }
    }
    #expect(throws: MazeError.stepLimit(-1)) {
      try rollouts(of: [maze], spec: RolloutSpec(stepLimit: -1)) { Tensor(shape: [$0.shape[0], 15]) }
    }
  }
}
