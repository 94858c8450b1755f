import ExperimentFile
import Patching
import Workbenches

/// A kind of question: the key of its list in an experiment file, and how to read an element.
public struct QuestionKind: Sendable {
  /// What a question can be asked about.
  package enum Inputs: Sendable {
    /// Mazes only.
    case mazes
    /// Prompts of tokens only.
    case text
    case any
  }

  /// The key of its list: `sweeps`.
  public let key: String
  /// A short description, for messages and the key table.
  package let meaning: String
  /// One of them, for messages: `a sweep`.
  package let one: String
  /// What the elements of its list are, for messages: `sweeps`.
  package let listed: String
  package let inputs: Inputs
  /// The keys of an element's maps, in the order of the file.
  package let tables: [KeyTable]
  package let read: @Sendable (Field, QuestionReading) throws -> any Question

  /// All kinds, in the order of the file.
  package static let all: [QuestionKind] = [
    SweepSpec.questionKind, MazeSteeringSpec.questionKind, ReadoutSpec.questionKind,
  ]
}

/// What reading a question may need to know about its experiment.
package struct QuestionReading: Sendable {
  /// The folder that vector files are relative to.
  package let folder: String
  package let inputs: PromptSource
  package let metrics: [Metric]

  package init(folder: String, inputs: PromptSource, metrics: [Metric]) {
    self.folder = folder
    self.inputs = inputs
    self.metrics = metrics
  }
}

extension QuestionKind {
  /// The questions of all kinds in an experiment file, kind by kind, with unique names within each kind.
  package static func questions(in keys: KeyedFields, _ reading: QuestionReading) throws -> [any Question] {
    try all.flatMap { kind in
      guard let field = keys[kind.key] else { return [any Question]() }
      return try kind.questions(of: field, reading)
    }
  }

  private func questions(of field: Field, _ reading: QuestionReading) throws -> [any Question] {
    try checkInputs(reading, at: field)
    var questions: [any Question] = []
    for element in try field.list(of: listed) {
      let question = try read(element, reading)
      if let first = questions.first(where: { $0.name == question.name }) {
        throw element.error(.duplicateName(of: one, name: question.name, firstLine: first.place.line))
      }
      questions.append(question)
    }
    return questions
  }

  /// Checks that such a question can be asked about an experiment's inputs.
  package func checkInputs(_ reading: QuestionReading, at field: Field) throws {
    let areMazes = if case .mazes = reading.inputs { true } else { false }
    switch inputs {
    case .mazes where !areMazes: throw field.error(.needsMazes(key: key))
    case .text where areMazes: throw field.error(.cannotCombine(key: key, other: "mazes", path: ""))
    default: break
    }
  }
}

extension KeyedFields {
  /// The name of a question: letters, digits, `-`, `_` and points.
  func questionName() throws -> String {
    let field = required("name")
    let name = try field.text()
    guard isPartName(name) else {
      throw field.error(
        .badValue(path: field.path, value: quoted(name), expected: "letters, digits, -, _ and points only"))
    }
    return name
  }
}
