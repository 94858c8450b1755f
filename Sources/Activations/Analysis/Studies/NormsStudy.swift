import ActivationStore
import Tensors

/// How long activations are at every place, and which features stand out.
public struct NormsStudy: Study {
  public let name: String
  public let selection: Selection
  private let threshold: Double
  private let width: Int

  /// - Parameter threshold: how many times the median feature's root mean square makes an outlier.
  /// - Throws: `SelectionError`.
  public init(_ name: String, _ selection: Selection, threshold: Double = 6) throws {
    self.name = name
    self.selection = selection
    self.threshold = threshold
    width = try selection.commonWidth()
  }

  public func work(at place: Selection.Place) -> Work { Work(width: width, threshold: threshold) }

  /// The norms of one place.
  public struct Work: PlaceWork {
    private let threshold: Double
    private var squares: [Double]
    private var norms: [Double] = []
    private var found: Outcome?

    init(width: Int, threshold: Double) {
      self.threshold = threshold
      squares = [Double](repeating: 0, count: width)
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws {
      try rows.requireFinite()
      norms += Norms.lengths(of: rows)
      for row in 0..<rows.rows {
        rows.withRow(row) { values in
          squares.withUnsafeMutableBufferPointer { squares in
            for feature in values.indices { squares[feature] += Double(values[feature]) * Double(values[feature]) }
          }
        }
      }
    }

    public mutating func endPass() throws -> Bool {
      let count = Double(norms.count)
      let roots = squares.map { ($0 / count).squareRoot() }
      // If most features are always 0, as in sparse neurons, "far above the others" has no useful meaning.
      let hasMedian = roots.count { $0 > 0 } > roots.count / 2
      let outliers =
        hasMedian ? try OutlierDimension.found(meanSquares: squares.map { $0 / count }, threshold: threshold) : []
      found = Outcome(summary: try NormSummary(norms), roots: roots, outliers: outliers)
      norms = []
      return false
    }

    public func outcome() -> Outcome {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  /// What was found at one place.
  public struct Outcome: Sendable {
    let summary: NormSummary
    /// The root mean square of each feature.
    let roots: [Double]
    let outliers: [OutlierDimension]
  }

  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "norms", of: selection)
    arrays.addAxis("feature", .range(width))
    arrays.add(Schema.Analysis.mean, outcomes.map(\.summary.mean))
    arrays.add(Schema.Analysis.deviation, outcomes.map(\.summary.deviation))
    arrays.add(Schema.Analysis.smallest, outcomes.map(\.summary.smallest))
    arrays.add(Schema.Analysis.median, outcomes.map(\.summary.median))
    arrays.add(Schema.Analysis.largest, outcomes.map(\.summary.largest))
    arrays.add(Schema.Analysis.rootMeanSquare, ["feature"], outcomes.map(\.roots))
    arrays.add(Schema.Analysis.outliers, integers: outcomes.map { [$0.outliers.count] })
    arrays.add(
      Schema.Analysis.isOutlier, ["feature"],
      integers: outcomes.map { outcome in
        let found = Set(outcome.outliers.map(\.feature))
        return (0..<width).map { found.contains($0) ? 1 : 0 }
      })
    arrays.set(Schema.Analysis.threshold, .number(threshold))
    return selection.table(
      "\(name): lengths of activations, and features more than \(shown(threshold, 1)) times the median one's size; "
        + selection.examplesNote,
      ["mean", "deviation", "smallest", "median", "largest", "outliers"],
      outcomes.map { outcome in
        let summary = outcome.summary
        let list = outcome.outliers.prefix(4).map { "\($0.feature) (x\(shown($0.ratio, 0)))" }.joined(separator: " ")
        return [
          shown(summary.mean), shown(summary.deviation), shown(summary.smallest), shown(summary.median),
          shown(summary.largest),
          outcome.outliers.isEmpty
            ? "none" : list + (outcome.outliers.count > 4 ? " ... \(outcome.outliers.count)" : ""),
        ]
      }, arrays: arrays.arrays)
  }
}
