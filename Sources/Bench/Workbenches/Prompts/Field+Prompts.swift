import Diagnostics
import ExperimentFile

extension Field {
  /// The pairs of the key `prompts`: from the file itself, from the file that it names, or drawn from a dataset.
  /// - Parameter folder: the folder that such a file is relative to.
  package func prompts(folder: String) throws -> PromptSource {
    let chosen = try map(.prompts).exactlyOne(of: KeyTable.prompts.keys.map(\.name))
    switch chosen.key {
    case "pairs": return .written(try chosen.field.list(of: "pairs").map { try $0.pair() })
    case "template": return .template(try chosen.field.template())
    default: break
    }
    do {
      return .written(try PromptFile.read(resolvedPath(try chosen.field.nonEmptyText(), relativeTo: folder)))
    } catch let error as ExperimentError where error.kind == .inputNotFound {
      throw ExperimentError.nested(chosen.field.place, error.kind, error.message)
    }
  }

  /// One pair: an element of `pairs`, or a line of a prompt file.
  package func pair() throws -> PromptSpec {
    let (keys, others) = try pairKeys()
    let clean = try keys.exactlyOne(of: ["clean", "clean_tokens"])
    let corrupted = try keys.exactlyOne(of: ["corrupted", "corrupted_tokens"])
    guard (clean.key == "clean") == (corrupted.key == "corrupted") else {
      throw corrupted.field.error(.mixedPrompts(path: path))
    }
    let answer = try keys.exactlyOne(of: ["answer", "answer_token"])
    let hasWrong = keys["wrong"] != nil || keys["wrong_token"] != nil
    let wrong = hasWrong ? try keys.exactlyOne(of: ["wrong", "wrong_token"]) : nil
    return PromptSpec(
      clean: try clean.field.prompt(isText: clean.key == "clean"),
      corrupted: try corrupted.field.prompt(isText: corrupted.key == "corrupted"),
      answers: try answer.field.tokens(areTexts: answer.key == "answer"),
      wrongs: try wrong.map { try $0.field.tokens(areTexts: $0.key == "wrong") } ?? [],
      labels: try labels(keys, others), place: place)
  }

  /// The keys of a pair. In a line of a prompt file, any others are labels.
  private func pairKeys() throws -> (pair: KeyedFields, others: [Member]) {
    guard case .json = source, case .map(let members) = try content() else { return (try map(.pair), []) }
    let known = KeyTable.pair.keys.map(\.name)
    let (own, others) = (members.filter { known.contains($0.key) }, members.filter { !known.contains($0.key) })
    // If a prompt or an answer is missing, a similar key is more likely misspelt than a label.
    for part in ["clean", "corrupted", "answer"] where !own.contains(where: { $0.key.hasPrefix(part) }) {
      for other in others where nearestName(to: other.key, among: [part, "\(part)_tokens", "\(part)_token"]) != nil {
        throw other.field.error(.unknownKey(key: other.key, of: path, known: known))
      }
    }
    for other in others where !PromptLabels.isName(other.key) {
      throw other.field.error(.badLabelName(other.key))
    }
    return (KeyedFields(members: own, place: place, path: path), others)
  }

  private func labels(_ keys: KeyedFields, _ others: [Member]) throws -> [String: String] {
    var labels = try keys["labels"]?.labels() ?? [:]
    if let label = keys["label"] { labels["label"] = try label.label() }
    for other in others { labels[other.key] = try other.field.label() }
    return labels
  }

  private func prompt(isText: Bool) throws -> PromptSpec.Prompt {
    isText ? .text(try text()) : .tokens(try list(of: "token ids").map { try $0.tokenID() })
  }

  private func tokens(areTexts: Bool) throws -> [PromptSpec.Token] {
    try oneOrMore(of: areTexts ? "texts" : "token ids").map {
      areTexts ? .text(try $0.nonEmptyText()) : .id(try $0.tokenID())
    }
  }
}
