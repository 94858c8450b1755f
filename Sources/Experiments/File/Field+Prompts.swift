import Diagnostics

extension Field {
  /// The pairs of the key `prompts`, from the file itself or from the one that it names.
  /// - Parameter folder: what that file is relative to.
  func prompts(folder: String) throws -> [PromptSpec] {
    let chosen = try map(.prompts).exactlyOne(of: KeyTable.prompts.keys.map(\.name))
    if chosen.key == "pairs" { return try chosen.field.list(of: "pairs").map { try $0.pair() } }
    do {
      return try PromptFile.read(resolvedPath(try chosen.field.nonEmptyText(), relativeTo: folder))
    } catch let error as ExperimentError where error.kind == .inputNotFound {
      throw ExperimentError.nested(chosen.field.place, error.kind, error.message)
    }
  }

  /// One pair: an element of `pairs`, or a line of a prompt file.
  func pair() throws -> PromptSpec {
    let keys = try map(.pair)
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
      wrongs: try wrong.map { try $0.field.tokens(areTexts: $0.key == "wrong") } ?? [], place: place)
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
