import ActivationStore
import Diagnostics
import ExperimentFile
import Patching
import Workbenches

/// Something that an experiment asks of its model and prompts: a sweep, a readout, a vector added in mazes.
///
/// A question is a value that makes sense by itself, whatever the model. A kind of question is a folder here: how files write it (`questionKind`), how it fits a
/// model (`plan`), its units of work and their answers (`PlannedQuestion`), and its words for the summary (`QuestionSummary`).
/// `QuestionKind.all` lists the kinds; nothing else knows of them.
public protocol Question: Sendable {
  /// How experiment files ask it.
  static var questionKind: QuestionKind { get }
  /// Unique among the questions of its kind; results are stored under it.
  var name: String { get }
  /// The line that asks it.
  var place: Place { get }
  /// The question as an element of its list in an experiment file, its vectors as numbers. Reading it gives the same question.
  var written: JSONValue { get }
  /// The models that its vectors were made with, without those for which any model will do, and how files were read where that needs saying.
  var vectorOrigins: [VectorOrigin] { get }
  /// The numbers that it takes from other files: a run is resumed only where they are what they were.
  var vectors: [[Float]] { get }

  /// Fits it to a model and prompts.
  /// - Returns: one planned question, or several where an answer has parts that are found separately.
  /// - Throws: `ExperimentError` at its line.
  func plan(in context: PlanningContext) throws -> [any PlannedQuestion]
}

extension Question {
  public var vectorOrigins: [VectorOrigin] { [] }
  public var vectors: [[Float]] { [] }
}

/// A question that is known to fit its model and prompts. It is answered for one block of examples at a time.
public protocol PlannedQuestion: Sendable {
  /// Its name within its kind.
  var name: String { get }
  /// What progress calls it.
  var stage: String { get }
  /// How many runs of one prompt it takes for each example.
  var runs: Int { get }
  /// The room that its answers take in the file of a run under way.
  var room: AnswerRoom { get }

  /// Answers it for some examples, all of one block, but for what is done already.
  /// - Parameter unit: says what is done, and takes the answers.
  /// - Throws: what the engine throws; what `unit` throws, which ends the run.
  func answer(_ unit: UnitOfWork) throws

  /// Writes the answers of all examples to the finished results, and sums them up.
  /// - Returns: nil where there is nothing to say.
  func finish(_ finishing: Finishing) throws -> (any QuestionSummary)?

  /// Sums up results that are finished.
  /// - Returns: nil where there is nothing to say, or the file has not what it takes.
  func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)?
}

extension PlannedQuestion {
  public var stage: String { name }
}

/// The room that answers take in the file of a run under way.
public enum AnswerRoom: Sendable {
  /// A value for each cell and example, in the arrays that the finished results have.
  case cells(PartialResults.Sweep)
  /// A row of numbers for each example.
  case rows(PartialResults.Table)
}

/// What is found by answering a question, in words.
public protocol QuestionSummary: Sendable {
  /// The question's name.
  var name: String { get }
  /// The words for all summaries of one kind, in the order of the experiment; each a paragraph.
  static func words(_ summaries: [Self], of run: RunSetting) -> [String]
}

extension QuestionSummary {
  package static func words(ofAny summaries: [any QuestionSummary], of run: RunSetting) -> [String] {
    words(summaries.compactMap { $0 as? Self }, of: run)
  }
}
