import ActivationStore
import Tensors

/// The selected activations themselves, for use in other programs.
public struct MatrixStudy: Study {
  public let name: String
  public let selection: Selection
  private let width: Int

  /// - Throws: `SelectionError`.
  public init(_ name: String, _ selection: Selection) throws {
    self.name = name
    self.selection = selection
    width = try selection.commonWidth()
  }

  public func work(at place: Selection.Place) -> KeptRows { KeptRows(RowCollector(width: width)) }

  public func result(_ outcomes: [KeptRows.Outcome]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "matrix", of: selection)
    arrays.addItems()
    arrays.addAxis("feature", .range(width))
    let most = selection.sources.map(\.count).max() ?? 0
    var all: [Float] = []
    all.reserveCapacity(outcomes.count * most * width)
    for outcome in outcomes {
      let start = all.count
      all += [Float](repeating: .nan, count: most * width)
      outcome.rows.withValues { values in
        for (row, item) in outcome.items.enumerated() {
          for feature in 0..<width { all[start + item * width + feature] = values[row * width + feature] }
        }
      }
    }
    arrays.add(Schema.Analysis.activation, along: arrays.place + ["item", "feature"], .floats(all))
    return selection.table(
      "\(name): activations stored as [\((arrays.place + ["item", "feature"]).joined(separator: ", "))]; "
        + selection.examplesNote, ["examples", "width"],
      outcomes.map { ["\($0.items.count)", "\(width)"] }, arrays: arrays.arrays)
  }
}
