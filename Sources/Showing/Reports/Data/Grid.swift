import ActivationStore
import LabelledArrays

/// A map of cells: which axes are rows, columns and choosers, and the numbers of each metric.
struct Grid: Sendable {
  struct Axis: Sendable {
    let name: String
    let labels: [String]
    /// Whether entries are positions of the prompts.
    let isPosition: Bool
  }

  /// The numbers of one metric; every array has one per cell.
  struct Layer: Sendable {
    let metric: String
    /// `run`, or `estimate`.
    let source: String
    /// What can be shown, by name: `effect`, `ratio`, `change`, `value`, and with effects `low`, `high`, `p`, `n`.
    var arrays: [(name: String, values: [Float])]
    /// [cell, example]; nil if there are none, or they need too much space.
    var raw: [Float]?
    /// Whether `raw` are changes from the base run.
    var isChange = false
  }

  let id: String
  let title: String
  /// The name of the numbers, next to the scale.
  let valueName: String
  let axes: [Axis]
  /// Indices of axes.
  var rows: [Int], columns: [Int], facets: [Int]
  /// The entry of each facet that is shown first.
  var start: [Int]
  /// The axis of runs, which decides whose tokens are shown.
  let runAxis: Int?
  /// The cell at each place of the axes, row-major, -1 for none; nil if places are the cells.
  let places: [Int]?
  /// Whether there are normalised effects, or only plain values.
  let isSweep: Bool
  /// Whether the values are shares of 1, coloured from white upwards, rather than around 0.
  let isSequential: Bool
  var layers: [Layer]
  /// For each cell, 1 if there is a path, 0 if there is none; nil if it is not about paths.
  var paths: [Int8]? = nil
  /// The text of each cell instead of its number; nil for maps of numbers.
  var words: Words? = nil

  /// Which axis goes where.
  static func layout(_ names: [String]) -> (rows: [Int], columns: [Int], facets: [Int]) {
    func place(_ name: String) -> Int? { names.firstIndex(of: name) }
    func rest(_ taken: [Int]) -> [Int] { names.indices.filter { !taken.contains($0) } }
    func made(_ rows: [Int], _ columns: [Int]) -> (rows: [Int], columns: [Int], facets: [Int]) {
      (rows, columns, rest(rows + columns))
    }
    for (down, across) in [
      ("destination", "source"), ("sender", "receiver"), ("row", "column"),
      (Schema.Axis.sourceExample, Schema.Axis.example),
      ("source", Schema.Axis.example),
    ] {
      if let down = place(down), let across = place(across) { return made([down], [across]) }
    }
    let (senders, receivers) = (
      names.indices.filter { names[$0].hasPrefix("sender_") }, names.indices.filter { names[$0].hasPrefix("receiver_") }
    )
    if !senders.isEmpty, !receivers.isEmpty { return made(senders, receivers) }
    if let position = place("position") ?? place("source") ?? place("destination") {
      let rows = place("layer") ?? rest([position]).last
      return made(rows.map { [$0] } ?? [], [position])
    }
    if names.count == 1 {
      return ["coefficient", "head", "layer", "channel", "neuron"].contains(names[0]) ? ([], [0], []) : ([0], [], [])
    }
    if let layer = place("layer"), let head = place("head") { return made([layer], [head]) }
    guard names.count > 1 else { return ([], [], []) }
    return made([names.count - 2], [names.count - 1])
  }
}

extension Grid {
  /// The lengths of the axes.
  var shape: [Int] { axes.map(\.labels.count) }

  /// Entries of several axes combined, the last changing fastest: for each, the entry on each axis.
  func entries(_ axes: [Int]) -> [[Int]] {
    let shape = Shape(axes.map { self.axes[$0].labels.count })
    return (0..<shape.count).map(shape.unravel)
  }

  /// The number of the cell at an entry of each axis; nil for none.
  func cell(_ indices: [Int]) -> Int? {
    let flat = Shape(shape).ravel(indices)
    guard let places else { return flat }
    return places[flat] < 0 ? nil : places[flat]
  }

  /// The labels of entries of several axes; heads by layer and head, such as `9.6`.
  func labels(_ axes: [Int], tokens: TokenAxis?) -> [String] {
    entries(axes).map { entry in
      zip(axes, entry).map { axis, index in label(axis, index, tokens: tokens) }.joined(
        separator: axes.count == 2 ? "." : " ")
    }
  }

  func label(_ axis: Int, _ index: Int, tokens: TokenAxis?) -> String {
    let label = axes[axis].labels[index]
    guard axes[axis].isPosition, let tokens, let position = Int(label) else { return label }
    let place = position < 0 ? tokens.places.count + position : position
    return tokens.places.indices.contains(place) ? "\(label) \(tokens.places[place].name)" : label
  }
}

extension Grid.Axis {
  init(_ axis: LabelledAxis) {
    self.init(
      name: axis.name, labels: axis.labels.shown.map { $0.replacing("−", with: "-") },
      isPosition: ["position", "destination", "source"].contains(axis.name))
  }
}
