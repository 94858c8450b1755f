import ActivationStore
import LabelledArrays
import Patching

/// Each cell's change of one metric, as run and as estimated, summed over the examples that have the cell.
struct AgreementSums {
  private var exact: [Double]
  private var estimated: [Double]
  private var counts: [Int]

  init(cells: Int) {
    exact = [Double](repeating: 0, count: cells)
    estimated = exact
    counts = [Int](repeating: 0, count: cells)
  }

  /// - Parameters:
  /// - values: [cell, example], the metric of the edited run; NaN if the example has no such cell.
  ///   - base: the metric of the base run, one number for every example of the sweep.
  mutating func add(exact values: [Float], base: [Float], cells: Range<Int>, examples: Range<Int>) {
    for (row, cell) in cells.enumerated() {
      for (column, example) in examples.enumerated() {
        let value = values[row * examples.count + column]
        guard value.isFinite else { continue }
        exact[cell] += Double(value) - Double(base[example])
        counts[cell] += 1
      }
    }
  }

  /// - Parameter values: [cell, example], the estimated change; NaN if the example has no such cell.
  mutating func add(estimated values: [Float], cells: Range<Int>, examples: Range<Int>) {
    let width = examples.count
    for (row, cell) in cells.enumerated() {
      for value in values[row * width..<(row + 1) * width] where value.isFinite { estimated[cell] += Double(value) }
    }
  }

  /// How well the means over examples agree, over the cells that some example has.
  var agreement: EstimateAgreement {
    let cells = counts.indices.filter { counts[$0] > 0 }
    return EstimateAgreement(
      estimated: cells.map { estimated[$0] / Double(counts[$0]) }, exact: cells.map { exact[$0] / Double(counts[$0]) })
  }
}

extension EstimateAgreement {
  /// As attributes of the dataset of estimates.
  func attributes(of metric: Metric) -> [String: Attribute] {
    [
      Schema.Sweep.pearson: .number(pearson), Schema.Sweep.spearman: .number(spearman),
      Schema.Sweep.correlationCells: .integer(cells),
      Schema.Sweep.correlationOf: .text(
        """
        over cells: the mean over examples of \(Schema.Sweep.attribution(of: metric.rawValue)) with the mean over examples of \
        \(metric.rawValue) less the base run's
        """),
    ]
  }
}
