import ModelGraph
import Tensors

extension PlacedEdit {
  /// From the derivative by a node's edited value to that by the value before this edit; what an edit puts in is held constant.
  func pullBack(_ gradient: inout Tensor, of node: Node, batch: Batch) {
    let factor: Float
    switch action {
    case .add, .addDifference: return
    case .scale(let by): factor = by
    case .replace, .rows, .set, .zero: factor = 0
    }
    let range = batch.range(ofRow: row, layout: node.layout)
    let length = batch.length(row)
    gradient.withMutableValues { numbers in
      let values = UnsafeMutableBufferPointer(rebasing: numbers[range])
      forEachSpan(of: node, covering: 0..<length, length: length) { span in
        // Not a product with 0: the derivative by a value that is not read any more is 0 even where it was infinite.
        for i in span.at..<span.at + span.count { values[i] = factor == 0 ? 0 : factor * values[i] }
      }
    }
  }
}
