import Foundation
import ModelGraph
import Tensors

extension PlacedEdit {
  /// Carries the edit out on a node's packed value and reports what changed.
  /// - Throws: `RunError.editOutsideRow` when the region reaches beyond the row.
  func apply(to value: inout Tensor, of node: Node, batch: Batch) throws -> EditReport {
    try checkRegion(node, batch)
    let runs = spans(node, batch)
    var squares = 0.0
    var written = 0
    try value.withMutableValues { numbers in
      for span in runs {
        let target = UnsafeMutableBufferPointer(rebasing: numbers[span.at..<span.at + span.count])
        squares += change(target, span, node)
        written += span.count
      }
    }
    return EditReport(numbersWritten: written, changeNorm: squares.squareRoot())
  }

  /// Numbers that lie side by side: where in the packed value, where in the row, and which feature is the first.
  private struct Span {
    let at: Int
    let withinRow: Int
    let feature: Int
    let count: Int
  }

  private func checkRegion(_ node: Node, _ batch: Batch) throws {
    let length = batch.length(row)
    func outside() -> RunError {
      .editOutsideRow(hook: node.hook?.text ?? "a node", example: row, positions: positions, length: length)
    }
    precondition(features.lowerBound >= 0 && features.upperBound <= node.layout.width, "features \(features)")
    guard !features.isEmpty else { throw outside() }
    if case .perExample = node.layout { return }
    guard !positions.isEmpty, positions.lowerBound >= 0, positions.upperBound <= length else { throw outside() }
    if let sources {
      guard !sources.isEmpty, sources.lowerBound >= 0, sources.upperBound <= length else { throw outside() }
    }
  }

  private func spans(_ node: Node, _ batch: Batch) -> [Span] {
    let start = batch.range(ofRow: row, layout: node.layout).lowerBound
    let width = node.layout.width
    func span(_ withinRow: Int, _ feature: Int, _ count: Int) -> Span {
      Span(at: start + withinRow, withinRow: withinRow, feature: feature, count: count)
    }
    switch node.layout {
    case .perExample: return [span(features.lowerBound, features.lowerBound, features.count)]
    case .perPosition:
      return positions.map { span($0 * width + features.lowerBound, features.lowerBound, features.count) }
    case .perPair:
      let n = batch.length(row)
      let chosen = sources ?? 0..<n
      return features.flatMap { head in
        positions.map { span((head * n + $0) * n + chosen.lowerBound, head, chosen.count) }
      }
    }
  }

  /// Changes the numbers of one span; returns the sum of squared differences.
  private func change(_ target: UnsafeMutableBufferPointer<Float>, _ span: Span, _ node: Node) -> Double {
    var squares = 0.0
    func assign(_ i: Int, _ new: Float) {
      let difference = Double(new) - Double(target[i])
      // A pattern's or score's -infinity replaced by itself is no change.
      if new != target[i] { squares += difference * difference }
      target[i] = new
    }
    // A vector has one number for each feature; on a perPair node a feature is a head, and it fills the span.
    func along(_ vector: [Float], _ i: Int) -> Float {
      if case .perPair = node.layout { return vector[span.feature - features.lowerBound] }
      return vector[i]
    }
    switch action {
    case .zero: for i in 0..<span.count { assign(i, 0) }
    case .scale(let factor): for i in 0..<span.count { assign(i, target[i] * factor) }
    case .set(let vector): for i in 0..<span.count { assign(i, along(vector, i)) }
    case .add(let vector, let times): for i in 0..<span.count { assign(i, target[i] + times * along(vector, i)) }
    case .replace(let run, let row):
      run.withExample(row, of: node) { from in
        for i in 0..<span.count { assign(i, from[span.withinRow + i]) }
      }
    case .addDifference(let run, let row, let other, let otherRow, let times):
      run.withExample(row, of: node) { plus in
        other.withExample(otherRow, of: node) { minus in
          for i in 0..<span.count {
            let j = span.withinRow + i
            assign(i, target[i] + times * (plus[j] - minus[j]))
          }
        }
      }
    }
    return squares
  }
}
