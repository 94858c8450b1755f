import ActivationStore
import Testing

@Suite struct CellBoxesTests {
  /// The flat indices of a block, in order.
  private func indices(_ box: Box, _ shape: [Int]) -> [Int] {
    var result = [0]
    for (axis, size) in shape.enumerated() {
      result = result.flatMap { base in (0..<box.count[axis]).map { base * size + box.start[axis] + $0 } }
    }
    return result
  }

  @Test func theBoxesOfEveryRangeOfEverySmallShapeAreThatRange() {
    for a in 1...4 {
      for b in 1...4 {
        for c in 1...4 {
          for shape in [[a * b * c], [a, b * c], [a, b, c], [a, b, c, 2]] {
            let total = shape.reduce(1, *)
            for start in 0..<total {
              for end in start...total {
                let boxes = boxes(of: start..<end, in: shape)
                let flat = boxes.flatMap { indices($0, shape) }
                if flat != Array(start..<end) { Issue.record("\(start)..<\(end) of \(shape): \(boxes)") }
                #expect(boxes.count <= 2 * shape.count - 1)
              }
            }
          }
        }
      }
    }
  }
}
