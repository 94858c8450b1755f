import ActivationStore
import Diagnostics
import LabelledArrays

/// `patchbay inspect`: shows what is in a results or cache file.
public struct InspectCommand: Sendable {
  public let file: String
  public let isJSON: Bool

  public init(file: String, isJSON: Bool) {
    self.file = file
    self.isJSON = isJSON
  }

  /// - Throws: `StoreError`, `ConsoleError`.
  public func run(on console: Console) throws {
    let contents = try FileContents(file)
    try console.print(isJSON ? contents.json.text : contents.text)
  }
}

/// A description of a results or cache file.
struct FileContents {
  let file: String
  let format: FileFormat
  let isComplete: Bool
  /// The root's attributes, by name.
  let attributes: [(name: String, value: Attribute)]
  let datasets: [DatasetDescription]
  /// For a results file, in alphabetical order.
  let sweeps: [SweepContents]

  init(_ file: String) throws {
    let store = try StoreReader(file)
    guard let format = store.format else {
      throw StoreError.otherFormat(path: file, found: nil, expected: FileFormat.allCases.map(\.rawValue))
    }
    self.file = file
    self.format = format
    isComplete = store.isComplete
    attributes = try store.attributes().sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    datasets = try store.allDatasets().map { try store.describe($0) }
    guard format == .results else {
      sweeps = []
      return
    }
    let results = try ResultsReader(file)
    sweeps = try results.sweeps().map { try SweepContents($0, of: results) }
  }

  // MARK: Text

  var text: String {
    var parts = ["\(file): \(format.rawValue), \(isComplete ? "complete" : "not complete")", header, table]
    parts += sweeps.map(\.text)
    return parts.joined(separator: "\n\n")
  }

  private var header: String {
    var table = TextTable(header: ["attribute", "value"])
    for (name, value) in attributes where name != Schema.Root.complete { table.add([name, value.brief]) }
    return table.text
  }

  private var table: String {
    var table = TextTable(
      header: ["dataset", "type", "shape", "stored", ""], alignments: [.left, .left, .left, .right])
    for dataset in datasets where !dataset.isScale {
      let axes = zip(dataset.dimensions, dataset.shape).map { name, size in name.map { "\($0) \(size)" } ?? "\(size)" }
      table.add([
        dataset.path, dataset.type.description, "[\(axes.joined(separator: ", "))]", byteCount(dataset.storedBytes),
        dataset.filters.joined(separator: " "),
      ])
    }
    return table.text
  }

  // MARK: JSON

  var json: JSONValue {
    var object = JSONObject()
    object.append(key: "file", value: .string(file))
    object.append(key: "format", value: .string(format.rawValue))
    object.append(key: "complete", value: .bool(isComplete))
    var header = JSONObject()
    for (name, value) in attributes { header.append(key: name, value: value.json) }
    object.append(key: "attributes", value: .object(header))
    object.append(key: "datasets", value: .array(datasets.map(\.json)))
    if format == .results { object.append(key: "sweeps", value: .array(sweeps.map(\.json))) }
    return .object(object)
  }
}

extension DatasetDescription {
  fileprivate var json: JSONValue {
    .object([
      "path": .string(path), "type": .string(type.description), "shape": .array(shape.map(JSONValue.integer)),
      "dims": .array(dimensions.map { $0.map(JSONValue.string) ?? .null }), "is_scale": .bool(isScale),
      "chunk": chunk.map { .array($0.map(JSONValue.integer)) } ?? .null,
      "filters": .array(filters.map(JSONValue.string)), "stored_bytes": .integer(storedBytes),
    ])
  }
}

extension Attribute {
  /// On one line; for a longer text, its first line.
  fileprivate var brief: String {
    switch self {
    case .text(let text):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.count > 2 ? "\(visible(String(lines[0]))) ... (\(lines.count) lines)" : visible(text)
    case .integer(let integer): return "\(integer)"
    case .number(let number): return "\(number)"
    case .texts(let texts): return texts.map { visible($0) }.joined(separator: ", ")
    case .integers(let integers): return integers.map(String.init).joined(separator: ", ")
    case .numbers(let numbers): return numbers.map { "\($0)" }.joined(separator: ", ")
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .integer(let integer): .integer(integer)
    case .number(let number): .number(number)
    case .texts(let texts): .array(texts.map(JSONValue.string))
    case .integers(let integers): .array(integers.map(JSONValue.integer))
    case .numbers(let numbers): .array(numbers.map(JSONValue.number))
    }
  }
}
