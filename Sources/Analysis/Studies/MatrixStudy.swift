import ActivationStore
import Tensors

/// The selected activations themselves, for other programs to go on with.
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

  public func work(at place: Selection.Place) -> Work { Work(rows: RowCollector(width: width)) }

  /// The rows of one place.
  public struct Work: PlaceWork {
    var rows: RowCollector
    private var values: Tensor?

    init(rows: RowCollector) { self.rows = rows }

    public mutating func add(_ rows: Matrix, items: [Int]) throws { try self.rows.add(rows, items: items) }

    public mutating func endPass() -> Bool {
      values = rows.take()
      return false
    }

    public func outcome() -> (items: [Int], rows: Tensor) {
      guard let values else { preconditionFailure("asked for after the pass") }
      return (rows.items, values)
    }
  }

  public func result(_ outcomes: [(items: [Int], rows: Tensor)]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "matrix", of: selection)
    arrays.addItems()
    arrays.addAxis("feature", .range(width))
    let most = selection.sources.map(\.count).max() ?? 0
    var all: [Float] = []
    all.reserveCapacity(outcomes.count * most * width)
    for (items, rows) in outcomes {
      let start = all.count
      all += [Float](repeating: .nan, count: most * width)
      rows.withValues { values in
        for (row, item) in items.enumerated() {
          for feature in 0..<width { all[start + item * width + feature] = values[row * width + feature] }
        }
      }
    }
    arrays.add("activation", along: arrays.place + ["item", "feature"], .floats(all))
    return selection.table(
      "\(name): activations stored as [\((arrays.place + ["item", "feature"]).joined(separator: ", "))]; "
        + selection.examplesNote, ["examples", "width"],
      outcomes.map { ["\($0.items.count)", "\(width)"] }, arrays: arrays.arrays)
  }
}
