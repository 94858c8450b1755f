import Foundation
import Tensors

/// Pictures in, logits out: [maze, 3, 64, 64] to [maze, 15]. It must be a function: the same picture gives the same
/// logits, however it is batched.
public typealias MazePolicy = (Tensor) throws -> Tensor

/// How likely a policy is to go each way from the mouse's square: its 15 actions' probabilities, summed over the groups
/// of `MoveDirection`.
public struct MoveProbabilities: Hashable, Sendable {
  public let left, right, down, up: Double
  /// The actions that do nothing.
  public let stay: Double

  /// From the logits of the 15 actions, by softmax and sum; in double precision, so that the five sum to 1 within
  /// 1e-15.
  public init(logits: some Collection<Float>) {
    let probabilities = softmax(logits)
    func sum(_ actions: some Sequence<Int>) -> Double { actions.reduce(0) { $0 + probabilities[$1] } }
    left = sum(MoveDirection.left.actions)
    right = sum(MoveDirection.right.actions)
    down = sum(MoveDirection.down.actions)
    up = sum(MoveDirection.up.actions)
    stay = sum((0..<MoveDirection.actionCount).filter { MoveDirection(action: $0) == nil })
  }

  public subscript(direction: MoveDirection) -> Double {
    switch direction {
    case .left: left
    case .right: right
    case .down: down
    case .up: up
    }
  }

  /// The mean step: x counts columns to the right, y rows down; at most 1 long.
  public var arrow: SIMD2<Double> { [right - left, down - up] }
}

/// Probabilities of the 15 actions.
func softmax(_ logits: some Collection<Float>) -> [Double] {
  precondition(
    logits.count == MoveDirection.actionCount, "\(logits.count) logits for \(MoveDirection.actionCount) actions")
  let highest = Double(logits.max() ?? 0)
  let weights = logits.map { exp(Double($0) - highest) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}

/// Runs a policy on mazes, at most `batch` at a time.
/// - Parameter body: receives each maze's index in `mazes` and its 15 logits, in order.
func ask(
  _ policy: MazePolicy, about mazes: [Maze], batch: Int, _ body: (Int, UnsafeBufferPointer<Float>) throws -> Void
) throws {
  guard batch > 0 else { throw MazeError.batch(batch) }
  for start in stride(from: 0, to: mazes.count, by: batch) {
    let asked = mazes[start..<min(start + batch, mazes.count)]
    let logits = try policy(observations(of: asked))
    guard logits.shape == [asked.count, MoveDirection.actionCount] else {
      throw MazeError.policyShape(found: logits.shape, mazes: asked.count)
    }
    try logits.withValues { values in
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw MazeError.policyNotFinite(maze: start + bad / MoveDirection.actionCount, value: values[bad])
      }
      for index in asked.indices {
        let row = (index - start) * MoveDirection.actionCount
        try body(index, UnsafeBufferPointer(rebasing: values[row..<row + MoveDirection.actionCount]))
      }
    }
  }
}
