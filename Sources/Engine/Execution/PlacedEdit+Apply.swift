import Foundation
import ModelGraph
import Tensors

extension PlacedEdit {
  /// Applies the edit to a node's packed value and reports what changed.
  /// - Throws: `RunError.editOutsideRow` if the region reaches beyond the row.
  func apply(to value: inout Tensor, of node: Node, batch: Batch) throws -> EditReport {
    try check(node, batch)
    let range = batch.range(ofRow: row, layout: node.layout)
    let length = batch.length(row)
    return value.withMutableValues { numbers in
      apply(to: UnsafeMutableBufferPointer(rebasing: numbers[range]), of: node, covering: 0..<length, length: length)
    }
  }

  /// Applies the edit to some positions of its row.
  /// - Parameters:
  ///   - values: perPosition [covered positions, width]; perPair [head, covered destinations, length]; perExample
  ///     [width].
  ///   - covered: the positions or destinations in `values`, including all of the edit's.
  ///   - length: the row's number of positions.
  func apply(
    to values: UnsafeMutableBufferPointer<Float>, of node: Node, covering covered: Range<Int>, length: Int
  ) -> EditReport {
    var squares = 0.0
    var written = 0
    forEachSpan(of: node, covering: covered, length: length) { span in
      squares += change(UnsafeMutableBufferPointer(rebasing: values[span.at..<span.at + span.count]), span, node)
      written += span.count
    }
    return EditReport(numbersWritten: written, changeNorm: squares.squareRoot())
  }

  /// Checks that the region is within the row.
  /// - Throws: `RunError.editOutsideRow`.
  func check(_ node: Node, _ batch: Batch) throws {
    let length = batch.length(row)
    func isOutside(_ range: Range<Int>) -> Bool {
      range.isEmpty || range.lowerBound < 0 || range.upperBound > length
    }
    precondition(features.lowerBound >= 0 && features.upperBound <= node.layout.width, "features \(features)")
    let isPlaced: Bool
    switch node.layout {
    case .perExample: isPlaced = !features.isEmpty
    case .perPosition: isPlaced = !features.isEmpty && !isOutside(positions)
    case .perPair: isPlaced = !features.isEmpty && !isOutside(positions) && !(sources.map(isOutside) ?? false)
    }
    guard isPlaced else {
      throw RunError.editOutsideRow(
        hook: node.hook?.text ?? "a node", example: row, positions: positions, length: length)
    }
  }

  /// Adjacent numbers: their place in the given values, their place in the whole row, and their first feature.
  struct Span {
    let at: Int
    let withinRow: Int
    let feature: Int
    let count: Int
  }

  func forEachSpan(
    of node: Node, covering covered: Range<Int>, length n: Int, _ body: (Span) -> Void
  ) {
    let width = node.layout.width
    switch node.layout {
    case .perExample:
      let first = features.lowerBound
      body(Span(at: first, withinRow: first, feature: first, count: features.count))
    case .perPosition:
      for position in positions {
        let first = features.lowerBound
        body(
          Span(
            at: (position - covered.lowerBound) * width + first, withinRow: position * width + first, feature: first,
            count: features.count))
      }
    case .perPair:
      let chosen = sources ?? 0..<n
      for head in features {
        for destination in positions {
          let at = (head * covered.count + destination - covered.lowerBound) * n + chosen.lowerBound
          body(
            Span(
              at: at, withinRow: (head * n + destination) * n + chosen.lowerBound, feature: head, count: chosen.count))
        }
      }
    }
  }

  /// Changes the numbers of one span; returns the sum of squared differences. Masked scores stay -infinity.
  func change(_ target: UnsafeMutableBufferPointer<Float>, _ span: Span, _ node: Node) -> Double {
    var squares = 0.0
    var mayBeHidden = false
    if case .attentionScores = node.operation { mayBeHidden = true }
    func assign(_ i: Int, _ new: Float) {
      if mayBeHidden, target[i] == -.infinity { return }
      if new != target[i] {
        let difference = Double(new) - Double(target[i])
        squares += difference * difference
      }
      target[i] = new
    }
    // A vector has one number for each feature; on a perPair node a feature is a head, and its number fills the span.
    func along(_ vector: [Float], _ i: Int) -> Float {
      if case .perPair = node.layout { return vector[span.feature - features.lowerBound] }
      return vector[i]
    }
    switch action {
    case .zero: for i in 0..<span.count { assign(i, 0) }
    case .scale(let factor): for i in 0..<span.count { assign(i, target[i] * factor) }
    case .clamp(let least, let most):
      for i in 0..<span.count { assign(i, min(max(target[i], least), most)) }
    case .projectOut(let unit):
      let part = Float((0..<span.count).reduce(0.0) { $0 + Double(target[$1]) * Double(unit[$1]) })
      for i in 0..<span.count { assign(i, target[i] - part * unit[i]) }
    case .set(let vector): for i in 0..<span.count { assign(i, along(vector, i)) }
    case .add(let vector, let times): for i in 0..<span.count { assign(i, target[i] + times * along(vector, i)) }
    case .rows(let block, let first, let position):
      let shift = (first - position) * node.layout.width
      block.withValues { from in
        for i in 0..<span.count { assign(i, from[span.withinRow + shift + i]) }
      }
    case .replace(let run, let row):
      run.withExample(row, of: node) { from in
        for i in 0..<span.count { assign(i, from[span.withinRow + i]) }
      }
    case .addDifference(let run, let row, let other, let otherRow, let times):
      run.withExample(row, of: node) { plus in
        other.withExample(otherRow, of: node) { minus in
          for i in 0..<span.count {
            let j = span.withinRow + i
            // Two masked scores, both -infinity, do not differ.
            let difference = plus[j] == minus[j] ? 0 : plus[j] - minus[j]
            assign(i, target[i] + times * difference)
          }
        }
      }
    }
    return squares
  }
}
