import Execution
import ModelGraph
import Tensors

extension PlacedEdit {
  /// Applies the edit to a node's packed value, number by number.
  func apply(to values: inout [Double], of node: Node, batch: Batch) {
    let n = batch.length(row)
    let start = batch.start(ofRow: row, node.layout)
    for position in positions {
      if case .projectOut(let unit) = action {
        let first =
          start + (node.layout.axes.contains(.position) ? position * node.layout.width : 0) + features.lowerBound
        let part = unit.indices.reduce(0.0) { $0 + values[first + $1] * Double(unit[$1]) }
        for index in unit.indices { values[first + index] -= part * Double(unit[index]) }
        continue
      }
      for feature in features {
        switch node.layout {
        case .perPosition, .perExample:
          let within = position * node.layout.width + feature
          change(&values[start + within], within, vectorPlace: feature - features.lowerBound, node)
        case .perPair:
          for source in sources ?? 0..<n {
            let within = (feature * n + position) * n + source
            change(&values[start + within], within, vectorPlace: feature - features.lowerBound, node)
          }
        }
      }
    }
  }

  /// - Parameter within: the number's place among those of the row.
  private func change(_ value: inout Double, _ within: Int, vectorPlace: Int, _ node: Node) {
    // A hidden token's score does not change.
    if case .attentionScores = node.operation, value == -.infinity { return }
    func number(_ run: Activations, _ row: Int) -> Double { run.withExample(row, of: node) { Double($0[within]) } }
    switch action {
    case .zero: value = 0
    case .scale(let factor): value *= Double(factor)
    case .clamp(let least, let most): value = min(max(value, Double(least)), Double(most))
    case .projectOut: preconditionFailure("changes whole vectors")
    case .set(let vector): value = Double(vector[vectorPlace])
    case .add(let vector, let times): value += Double(times) * Double(vector[vectorPlace])
    case .replace(let run, let row): value = number(run, row)
    case .rows(let block, let first, let position):
      value = block.withValues { Double($0[within + (first - position) * node.layout.width]) }
    case .addDifference(let plus, let row, let minus, let minusRow, let times):
      let (a, b) = (number(plus, row), number(minus, minusRow))
      if a != b { value += Double(times) * (a - b) }
    }
  }
}
