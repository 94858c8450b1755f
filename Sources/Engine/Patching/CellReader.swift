import Execution
import Foundation

/// Reads metrics from the scores of cells, for some of an engine's examples.
struct CellReader: Sendable {
  let engine: PatchingEngine
  let rows: Range<Int>
  /// The sweep's name, for messages.
  let name: String
  /// The scores that the metrics need, row by row.
  let columns: ScoreColumns
  /// For each row, the base run's log-probabilities; empty if no metric compares with them.
  private let logProbabilities: ArraySlice<LogProbabilities>

  /// - Parameters:
  ///   - rows: some of the examples of `block`.
  ///   - name: the sweep's.
  init(_ engine: PatchingEngine, rows: Range<Int>, of block: Range<Int>, name: String) throws {
    self.engine = engine
    self.rows = rows
    self.name = name
    let log = try engine.logProbabilities(of: block)
    logProbabilities = log.isEmpty ? [] : log[rows.lowerBound - block.lowerBound..<rows.upperBound - block.lowerBound]
    let pairs = engine.prompts.pairs[rows]
    columns = engine.metrics.allSatisfy(\.needsOnlyAnswers) ? .chosen(pairs.map { $0.answers + $0.wrongs }) : .whole
  }

  /// Values of [cell, row] as they are filled in.
  struct Values {
    let reader: CellReader
    private var metrics: [Metric: [Float]]
    private var norms: [Float]
    var productOperations = 0.0

    fileprivate init(_ reader: CellReader, cells: Int, base: [Metric: [Float]]?) {
      self.reader = reader
      let rows = reader.rows
      metrics = [:]
      for metric in reader.engine.metrics {
        let row = base?[metric] ?? [Float](repeating: .nan, count: rows.count)
        metrics[metric] = (0..<cells).flatMap { _ in row }
      }
      norms = [Float](repeating: base == nil ? .nan : 0, count: cells * rows.count)
    }

    /// Stores one run's metrics.
    /// - Throws: `PatchingError.scoresNotFinite`.
    mutating func set(cell: Int, row: Int, _ results: CellResults, at index: Int) throws {
      let engine = reader.engine
      let example = reader.rows.lowerBound + row
      let place = cell * reader.rows.count + row
      let metricReader = MetricReader(pair: engine.prompts.pairs[example])
      let log = reader.logProbabilities
      let base = log.isEmpty ? nil : log[log.startIndex + row]
      try results.scores[index].withUnsafeBufferPointer { scores in
        guard scores.allSatisfy(\.isFinite) else {
          throw PatchingError.scoresNotFinite(sweep: reader.name, example: example)
        }
        for metric in engine.metrics {
          metrics[metric]?[place] = metricReader.value(metric, of: scores, whole: reader.columns.isWhole, base: base)
        }
      }
      norms[place] = Float(results.changeNorms[index])
    }

    func block(cells: Range<Int>) -> SweepBlock {
      SweepBlock(
        cells: cells, examples: reader.rows, values: metrics, changeNorms: norms, productOperations: productOperations)
    }
  }

  /// Values that are NaN until they are set.
  func empty(cells: Int) -> Values { Values(self, cells: cells, base: nil) }

  /// Values that are the base run's until they are set.
  /// - Parameter base: the base run's metrics, row by row.
  func unchanged(cells: Int, base: [Metric: [Float]]) -> Values { Values(self, cells: cells, base: base) }
}

extension ScoreColumns {
  var isWhole: Bool {
    if case .whole = self { true } else { false }
  }
}
