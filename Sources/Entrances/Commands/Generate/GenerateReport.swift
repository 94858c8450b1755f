import Diagnostics
import Execution
import Tokenization

/// What `patchbay generate` prints.
struct GenerateReport {
  let command: GenerateCommand
  let reader: PromptReader
  let prompt: [Int32]
  /// Each vector and edit, with the norm of everything that it changed.
  let parts: [(SteeredRow.Part, changeNorm: Double)]
  let steered: GeneratedTokens?
  let without: GeneratedTokens

  /// The first new token, counted from 0, that differs; nil if none does or nothing was steered.
  var partsAt: Int? {
    guard let steered else { return nil }
    let shared = zip(steered.tokens, without.tokens).prefix { $0 == $1 }.count
    return shared == max(steered.tokens.count, without.tokens.count) ? nil : shared
  }

  var text: String {
    var parts = [block("prompt", written(prompt, after: []))]
    guard let steered else {
      return (parts + [block("text" + note(without), written(without.tokens, after: prompt))]).joined(separator: "\n\n")
    }
    parts.append(block("without steering" + note(without), marked(without.tokens)))
    let edits = self.parts.map { $0.0.text }
    parts.append(block("steered by " + edits.joined(separator: " and ") + note(steered), marked(steered.tokens)))
    guard let partsAt else { return (parts + ["The two are the same."]).joined(separator: "\n\n") }
    func label(_ row: GeneratedTokens) -> String {
      partsAt < row.tokens.count ? reader.label(row.tokens[partsAt]) : "the end"
    }
    parts.append(
      "The two differ from new token \(partsAt + 1) on: \(label(without)) without, \(label(steered)) steered.")
    return parts.joined(separator: "\n\n")
  }

  var json: String {
    let sampling: JSONValue
    switch command.sampling {
    case .greedy: sampling = .object(["method": .string("greedy")])
    case .drawn(let temperature, let topK, let seed):
      sampling = .object([
        "method": .string("drawn"), "temperature": .number(temperature),
        "top_k": topK.map { .integer($0) } ?? .null, "seed": .string("\(seed)"),
      ])
    }
    var (additions, edits): ([JSONValue], [JSONValue]) = ([], [])
    for (part, norm) in parts {
      let positions = JSONValue.string(part.positions?.rawValue ?? "sequence")
      let site = JSONValue.string(part.intervention.site.name.rawValue)
      switch part.written {
      case .addition(let steering):
        additions.append(
          .object([
            "vector": .string(steering.addition.file), "coefficient": .number(Double(steering.addition.coefficient)),
            "site": site, "layers": .array(steering.layers.map { .integer($0) }),
            "method": .string(steering.vector.method), "positions": positions, "change_norm": .number(norm),
          ]))
      case .edit(let edit):
        edits.append(
          .object(["edit": .string(edit.text), "site": site, "positions": positions, "change_norm": .number(norm)]))
      }
    }
    return JSONValue.object([
      "model": .string(command.model), "prompt": text(prompt, after: []).map { .string($0) } ?? .null,
      "prompt_tokens": .array(prompt.map { .integer(Int($0)) }), "sampling": sampling, "additions": .array(additions),
      "edits": .array(edits),
      "without": row(without), "steered": steered.map(row) ?? .null,
      "parts_at": partsAt.map { .integer($0) } ?? .null,
    ]).text
  }

  private func row(_ row: GeneratedTokens) -> JSONValue {
    .object([
      "text": text(row.tokens, after: prompt).map { .string($0) } ?? .null,
      "tokens": .array(row.tokens.map { .integer(Int($0)) }),
      "strings": reader.strings(row.tokens).map { .array($0.map { .string($0) }) } ?? .null,
      "stop": .string(row.stop.rawValue),
    ])
  }

  private func note(_ row: GeneratedTokens) -> String {
    switch row.stop {
    case .length: ""
    case .endOfText: " (ended after \(row.tokens.count) tokens)"
    case .context: " (the model's context is full)"
    }
  }

  /// New tokens with a bar where the two rows diverge.
  private func marked(_ tokens: [Int32]) -> String {
    guard let partsAt, partsAt > 0 else { return written(tokens, after: prompt) }
    let shared = Array(tokens.prefix(partsAt))
    return written(shared, after: prompt) + "┃" + written(Array(tokens.dropFirst(partsAt)), after: prompt + shared)
  }

  /// The text of tokens; their ids if there is no tokenizer.
  private func written(_ tokens: [Int32], after: [Int32]) -> String {
    text(tokens, after: after) ?? tokens.map { " \($0)" }.joined()
  }

  private func text(_ tokens: [Int32], after before: [Int32]) -> String? {
    reader.resolver.tokenizer?.text(tokens, after: before)
  }

  private func block(_ title: String, _ text: String) -> String {
    "\(title)\n"
      + text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n")
  }
}
