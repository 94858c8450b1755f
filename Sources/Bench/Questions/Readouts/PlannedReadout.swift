import ActivationStore
import ExperimentFile
import LabelledArrays
import Patching
import Workbenches

/// A readout that fits its model and prompts: `/readouts/NAME`.
struct PlannedReadout: PlannedQuestion {
  private let spec: ReadoutSpec
  private let engine: PatchingEngine
  private let prompts: ResolvedPrompts
  /// Each with `run` as its first axis.
  private let rows: ExampleRows

  var name: String { spec.name }
  var runs: Int { spec.runs.count }
  var room: AnswerRoom { .rows(PartialResults.Table(name: table, width: rows.width)) }
  private var table: String { "readout.\(name)" }

  /// - Throws: `ExperimentError` at the readout's line.
  init(_ spec: ReadoutSpec, in context: PlanningContext) throws {
    self.spec = spec
    engine = try context.engine()
    prompts = context.prompts
    do {
      try spec.read.check(engine)
      let runs = LabelledAxis(Schema.Axis.run, .texts(spec.runs.map(\.rawValue)))
      rows = ExampleRows(try spec.read.columns(engine).map { ExampleRows.Column($0.name, [runs] + $0.axes) })
    } catch {
      throw ExperimentError.wrapping(error, at: spec.place)
    }
  }

  func answer(_ unit: UnitOfWork) throws {
    guard !unit.missing(fromRows: table).isEmpty else { return }
    try unit.check()
    let sides = try spec.runs.map { try spec.read.values(engine, $0, block: unit.block) }
    try unit.add(
      AnswerBlock(
        stage: stage, .rows(table: table), examples: unit.block,
        values: rows.columns.indices.map { place in .init(rows.columns[place].name, sides.flatMap { $0[place] }) },
        runs: runs * unit.block.count))
  }

  func finish(_ finishing: Finishing) throws -> (any QuestionSummary)? {
    var attributes = spec.read.attributes
    attributes[Schema.Readout.read] = .text(type(of: spec.read).readoutKind.word)
    var group = ArrayGroup(Schema.readouts.path(name), attributes: attributes)
    let found = try rows.arrays(from: finishing.partial, table: table, check: finishing.check)
    for array in spec.read.arrays(from: found.filter { $0.count > 0 }, prompts) { group.add(array) }
    try finishing.results.write(group)
    return nil
  }

  func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)? { nil }
}

extension LabelledAxis {
  /// Entries numbered from 0.
  static func range(_ name: String, _ count: Int) -> LabelledAxis { LabelledAxis(name, .range(count)) }
}
