import ActivationStore
import Diagnostics
import ExperimentFile
import LabelledArrays
import Patching
import Workbenches

/// What an experiment reads from the unedited runs, and from which of them.
public struct ReadoutSpec: Sendable {
  public let name: String
  /// What is read.
  public let read: any Reading
  public let runs: [RunSide]
  public let place: Place

  public init(name: String, _ read: any Reading, runs: [RunSide] = RunSide.allCases, place: Place) {
    self.name = name
    self.read = read
    self.runs = runs
    self.place = place
  }
}

/// One kind of readout: a file here, and a line in `ReadoutSpec.kinds`.
public protocol Reading: Sendable {
  /// Its form in experiment files.
  static var readoutKind: ReadoutKind { get }
  /// Checks that it fits a model and prompts.
  /// - Throws: `InterventionError`, `PatchingError`.
  func check(_ engine: PatchingEngine) throws
  /// Its arrays, without the first axis `run` and the last axis `example`.
  func columns(_ engine: PatchingEngine) throws -> [(name: String, axes: [LabelledAxis])]
  /// The numbers of one run of some examples: for each array, [axes..., example].
  func values(_ engine: PatchingEngine, _ side: RunSide, block: Range<Int>) throws -> [[Float]]
  /// Its keys in an experiment file, in addition to those of every readout.
  var keys: KeyValuePairs<String, JSONValue> { get }
  /// The attributes of its group, in addition to `read`.
  var attributes: [String: Attribute] { get }
  /// What is stored: the columns themselves or what is derived from them, such as the texts of token ids.
  /// - Parameter found: the columns in their order, each [run, axes..., example].
  func arrays(from found: [LabelledArray], _ prompts: ResolvedPrompts) -> [LabelledArray]
}

/// The form of a kind of readout in experiment files.
public struct ReadoutKind: Sendable {
  /// The word in experiment and results files.
  public let word: String
  /// Its keys in addition to those of every readout, which are `name`, `read` and `runs`.
  var keys: [KeyTable.Key] = []
  let read: @Sendable (KeyedFields) throws -> any Reading
}

extension Reading {
  public func check(_ engine: PatchingEngine) throws {}
  public var keys: KeyValuePairs<String, JSONValue> { [:] }
  public var attributes: [String: Attribute] { [:] }
  public func arrays(from found: [LabelledArray], _ prompts: ResolvedPrompts) -> [LabelledArray] { found }
}

extension ReadoutSpec: Question {
  /// All kinds of readout, in the order of the documentation.
  static let kinds: [ReadoutKind] = [
    DirectLogitAttributionReading.readoutKind, LogitLensReading.readoutKind, AttentionReading.readoutKind,
    TopTokensReading.readoutKind,
  ]

  public static let questionKind = QuestionKind(
    key: "readouts", meaning: "what is read off the unedited runs", one: "a readout", listed: "readouts", inputs: .text,
    tables: [.readout]
  ) { field, _ in try field.readout() }

  public var written: JSONValue {
    var keys = JSONObject()
    keys.add("name", .string(name))
    keys.add("read", .string(type(of: read).readoutKind.word))
    for (key, value) in read.keys { keys.add(key, value) }
    keys.add("runs", .words(runs.map(\.rawValue)))
    return .object(keys)
  }

  public func plan(in context: PlanningContext) throws -> [any PlannedQuestion] {
    [try PlannedReadout(self, in: context)]
  }
}

extension Field {
  /// One readout of the list.
  fileprivate func readout() throws -> ReadoutSpec {
    let keys = try map(.readout)
    let name = try keys.questionName()
    let word = try keys.required("read").choice(of: ReadoutSpec.kinds.map(\.word))
    guard let kind = ReadoutSpec.kinds.first(where: { $0.word == word }) else {
      preconditionFailure("the word is one of the kinds'")
    }
    let own = kind.keys.map(\.name)
    try keys.refuse(ReadoutSpec.kinds.flatMap { $0.keys.map(\.name) }.filter { !own.contains($0) }, with: "read")
    return ReadoutSpec(
      name: name, try kind.read(keys),
      runs: try keys["runs"].map { try $0.words(RunSide.self, of: "runs") } ?? RunSide.allCases, place: place)
  }
}
