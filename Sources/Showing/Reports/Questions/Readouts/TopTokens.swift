import ActivationStore
import LabelledArrays

/// The top tokens of each layer, as stored: each array [run, layer, position, place, example].
struct TopTokens: Sendable {
  /// The axes of the cells: run, layer, position.
  let axes: [LabelledAxis]
  /// How many tokens each cell has, and how many examples there are.
  let places: Int, examples: Int
  /// The tokens' numbers, -1 if a prompt has no such position.
  private let tokens: [Int]
  private let probabilities: [Float]
  /// nil if the file has no texts.
  private let texts: [String]?

  /// - Returns: nil for a readout without tokens along these axes.
  /// - Throws: `StoreError`.
  init?(_ group: StoredGroup) throws {
    let names = ["run", "layer", "position", "place", Schema.Axis.example]
    guard let axes = group.axes(of: Schema.Readout.token), axes.map(\.name) == names,
      group.axes(of: Schema.Readout.probability) == axes
    else { return nil }
    self.axes = Array(axes.prefix(3))
    (places, examples) = (axes[3].count, axes[4].count)
    guard places > 0, examples > 0, self.axes.shape.count > 0 else { return nil }
    tokens = try group.numbers(Schema.Readout.token).doubles().map(whole)
    probabilities = try group.numbers(Schema.Readout.probability).numbers()
    if group.axes(of: Schema.Readout.text) == axes,
      case .texts(let texts) = try group.array(Schema.Readout.text).values
    {
      self.texts = texts
    } else {
      texts = nil
    }
  }

  var cells: Int { axes.shape.count }

  private func entry(_ cell: Int, _ place: Int, _ example: Int) -> Int { (cell * places + place) * examples + example }

  func isThere(_ cell: Int, place: Int = 0, example: Int) -> Bool { tokens[entry(cell, place, example)] >= 0 }
  func token(_ cell: Int, place: Int = 0, example: Int) -> Int { tokens[entry(cell, place, example)] }
  func text(_ cell: Int, place: Int = 0, example: Int) -> String? { texts?[entry(cell, place, example)] }
  func probability(_ cell: Int, place: Int = 0, example: Int) -> Float { probabilities[entry(cell, place, example)] }

  /// A token as readable text, or its number; empty if there is none.
  func word(_ cell: Int, place: Int = 0, example: Int) -> String {
    guard isThere(cell, place: place, example: example) else { return "" }
    return text(cell, place: place, example: example).map(shownToken)
      ?? "#\(token(cell, place: place, example: example))"
  }

  /// The top tokens of a cell by the number of examples, the most frequent first.
  func commonest(_ cell: Int) -> [(word: String, examples: Int)] {
    var counts: [String: Int] = [:]
    for example in 0..<examples where isThere(cell, example: example) {
      counts[word(cell, example: example), default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  /// [cell, example], the probabilities of the top tokens; NaN if there is none.
  var best: [Float] {
    (0..<cells).flatMap { cell in
      (0..<examples).map { isThere(cell, example: $0) ? probability(cell, example: $0) : .nan }
    }
  }
}
