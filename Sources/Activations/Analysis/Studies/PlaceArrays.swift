import ActivationStore
import Diagnostics
import LabelledArrays

/// The arrays of a study, along the axes of its places: source, hook, position, and head if heads are analysed one by
/// one.
struct PlaceArrays {
  private let selection: Selection
  /// The group `/analyses/STUDY`.
  private(set) var arrays: ArrayGroup
  /// The names of the places' axes.
  let place: [String]

  /// - Parameter kind: the study's kind in analysis files.
  init(_ study: String, kind: String, of selection: Selection) {
    self.selection = selection
    var axes = [
      LabelledAxis("source", .texts(selection.sources.map(\.name))),
      LabelledAxis("hook", .texts(selection.hooks.map(\.text))),
      LabelledAxis("position", .texts(selection.rules.map(\.label))),
    ]
    if let heads = selection.heads { axes.append(LabelledAxis("head", .integers(heads))) }
    place = axes.map(\.name)
    arrays = ArrayGroup(Schema.analyses.path(study), axes: axes, attributes: [Schema.Analysis.kind: .text(kind)])
    arrays.attributes[Schema.Analysis.examples] = .integers(selection.sources.map(\.count))
    if let label = selection.labelName { arrays.attributes[Schema.Analysis.labels] = .text(label) }
    if !selection.classNames.isEmpty { arrays.attributes[Schema.Analysis.classes] = .texts(selection.classNames) }
    let leftOut = selection.leftOutNotes
    if !leftOut.isEmpty { arrays.attributes[Schema.Analysis.leftOut] = .texts(leftOut) }
    arrays.add(Schema.Analysis.layer, along: ["hook"], .integers(selection.hooks.map { $0.layer ?? -1 }))
  }

  mutating func set(_ name: String, _ value: Attribute) { arrays.attributes[name] = value }

  /// Adds an axis besides those of the places.
  mutating func addAxis(_ name: String, _ labels: AxisLabels) { arrays.add(LabelledAxis(name, labels)) }

  /// Adds an array along the places' axes and some others.
  /// - Parameter values: for each place in the selection's order, the values along the other axes.
  mutating func add(_ name: String, _ others: [String] = [], _ values: [[Double]]) {
    arrays.add(name, along: place + others, values.flatMap { $0.map(Float.init) })
  }

  /// Adds one number per place.
  mutating func add(_ name: String, _ values: [Double]) { add(name, [], values.map { [$0] }) }

  mutating func add(_ name: String, _ others: [String] = [], integers: [[Int]]) {
    arrays.add(name, along: place + others, .integers(integers.flatMap(\.self)))
  }

  mutating func add(_ name: String, _ others: [String] = [], texts: [[String]]) {
    arrays.add(name, along: place + others, .texts(texts.flatMap(\.self)))
  }

  /// Adds a value with its interval: `NAME`, `NAME_low`, `NAME_high`.
  mutating func add(_ name: String, _ others: [String] = [], intervals: [[Interval]]) {
    add(name, others, intervals.map { $0.map(\.value) })
    add(Schema.Analysis.low(name), others, intervals.map { $0.map(\.low) })
    add(Schema.Analysis.high(name), others, intervals.map { $0.map(\.high) })
  }

  /// Adds an array along any axes that were added.
  mutating func add(_ name: String, along axes: [String], _ values: LabelledArray.Values) {
    arrays.add(name, along: axes, values)
  }

  /// Adds the axis `item` and what is known about the items: `item_example`, `item_run`, `item_label` [source, item],
  /// and `item_position`, `item_token` [source, position, item]. Sources with fewer items than others are padded with
  /// -1 and "".
  mutating func addItems() {
    let count = selection.sources.map(\.count).max() ?? 0
    addAxis("item", .range(count))
    func perSource<T>(_ empty: T, _ value: (Source, Int) -> T) -> [T] {
      selection.sources.flatMap { source in (0..<count).map { $0 < source.count ? value(source, $0) : empty } }
    }
    let both = ["source", "item"]
    add(Schema.Analysis.itemExample, along: both, .integers(perSource(-1) { $0.table.items[$1].example }))
    if selection.sources.contains(where: { $0.parts.count > 1 }) {
      add(Schema.Analysis.itemRun, along: both, .texts(perSource("") { $0.parts[$0.table.items[$1].part].name }))
    }
    if !selection.classNames.isEmpty {
      let names = selection.classNames
      add(
        Schema.Analysis.itemLabel, along: both,
        .texts(perSource("") { $0.table.items[$1].label.map { names[$0] } ?? "" }))
    }
    var (positions, tokens): ([Int], [String]) = ([], [])
    for source in selection.sources {
      for rule in selection.rules.indices {
        for item in 0..<count {
          let isToken = selection.rules[rule] != .mean && selection.rules[rule] != .none
          positions.append(item < source.count && isToken ? source.positions[rule][item] ?? -1 : -1)
          tokens.append(item < source.count && isToken ? source.token(of: item, rule: rule) ?? "" : "")
        }
      }
    }
    add(Schema.Analysis.itemPosition, along: ["source", "position", "item"], .integers(positions))
    add(Schema.Analysis.itemToken, along: ["source", "position", "item"], .texts(tokens))
  }

  /// The numbers of a place's items spread over all items, NaN for items without one.
  func spread(_ values: [Double], over items: [Int]) -> [Double] {
    var all = [Double](repeating: .nan, count: selection.sources.map(\.count).max() ?? 0)
    for (value, item) in zip(values, items) { all[item] = value }
    return all
  }
}

/// A number as tables show it; a dash if it is not finite.
func shown(_ value: Double, _ digits: Int = 3) -> String { value.isFinite ? decimal(value, digits) : "-" }

extension Selection {
  /// The first columns of a table with a row for each place, and each place's cells in them.
  func placeColumns(_ places: [Place]) -> (header: [String], cells: [[String]]) {
    var header: [String] = []
    if sources.count > 1 { header.append("source") }
    header.append("hook")
    if heads != nil { header.append("head") }
    if rules.count > 1 || rules[0] != .none { header.append("position") }
    let cells = places.map { place in
      var row: [String] = []
      if sources.count > 1 { row.append(sources[place.source].name) }
      row.append(hooks[place.hook].text)
      if let heads { row.append("\(heads[place.head])") }
      if rules.count > 1 || rules[0] != .none { row.append(rules[place.rule].label) }
      return row
    }
    return (header, cells)
  }

  /// A result with a row for each place.
  func table(_ title: String, _ columns: [String], _ values: [[String]], arrays: ArrayGroup) -> StudyResult {
    let (header, cells) = placeColumns(places)
    return StudyResult(
      arrays: arrays, title: title, header: header + columns, rows: zip(cells, values).map { $0 + $1 })
  }

  /// The number of examples, and of each class.
  var examplesNote: String { examplesNote(using: nil) }

  /// - Parameter used: how many of each source's examples are used, if that may be fewer.
  func examplesNote(using used: [Int]?) -> String {
    let counts = sources.enumerated().map { index, source -> String in
      var text = "\(source.count) examples"
      if !classNames.isEmpty, classNames.count <= 6 {
        let sizes = classNames.indices.map { label in
          "\(source.table.items.count { $0.label == label }) \(classNames[label])"
        }
        text += " (\(sizes.joined(separator: ", ")))"
      }
      if source.table.unlabelled > 0 { text += ", \(source.table.unlabelled) without a class left out" }
      for rule in rules.indices {
        let missing = source.leftOut.count { $0.rule == rule }
        if missing > 0 { text += ", \(missing) without \(rules[rule].label) left out" }
      }
      if let used, used[index] < source.count { text += ", of which \(used[index]) are used" }
      return text
    }
    return Set(counts).count == 1 ? counts[0] : zip(sources, counts).map { "\($0.name): \($1)" }.joined(separator: "; ")
  }
}
