import ModelGraph
import Tensors

extension PlacedEdit {
  /// Whether the backward pass needs the value before this edit.
  var differentiatesValue: Bool { if case .clamp = action { true } else { false } }

  /// Turns the derivative with respect to a node's edited value into that with respect to the value before this edit;
  /// the values that the edit puts in are held constant.
  /// - Parameter value: the node's value before this edit, if `differentiatesValue`.
  func pullBack(_ gradient: inout Tensor, of node: Node, batch: Batch, before value: Tensor?) {
    let factor: Float
    switch action {
    case .add, .addDifference: return
    case .scale(let by): factor = by
    case .replace, .rows, .set, .zero: factor = 0
    case .projectOut(let unit):
      projectOut(unit, of: &gradient, node, batch)
      return
    case .clamp(let least, let most):
      guard let value else { preconditionFailure("the value before a clamp is kept") }
      clamp(least...most, value, of: &gradient, node, batch)
      return
    }
    let range = batch.range(ofRow: row, layout: node.layout)
    let length = batch.length(row)
    gradient.withMutableValues { numbers in
      let values = UnsafeMutableBufferPointer(rebasing: numbers[range])
      forEachSpan(of: node, covering: 0..<length, length: length) { span in
        // Not a product with 0: the derivative with respect to a value that is no longer read is 0 even if it was
        // infinite.
        for i in span.at..<span.at + span.count { values[i] = factor == 0 ? 0 : factor * values[i] }
      }
    }
  }

  /// Numbers beyond a bound do not affect the result.
  private func clamp(
    _ bounds: ClosedRange<Float>, _ value: Tensor, of gradient: inout Tensor, _ node: Node, _ batch: Batch
  ) {
    let range = batch.range(ofRow: row, layout: node.layout)
    let length = batch.length(row)
    value.withValues { value in
      let original = UnsafeBufferPointer(rebasing: value[range])
      gradient.withMutableValues { numbers in
        let values = UnsafeMutableBufferPointer(rebasing: numbers[range])
        forEachSpan(of: node, covering: 0..<length, length: length) { span in
          for i in span.at..<span.at + span.count where !bounds.contains(original[i]) { values[i] = 0 }
        }
      }
    }
  }

  /// The projection is its own transpose.
  private func projectOut(_ unit: [Float], of gradient: inout Tensor, _ node: Node, _ batch: Batch) {
    let range = batch.range(ofRow: row, layout: node.layout)
    let length = batch.length(row)
    gradient.withMutableValues { numbers in
      let values = UnsafeMutableBufferPointer(rebasing: numbers[range])
      forEachSpan(of: node, covering: 0..<length, length: length) { span in
        let part = Float((0..<span.count).reduce(0.0) { $0 + Double(values[span.at + $1]) * Double(unit[$1]) })
        for i in 0..<span.count { values[span.at + i] -= part * unit[i] }
      }
    }
  }
}
