import ActivationStore
import LabelledArrays

/// Arrays [axes..., example] of which a run stores a row of numbers per example: the form of readouts and other answers
/// until all examples are done.
public struct ExampleRows: Sendable {
  /// One array, without `example`.
  public struct Column: Sendable {
    public let name: String
    public let axes: [LabelledAxis]

    public init(_ name: String, _ axes: [LabelledAxis]) {
      self.name = name
      self.axes = axes
    }

    /// How many numbers there are per example.
    public var width: Int { axes.shape.count }
  }

  let columns: [Column]

  init(_ columns: [Column]) { self.columns = columns }

  /// How many numbers a row has.
  var width: Int { columns.reduce(0) { $0 + $1.width } }

  /// The arrays of all examples, in the order of the columns: [axes..., example].
  /// - Throws: `StoreError`; what `check` throws between rows.
  func arrays(from file: PartialResults, table: String, check: () throws -> Void) throws -> [LabelledArray] {
    let examples = file.examples
    var all = columns.map { [Float](repeating: .nan, count: $0.width * examples) }
    for example in 0..<examples {
      if example % 64 == 0 { try check() }
      guard let row = try file.row(table: table, example: example) else { continue }
      guard row.count == width else {
        throw StoreError.wrongShape(
          path: PartialResults.path(of: file.path), dataset: Schema.doneTables.path(table, Schema.Progress.values),
          found: [examples, row.count], expected: "[\(examples) examples, \(width) numbers]")
      }
      var start = 0
      for (place, column) in columns.enumerated() {
        for entry in 0..<column.width { all[place][entry * examples + example] = row[start + entry] }
        start += column.width
      }
    }
    let last = LabelledAxis(Schema.Axis.example, .range(examples))
    return zip(columns, all).map { LabelledArray($0.name, axes: $0.axes + [last], values: $1) }
  }
}
