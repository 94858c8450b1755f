import ActivationStore
import LabelledArrays

/// A group of labelled arrays of the results file: a sweep, a readout, a steering study.
struct NotebookGroup: Sendable {
  let name: String
  /// From the root, without a slash in front, as the notebook's `read` wants it.
  let path: String
  let attributes: [String: Attribute]
  /// What each dataset's axes are, by the dataset's name; scales are left out.
  let datasets: [String: [LabelledValues.Axis]]
  private let store: StoreReader

  init(_ name: String, at path: String, in store: StoreReader) throws {
    (self.name, self.path, self.store) = (name, path, store)
    attributes = try store.attributes(of: "/\(path)")
    var axes: [String: LabelledValues.Axis] = [:]
    var described: [String: DatasetDescription] = [:]
    for leaf in try store.listing(of: "/\(path)").datasets {
      let description = try store.describe("/\(path)/\(leaf)")
      if description.isScale {
        let labels = try store.labels(at: "/\(path)/\(leaf)")
        let isText = if case .texts = labels { true } else { false }
        axes[leaf] = LabelledValues.Axis(name: leaf, labels: labels.texts, isText: isText)
      } else {
        described[leaf] = description
      }
    }
    datasets = described.compactMapValues { description in
      let own = description.dimensions.compactMap { $0.flatMap { axes[$0] } }
      // A dataset of another program's making, without a scale on each axis, is nothing that the notebook could label.
      return own.map(\.count) == description.shape ? own : nil
    }
  }

  func has(_ dataset: String) -> Bool { datasets[dataset] != nil }

  /// A dataset of numbers, with its axes.
  /// - Throws: `StoreError.missing`, `.damaged`; `NotebookError.wrongSize`.
  func values(_ dataset: String) throws -> LabelledValues {
    let object = "/\(path)/\(dataset)"
    guard let axes = datasets[dataset] else {
      throw StoreError.missing(path: store.path, what: .dataset, name: object, candidates: datasets.keys.sorted())
    }
    let isFlags = try store.describe(object).type == .int8
    let values = isFlags ? try store.integers(at: object).map(Double.init) : try store.numbers(at: object)
    let expected = axes.reduce(1) { $0 * $1.count }
    guard values.count == expected else {
      throw NotebookError.wrongSize(dataset: object, found: values.count, expected: expected)
    }
    return LabelledValues(axes: axes, values: values)
  }

  func text(_ key: String) -> String? {
    switch attributes[key] {
    case .text(let text)?: text
    case .texts(let texts)?: texts.joined(separator: ", ")
    case .integer(let integer)?: "\(integer)"
    case .number(let number)?: "\(number)"
    default: nil
    }
  }

  func texts(_ key: String) -> [String] {
    switch attributes[key] {
    case .texts(let texts)?: texts
    case .text(let text)?: [text]
    default: []
    }
  }
}
