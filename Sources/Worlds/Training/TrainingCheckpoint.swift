import Checkpoints
import Diagnostics
import Foundation
import ModelGraph
import Tensors

/// A training run's state in one safetensors file: weights, both moments and, in the metadata, the step, the place in
/// the text, the history and the recipe's settings. It appears under its name only when it is complete.
enum TrainingCheckpoint {
  static let fileName = "checkpoint.safetensors"

  static func write(_ state: TrainingState, _ trainer: Trainer, to path: String) throws {
    var writer = SafetensorsWriter(metadata: [
      "format": "patchbay-training",
      "step": "\(state.step)", "document": "\(state.document)", "tokens": "\(state.tokens)",
      "loss_sum": "\(state.lossSum)", "loss_tokens": "\(state.lossTokens)",
      "recipe": Lines.joined(trainer.recipe.settings.map { [$0.key, $0.value] }),
      "history": Lines.joined(state.history.map(\.fields)),
    ])
    for (index, declaration) in trainer.graph.weights.enumerated() {
      try writer.add("weights/\(declaration.name)", state.weights[index])
      try writer.add("first/\(declaration.name)", state.first[index])
      try writer.add("second/\(declaration.name)", state.second[index])
    }
    try writer.write(to: path)
  }

  /// Whether a file is a checkpoint left half written by a run that was killed.
  static func isLeftOver(_ name: String) -> Bool { name.hasPrefix("\(fileName).") && name.hasSuffix(".partial") }

  /// - Throws: `TrainingError.otherRecipe`, `.damagedCheckpoint`, `CheckpointError`.
  static func read(_ path: String, for trainer: Trainer) throws -> TrainingState {
    let file = try SafetensorsFile(path: path)
    let metadata = file.metadata
    func damaged(_ problem: String) -> TrainingError { .damagedCheckpoint(file: path, problem: problem) }
    guard metadata["format"] == "patchbay-training" else { throw damaged("it was not written by patchbay train") }
    let there = Lines.parsed(metadata["recipe"] ?? "").filter { $0.count == 2 }.map { (key: $0[0], value: $0[1]) }
    let differences = Self.differences(trainer.recipe.settings, there)
    guard differences.isEmpty else { throw TrainingError.otherRecipe(file: path, differences: differences) }
    func number(_ key: String) throws -> Int {
      guard let number = metadata[key].flatMap(Int.init), number >= 0 else { throw damaged("'\(key)' is no number") }
      return number
    }
    func tensors(_ kind: String) throws -> [Tensor] {
      try trainer.graph.weights.map { declaration in
        let name = "\(kind)/\(declaration.name)"
        guard file.entry(named: name)?.shape == declaration.shape else {
          throw damaged("'\(name)' is missing or of another shape")
        }
        // Copied, because the file will be overwritten.
        let tensor = Tensor(shape: declaration.shape, borrowing: try file.storage(named: name))
        return Tensor(shape: declaration.shape, tensor.values)
      }
    }
    var state = TrainingState(weights: try tensors("weights"))
    (state.first, state.second) = (try tensors("first"), try tensors("second"))
    (state.step, state.document, state.tokens) = (try number("step"), try number("document"), try number("tokens"))
    guard let sum = metadata["loss_sum"].flatMap(Double.init), sum.isFinite else {
      throw damaged("'loss_sum' is no number")
    }
    (state.lossSum, state.lossTokens) = (sum, try number("loss_tokens"))
    for fields in Lines.parsed(metadata["history"] ?? "") {
      guard let record = TrainingRecord(fields: fields) else { throw damaged("its history cannot be read") }
      state.history.append(record)
    }
    return state
  }

  private static func differences(
    _ here: [(key: String, value: String)], _ there: [(key: String, value: String)]
  ) -> [TrainingError.Difference] {
    let keys = here.map(\.key) + there.map(\.key).filter { key in !here.contains { $0.key == key } }
    func value(_ key: String, _ settings: [(key: String, value: String)]) -> String {
      settings.first { $0.key == key }?.value ?? "not there"
    }
    return keys.compactMap { key in
      let (own, other) = (value(key, here), value(key, there))
      return own == other ? nil : TrainingError.Difference(key: key, here: own, there: other)
    }
  }
}

/// Rows of texts as one text: tabs between the texts, line ends between the rows; these characters are escaped by a
/// backslash inside a text.
private enum Lines {
  private static let escapes: [(plain: Character, letter: Character)] = [
    ("\\", "\\"), ("\t", "t"), ("\n", "n"), ("\r\n", "w"),
  ]

  static func joined(_ rows: [[String]]) -> String {
    rows.map { $0.map(escaped).joined(separator: "\t") }.joined(separator: "\n")
  }

  static func parsed(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(plain) }
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if let escape = escapes.first(where: { $0.plain == character }) {
        result += ["\\", escape.letter]
      } else {
        result.append(character)
      }
    }
  }

  private static func plain(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        result.append(escapes.first { $0.letter == character }?.plain ?? character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}

extension TrainingRecord {
  /// Numbers in their shortest form that reads back the same.
  fileprivate var fields: [String] {
    ["\(step)", "\(tokens)", "\(learningRate)", "\(trainingLoss)", "\(validationLoss)"]
      + tasks.flatMap { [$0.name, "\($0.accuracy)", "\($0.logitDifference)", "\($0.top)"] }
  }

  fileprivate init?(fields: [String]) {
    guard fields.count >= 5, (fields.count - 5) % 4 == 0, let step = Int(fields[0]), let tokens = Int(fields[1]),
      let rate = Float(fields[2]), let training = Double(fields[3]), let validation = Double(fields[4])
    else { return nil }
    var tasks: [TaskScore] = []
    for start in stride(from: 5, to: fields.count, by: 4) {
      guard let accuracy = Double(fields[start + 1]), let difference = Double(fields[start + 2]),
        let top = Double(fields[start + 3])
      else { return nil }
      tasks.append(TaskScore(name: fields[start], accuracy: accuracy, logitDifference: difference, top: top))
    }
    self.init(
      step: step, tokens: tokens, learningRate: rate, trainingLoss: training, validationLoss: validation, tasks: tasks)
  }
}
