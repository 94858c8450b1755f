import ActivationStore
import Analysis
import LabelledArrays

/// An analysis and the places it covers: sources, hooks, positions, and heads if each was analysed separately.
struct StudyPlaces: Sendable {
  let group: StoredGroup
  let file: ReportFile
  /// The axes that the analysis has for its places.
  let axes: [LabelledAxis]

  static let names = ["source", "hook", "position", "head"]

  init(_ group: StoredGroup, in file: ReportFile) {
    self.group = group
    self.file = file
    axes = Self.names.compactMap { name in group.axes.first { $0.name == name } }
  }

  var name: String { group.name }
  /// The name of the label whose values are the classes; nil if there is none.
  var label: String? { group.attributes[Schema.Analysis.labels]?.plain }
  var classes: [String] { group.attributes[Schema.Analysis.classes]?.list ?? [] }
  var count: Int { axes.shape.count }

  /// The number of examples: one number if all sources have the same, or one per source; nil if the file does not say.
  func examples() throws -> String? {
    if group.axes(of: Schema.Analysis.itemExample)?.map(\.name) == ["source", "item"] {
      let items = try group.numbers(Schema.Analysis.itemExample).numbers()
      let width = max(1, items.count / max(1, axes.first?.count ?? 1))
      return Self.examples(
        stride(from: 0, to: items.count, by: width).map { start in
          items[start..<min(start + width, items.count)].count { $0 >= 0 }
        })
    }
    switch group.attributes[Schema.Analysis.examples] {
    case .integer(let count)?: return Self.examples([count])
    case .integers(let counts)?: return Self.examples(counts)
    default: return nil
    }
  }

  private static func examples(_ counts: [Int]) -> String? {
    guard let first = counts.first else { return nil }
    return Set(counts).count == 1
      ? counted(first, "example") : "\(counts.min() ?? first) to \(counts.max() ?? first) examples"
  }

  /// The number of examples, for a subtitle.
  func n() throws -> String { try examples().map { "; \($0)" } ?? "" }

  /// The places in a sentence.
  var sentence: String {
    let words = axes.filter { $0.count > 0 }.map { axis -> String in
      axis.count == 1
        ? "\(axis.name) \(axis.labels.texts[0])"
        : axis.name == "hook" ? "\(axis.count) hooks" : "\(axis.count) \(axis.name)s"
    }
    let classes = label.map { name in
      self.classes.isEmpty || self.classes.count > 8
        ? " Labels: \(name)." : " Classes of '\(name)': \(listed(self.classes))."
    }
    return words.isEmpty ? "" : "Places: \(words.joined(separator: ", ")).\(classes ?? "")"
  }

  /// A place's entry on each axis, and its label, which has only what differs between places.
  func label(_ place: Int) -> String {
    let entries = zip(axes, axes.shape.unravel(place))
    let differing = entries.filter { $0.0.count > 1 }
    let shown = differing.isEmpty ? entries.filter { $0.0.name == "hook" } : differing
    return shown.map { $0.labels.texts[$1] }.joined(separator: " ")
  }

  func labels(_ place: Int) -> [String] { axes.labels(ofCell: place).map(\.text) }

  // MARK: Numbers

  /// An array along the places and some more axes.
  /// - Returns: nil if the file has no array with exactly these axes.
  /// - Throws: `StoreError`.
  func array(_ name: String, _ others: [String] = []) throws -> LabelledArray? {
    guard group.axes(of: name)?.map(\.name) == axes.map(\.name) + others else { return nil }
    return try group.numbers(name)
  }

  /// A value for each place and each entry of the other axes, with its interval if the file has one.
  func intervals(_ name: String, _ others: [String] = []) throws -> [Interval]? {
    guard let values = try array(name, others)?.doubles() else { return nil }
    guard let low = try array(Schema.Analysis.low(name), others)?.doubles(),
      let high = try array(Schema.Analysis.high(name), others)?.doubles()
    else { return values.map { Interval(value: $0, low: .nan, high: .nan) } }
    return values.indices.map { Interval(value: values[$0], low: low[$0], high: high[$0]) }
  }

  /// The label of each item of a source, empty if it has none; nil if the file has no labels.
  func itemLabels() throws -> [[String]]? {
    guard group.axes(of: Schema.Analysis.itemLabel)?.map(\.name) == ["source", "item"], axes.first?.name == "source",
      case .texts(let texts) = try group.array(Schema.Analysis.itemLabel).values, let sources = axes.first?.count,
      sources > 0
    else { return nil }
    let width = texts.count / sources
    return (0..<sources).map { Array(texts[$0 * width..<($0 + 1) * width]) }
  }

  /// The source of a place.
  func source(ofPlace place: Int) -> Int { axes.shape.unravel(place).first ?? 0 }

  // MARK: Tables

  /// A table of places with some measures, one per row: the first ones on the page, all in tables/.
  /// - Parameter columns: a header, and a value for each place.
  func table(
    _ columns: [(name: String, values: [Interval])], caption: String, in report: inout Report
  ) -> String {
    let shown = columns.filter { $0.values.count == count }
    var table = Table(
      "analysis-\(name)",
      header: axes.map(\.name)
        + shown.flatMap {
          $0.values.contains { $0.low.isFinite } ? [$0.name, "\($0.name)_low", "\($0.name)_high"] : [$0.name]
        })
    var rows: [[String]] = []
    for place in 0..<count where shown.contains(where: { $0.values[place].value.isFinite }) {
      table.add(
        labels(place)
          + shown.flatMap { column -> [String] in
            let own = column.values[place]
            let hasBounds = column.values.contains { $0.low.isFinite }
            return (hasBounds ? [own.value, own.low, own.high] : [own.value]).map(Table.number)
          })
      rows.append(labels(place) + shown.map { Self.shown($0.values[place], isWhole: Self.areWhole($0.values)) })
    }
    report.tables.append(table)
    let most = 60
    let rest = rows.count > most ? ", the first \(most) of \(rows.count) places; tables/ has all" : ""
    return htmlTable(
      axes.map(\.name) + shown.map(\.name), Array(rows.prefix(most)), labels: axes.count, caption: caption + rest)
  }

  /// Whether values are counts, which need no decimals.
  private static func areWhole(_ values: [Interval]) -> Bool {
    let known = values.filter { $0.value.isFinite }
    return known.allSatisfy { !$0.low.isFinite && $0.value == $0.value.rounded() }
      && (known.contains { $0.value > 1 } || known.allSatisfy { $0.value == 0 })
  }

  private static func shown(_ interval: Interval, isWhole: Bool) -> String {
    if isWhole { return tableNumber(interval.value, 0) }
    return interval.low.isFinite
      ? "\(tableNumber(interval.value)) [\(tableNumber(interval.low, 2)), \(tableNumber(interval.high, 2))]"
      : tableNumber(interval.value)
  }
}
