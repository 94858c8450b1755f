import ActivationStore
import LabelledArrays

/// What reports need from arrays, groups and labels.
extension LabelledArray {
  var axisNames: [String] { axes.map(\.name) }
  /// The axes of cells: all but `example`.
  var cellAxes: [LabelledAxis] { axes.filter { $0.name != Schema.Axis.example } }
}

extension StoredGroup {
  /// All arrays of numbers as one value.
  /// - Parameter names: arrays that must contain numbers if they exist.
  /// - Throws: `StoreError`, which names the dataset; `.wrongType` also for one of those names with something else.
  func floats(with names: [String]) throws -> ArrayGroup {
    var group = try floats()
    for name in names where has(name) && group[name] == nil { group.add(try numbers(name)) }
    return group
  }
}

extension LabelledAxis {
  /// The position of an entry.
  func position(of index: Int) -> Int {
    if case .integers(let labels) = labels { return labels[index] }
    return index
  }
}

extension ArrayGroup {
  func labels(_ axis: String) -> [String] { self.axis(axis)?.labels.shown ?? [] }
  func count(_ axis: String) -> Int { self.axis(axis)?.count ?? 0 }
  func text(_ key: String) -> String? { attributes[key]?.plain }
  func texts(_ key: String) -> [String] { attributes[key]?.list ?? [] }
}

extension AxisLabel {
  /// As readable text: numbers without needless decimals.
  var shown: String {
    if case .number(let number) = self { return shortNumber(number) }
    return text
  }
}

extension AxisLabels {
  /// As readable texts.
  var shown: [String] { (0..<count).map { self[$0].shown } }
}

extension Attribute {
  /// The value in words, lists with commas.
  var plain: String {
    switch self {
    case .text(let text): text
    case .integer(let integer): "\(integer)"
    case .number(let number): shortNumber(number)
    case .texts(let texts): texts.joined(separator: ", ")
    case .integers(let integers): integers.map(String.init).joined(separator: ", ")
    case .numbers(let numbers): numbers.map { shortNumber($0) }.joined(separator: ", ")
    }
  }

  /// Texts, of which a single one is also a list; nil for numbers.
  var list: [String]? {
    switch self {
    case .texts(let texts): texts
    case .text(let text): [text]
    default: nil
    }
  }
}
