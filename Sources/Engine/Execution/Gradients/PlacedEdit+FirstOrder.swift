import ModelGraph
import Tensors

/// What an edit would do to some objectives to first order, from one unedited run and its gradients.
public struct FirstOrderEffect: Sendable, Hashable {
  /// For each gradient, the sum over the edit's numbers of (edited - original) times the derivative.
  public var changes: [Double]
  /// The sum of (edited - original)^2.
  public var squares: Double

  /// No edit at all, for some objectives.
  public init(objectives: Int) {
    changes = [Double](repeating: 0, count: objectives)
    squares = 0
  }

  /// Adds the effect of an edit of other numbers.
  public static func += (total: inout FirstOrderEffect, other: FirstOrderEffect) {
    for index in total.changes.indices { total.changes[index] += other.changes[index] }
    total.squares += other.squares
  }
}

extension PlacedEdit {
  /// The edit's effect to first order; nothing is run.
  /// - Parameters:
  ///   - node: the edited node.
  ///   - base: the run that would be edited, with the node's value.
  ///   - gradients: for each objective, the derivatives with respect to the node's value in that run.
  /// - Throws: `RunError.editOutsideRow` if the region reaches beyond the row.
  /// - Precondition: all of them have the node.
  public func firstOrderEffect(on node: Node, in base: Activations, along gradients: [Activations]) throws
    -> FirstOrderEffect
  {
    try check(node, base.batch)
    let length = base.batch.length(row)
    var effect = FirstOrderEffect(objectives: gradients.count)
    base.withExample(row, of: node) { values in
      var edited: [Float] = []
      forEachSpan(of: node, covering: 0..<length, length: length) { span in
        let original = UnsafeBufferPointer(rebasing: values[span.at..<span.at + span.count])
        edited.removeAll(keepingCapacity: true)
        edited.append(contentsOf: original)
        effect.squares += edited.withUnsafeMutableBufferPointer { change($0, span, node) }
        for (index, gradient) in gradients.enumerated() {
          effect.changes[index] += gradient.withExample(row, of: node) { derivatives in
            var sum = 0.0
            for i in 0..<span.count where edited[i] != original[i] {
              let derivative = derivatives[span.at + i]
              // A masked score is -infinity and nothing depends on it: its change is 0, not infinity times 0.
              if derivative != 0 { sum += (Double(edited[i]) - Double(original[i])) * Double(derivative) }
            }
            return sum
          }
        }
      }
    }
    return effect
  }
}
