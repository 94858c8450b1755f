import ActivationStore

/// What is kept of each maze for whoever goes on after a run that was stopped.
extension MazeSteeringStudy {
  /// A row for each maze.
  var table: PartialResults.Table {
    let sets = spec.source == .every ? mazes.count : sites.count
    let measured = MazeSteeringResults.Measure.allCases.count * (1 + sets * spec.cells.count)
    return PartialResults.Table(
      name: spec.name, width: measured + spec.terms.count + 1 + 2 * later.count * spec.cells.count)
  }

  /// What became of the mazes that an earlier run had done. Those that are drawn are done again: fields are not kept.
  /// - Throws: `StoreError.wrongShape` where rows are of another length than this study's.
  func outcomes(keptIn file: PartialResults) throws -> [Int: Outcome] {
    var kept: [Int: Outcome] = [:]
    let width = table.width
    for number in mazes.indices where !isDrawn(number) {
      guard let row = try file.row(table: spec.name, example: number) else { continue }
      guard row.count == width else {
        throw StoreError.wrongShape(
          path: PartialResults.path(of: file.path), dataset: "/progress/tables/\(spec.name)/values",
          found: [file.examples, row.count], expected: "[\(file.examples) examples, \(width) numbers]")
      }
      kept[number] = outcome(of: row)
    }
    return kept
  }

  /// Whether a maze's vector fields are wanted.
  func isDrawn(_ number: Int) -> Bool { spec.fields.map { number < $0.mazes } ?? false }

  /// An outcome as a row of the table.
  func row(of outcome: Outcome) -> [Float] {
    func numbers(_ measures: Measures) -> [Float] { MazeSteeringResults.Measure.allCases.map { measures[$0] } }
    return numbers(outcome.unsteered) + outcome.steered.joined().flatMap(numbers) + outcome.lengths.map(Float.init)
      + [Float(outcome.activationLength)] + outcome.effects.joined() + outcome.interactions.joined()
  }

  private func outcome(of row: [Float]) -> Outcome {
    var rest = row[...]
    func take(_ count: Int) -> [Float] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    func measures() -> Measures {
      let values = take(MazeSteeringResults.Measure.allCases.count)
      var measures = Measures()
      for (measure, value) in zip(MazeSteeringResults.Measure.allCases, values) { measures[measure] = value }
      return measures
    }
    let cells = spec.cells.count
    var outcome = Outcome()
    outcome.unsteered = measures()
    let sets = spec.source == .every ? mazes.count : sites.count
    outcome.steered = (0..<sets).map { _ in (0..<cells).map { _ in measures() } }
    outcome.lengths = take(spec.terms.count).map(Double.init)
    outcome.activationLength = Double(take(1)[0])
    outcome.effects = later.map { _ in take(cells) }
    outcome.interactions = later.map { _ in take(cells) }
    return outcome
  }
}
