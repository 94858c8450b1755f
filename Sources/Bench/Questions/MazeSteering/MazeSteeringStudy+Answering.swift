import ActivationStore
import ExperimentFile
import Foundation
import Patching
import Tensors

/// A question about a policy in mazes: `/steering/NAME`. The outcome of each maze is stored as a row.
extension MazeSteeringStudy: PlannedQuestion {
  var name: String { spec.name }
  var runs: Int { cells }
  var room: AnswerRoom { .rows(PartialResults.Table(name: table, width: width)) }

  private var table: String { "steering.\(spec.name)" }
  private var sets: Int { spec.source == .every ? mazes.count : sites.count }

  private var width: Int {
    let measured = MazeSteeringResults.Measure.allCases.count * (1 + sets * spec.cells.count)
    return measured + spec.terms.count + 1 + 2 * later.count * spec.cells.count
  }

  func answer(_ unit: UnitOfWork) throws {
    let missing = unit.missing(fromRows: table)
    try WorkerPool.run(count: missing.count, threads: threads) { place, check in
      (missing[place], try self.outcome(of: missing[place], check: check))
    } deliver: { number, outcome in
      try unit.add(
        AnswerBlock(
          stage: stage, .rows(table: table), examples: number..<number + 1,
          values: [.init("outcome", row(of: outcome))],
          runs: cells))
    }
  }

  func finish(_ finishing: Finishing) throws -> (any QuestionSummary)? {
    let outcomes = try mazes.indices.map { number -> Outcome in
      try finishing.check()
      guard let row = try finishing.partial.row(table: table, example: number) else {
        preconditionFailure("a study is finished when every maze is done")
      }
      return outcome(of: row)
    }
    let fields = try mazes.indices.filter(isDrawn).map { number in
      try finishing.check()
      return try self.fields(of: number)
    }
    let found = MazeSteeringResults(self, outcomes, fields: fields)
    try finishing.results.write(found.arrays)
    if spec.savesVectors { try saveVectors(found, finishing) }
    return found
  }

  /// Writes the mean of all mazes' vectors, as `NAME.STUDY.VECTOR.h5`.
  private func saveVectors(_ found: MazeSteeringResults, _ finishing: Finishing) throws {
    let run = finishing.setting
    let length = found.activationLengths.reduce(0) { $0 + Double($1) } / Double(max(1, found.examples))
    for (vector, values) in try meanVectors(threads: threads) {
      let file = SteeringVector(
        model: run.model.text, modelSHA256: try run.loaded.folder.sha256(), site: spec.site.rawValue,
        method: vector.name, prompts: run.promptsNote ?? "", position: "start", pairs: found.examples,
        patchbayVersion: PatchbayVersion.text, layers: [0], values: [[values]], isSequence: false,
        activationNorms: [length])
      let path = resolvedPath("\(run.name).\(spec.name).\(vector.name).h5", relativeTo: finishing.folder)
      let output = try ArraysFile(creating: path, format: .vector, attributes: file.attributes)
      try output.write(file.arrays)
      try output.finish()
    }
  }

  /// Results in mazes are not summarised again.
  func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)? { nil }

  /// Whether a maze's vector fields are requested.
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
    outcome.steered = (0..<sets).map { _ in (0..<cells).map { _ in measures() } }
    outcome.lengths = take(spec.terms.count).map(Double.init)
    outcome.activationLength = Double(take(1)[0])
    outcome.effects = later.map { _ in take(cells) }
    outcome.interactions = later.map { _ in take(cells) }
    return outcome
  }
}
