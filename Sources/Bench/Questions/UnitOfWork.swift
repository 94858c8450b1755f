import ActivationStore
import Patching

/// One question, asked about one block of examples: the unit in which a run works, and in which a stopped run is
/// resumed.
public struct UnitOfWork: Sendable {
  /// The examples, all of one block.
  public let block: Range<Int>
  let file: PartialResults
  private let checkpoint: @Sendable () throws -> Void
  private let deliver: @Sendable (AnswerBlock) throws -> Void

  /// - Parameters:
  /// - check: throws if the run should stop.
  ///   - deliver: takes part of an answer.
  package init(
    _ block: Range<Int>, in file: PartialResults, check: @escaping @Sendable () throws -> Void,
    deliver: @escaping @Sendable (AnswerBlock) throws -> Void
  ) {
    self.block = block
    self.file = file
    checkpoint = check
    self.deliver = deliver
  }

  /// Takes an answer, or part of one. It counts as done when this returns.
  /// - Throws: `ExperimentError.interrupted` if the run should stop; `CancellationError`; what a sink throws.
  public func add(_ answer: AnswerBlock) throws {
    try check()
    try deliver(answer)
  }

  /// - Throws: `ExperimentError.interrupted` if the run should stop; `CancellationError`.
  public func check() throws { try checkpoint() }

  /// Whether some cells of a question are done for some examples.
  func isDone(_ question: String, _ pass: PartialResults.Pass, cells: some Sequence<Int>, examples: Range<Int>) -> Bool
  {
    file.isDone(sweep: question, pass, cells: cells, examples: examples)
  }

  /// The examples of the block without a row.
  func missing(fromRows table: String) -> [Int] { block.filter { !file.hasRow(table: table, example: $0) } }
}

/// Part of an answer: a rectangle of cells and examples.
public struct AnswerBlock: Sendable {
  /// Where it goes.
  public enum Target: Sendable, Hashable {
    /// Some cells of a question with `AnswerRoom.cells`: values are [cell of the span, example]; `done` are the cells
    /// of the span that were computed.
    case cells(question: String, PartialResults.Pass, span: Range<Int>, done: [Int])
    /// The rows of a question with `AnswerRoom.rows`: values are [entry of the row, example], one array after the
    /// other.
    case rows(table: String)
  }

  /// Named values.
  public struct Values: Sendable, Hashable {
    public let name: String
    /// Row-major, examples last.
    public let values: [Float]

    public init(_ name: String, _ values: [Float]) {
      self.name = name
      self.values = values
    }
  }

  /// The question's name in progress reports.
  public let stage: String
  public let target: Target
  public let examples: Range<Int>
  public let values: [Values]
  /// How many runs of one prompt it took.
  public let runs: Int

  public init(stage: String, _ target: Target, examples: Range<Int>, values: [Values], runs: Int) {
    self.stage = stage
    self.target = target
    self.examples = examples
    self.values = values
    self.runs = runs
  }
}

/// What a question needs to write its part of the finished results.
public struct Finishing {
  /// What the run has computed.
  public let partial: PartialResults
  public let results: ResultsWriter
  /// The metrics of the unedited runs.
  public let baselines: Baselines
  public let setting: RunSetting
  /// The folder for files next to the results.
  let folder: String
  /// Called between pieces; what it throws ends the run.
  public let check: () throws -> Void

  package init(
    partial: PartialResults, results: ResultsWriter, baselines: Baselines, setting: RunSetting, folder: String,
    check: @escaping () throws -> Void
  ) {
    self.partial = partial
    self.results = results
    self.baselines = baselines
    self.setting = setting
    self.folder = folder
    self.check = check
  }
}
