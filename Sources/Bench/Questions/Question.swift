import ActivationStore
import Diagnostics
import ExperimentFile
import Patching
import Workbenches

/// Something that an experiment asks about its model and prompts: a sweep, a readout, a vector added in mazes.
///
/// A question is a value that is independent of any model. Each kind of question is a folder here: its form in files
/// (`questionKind`), planning for a model (`plan`), its units of work and their answers (`PlannedQuestion`), and its
/// text in the summary (`QuestionSummary`). `QuestionKind.all` lists the kinds; nothing else knows them.
public protocol Question: Sendable {
  /// Its form in experiment files.
  static var questionKind: QuestionKind { get }
  /// Unique among the questions of its kind; results are stored under this name.
  var name: String { get }
  /// The line that asks it.
  var place: Place { get }
  /// The question as an element of its list in an experiment file, with its vectors as numbers. Reading it gives the
  /// same question.
  var written: JSONValue { get }
  /// The models that its vectors were made with, except for vectors that any model may use, and how files were read if
  /// that is worth reporting.
  var vectorOrigins: [VectorOrigin] { get }
  /// The numbers that it takes from other files: a run is resumed only if they have not changed.
  var vectors: [[Float]] { get }

  /// Plans it for a model and prompts.
  /// - Returns: one planned question, or several if an answer has parts that are computed separately.
  /// - Throws: `ExperimentError` at its line.
  func plan(in context: PlanningContext) throws -> [any PlannedQuestion]
}

extension Question {
  public var vectorOrigins: [VectorOrigin] { [] }
  public var vectors: [[Float]] { [] }
}

/// A question that fits its model and prompts. It is answered for one block of examples at a time.
public protocol PlannedQuestion: Sendable {
  /// Its name within its kind.
  var name: String { get }
  /// Its name in progress reports.
  var stage: String { get }
  /// How many runs of one prompt it takes per example.
  var runs: Int { get }
  /// The space that its answers need in the partial file.
  var room: AnswerRoom { get }

  /// Answers it for some examples, all in one block, except what is done already.
  /// - Parameter unit: knows what is done, and takes the answers.
  /// - Throws: what the engine throws; what `unit` throws, which ends the run.
  func answer(_ unit: UnitOfWork) throws

  /// Writes the answers of all examples to the finished results, and summarises them.
  /// - Returns: nil if there is nothing to report.
  func finish(_ finishing: Finishing) throws -> (any QuestionSummary)?

  /// Summarises finished results.
  /// - Returns: nil if there is nothing to report, or the file lacks what is needed.
  func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)?
}

extension PlannedQuestion {
  public var stage: String { name }
}

/// The space that answers need in a partial file.
public enum AnswerRoom: Sendable {
  /// A value per cell and example, in the arrays of the finished results.
  case cells(PartialResults.Sweep)
  /// A row of numbers per example.
  case rows(PartialResults.Table)
}

/// The answer to a question, in words.
public protocol QuestionSummary: Sendable {
  /// The question's name.
  var name: String { get }
  /// The text for all summaries of one kind, in the order of the experiment; each element is a paragraph.
  static func words(_ summaries: [Self], of run: RunSetting) -> [String]
}

extension QuestionSummary {
  package static func words(ofAny summaries: [any QuestionSummary], of run: RunSetting) -> [String] {
    words(summaries.compactMap { $0 as? Self }, of: run)
  }
}
