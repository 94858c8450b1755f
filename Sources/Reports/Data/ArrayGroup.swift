import ActivationStore
import LabelledArrays
import Tensors

/// A group of labelled arrays as it stands in a file: a readout, a steering study, what is not additive in a sweep.
struct ArrayGroup: Sendable {
  struct Dataset: Sendable {
    let name: String
    /// Names of the axes, outermost first.
    let axes: [String]
    /// Row-major over the axes.
    let values: [Float]
  }

  let name: String
  /// By name; each with its labels.
  let axes: [String: LabelledAxis]
  let datasets: [String: Dataset]
  let attributes: [String: Attribute]

  /// Reads all arrays of floats of a group.
  init(_ name: String, at path: String, in store: StoreReader) throws {
    self.name = name
    attributes = try store.attributes(of: path)
    var axes: [String: LabelledAxis] = [:]
    var datasets: [String: Dataset] = [:]
    for leaf in try store.listing(of: path).datasets {
      let description = try store.describe("\(path)/\(leaf)")
      if description.isScale {
        axes[leaf] = LabelledAxis(leaf, try store.labels(at: "\(path)/\(leaf)"))
      } else if [.float32, .float64].contains(description.type) {
        datasets[leaf] = Dataset(
          name: leaf, axes: description.dimensions.map { $0 ?? "" },
          values: try store.tensor(at: "\(path)/\(leaf)").values)
      }
    }
    for dataset in datasets.values {
      // Axes without names are of no use here; those whose labels are not as many as the numbers are damage.
      guard dataset.axes.allSatisfy({ axes[$0] != nil }) else {
        datasets[dataset.name] = nil
        continue
      }
      let shape = dataset.axes.compactMap { axes[$0]?.count }
      guard shape.reduce(1, *) == dataset.values.count else {
        throw StoreError.wrongShape(
          path: store.path, dataset: "\(path)/\(dataset.name)", found: [dataset.values.count], expected: "\(shape)")
      }
    }
    (self.axes, self.datasets) = (axes, datasets)
  }

  func labels(_ axis: String) -> [String] { axes[axis]?.labels.shown ?? [] }
  func count(_ axis: String) -> Int { axes[axis]?.count ?? 0 }
  func text(_ key: String) -> String? { attributes[key]?.plain }

  func texts(_ key: String) -> [String] {
    switch attributes[key] {
    case .texts(let texts)?: texts
    case .text(let text)?: [text]
    default: []
    }
  }

  /// Axes of a dataset without `example`.
  func cellAxes(_ dataset: Dataset) -> [LabelledAxis] {
    dataset.axes.filter { $0 != "example" }.compactMap { axes[$0] }
  }
}

extension AxisLabels {
  /// As people read them: whole numbers without a fraction.
  var shown: [String] {
    if case .numbers(let numbers) = self { return numbers.map { shortNumber($0) } }
    return texts
  }
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
}
