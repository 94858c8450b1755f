import Datasets
import Diagnostics
import Interventions
import Patching

extension Experiment {
  /// The text of an experiment file that asks the same.
  static func text(
    name: String, model: ModelReference, prompts: PromptSource, prependBOS: PrependBOS, direction: PatchingDirection,
    metrics: [Metric], questions: [any Question], cache: CacheSpec?
  ) -> String {
    func line(_ key: String, _ value: JSONValue) -> String { "\(key): \(value.flowText)" }
    var lines = ["# Written by a program.", line("name", .string(name)), line("model", .string(model.text))]
    switch prompts {
    case .written(let pairs):
      lines += ["prompts:", "  pairs:"] + pairs.map { "    - \($0.written.flowText)" }
    case .template(let template): lines.append(line("prompts", .object(["template": template.written])))
    case .mazes(let mazes): lines.append(line("mazes", mazes.written))
    }
    switch prependBOS {
    case .automatic: break
    case .always: lines.append(line("prepend_bos", .bool(true)))
    case .never: lines.append(line("prepend_bos", .bool(false)))
    }
    lines += [
      line("direction", .string(direction.rawValue)), line("metrics", .words(metrics.map(\.rawValue))),
    ]
    for kind in QuestionKind.all {
      let asked = questions.filter { type(of: $0).questionKind.key == kind.key }
      if !asked.isEmpty { lines += ["\(kind.key):"] + asked.map { "  - \($0.written.flowText)" } }
    }
    if let cache {
      lines.append(
        line("cache", .object(["hooks": .words(cache.hooks), "runs": .words(cache.runs.map(\.rawValue))])))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension PromptSpec {
  /// As an experiment file has it.
  var written: JSONValue {
    var keys = JSONObject()
    func add(_ key: String, _ prompt: Prompt) {
      switch prompt {
      case .text(let text): keys.append(key: key, value: .string(text))
      case .tokens(let ids): keys.append(key: "\(key)_tokens", value: .array(ids.map { .integer(Int($0)) }))
      }
    }
    func add(_ key: String, _ tokens: [Token]) {
      let areTexts = tokens.contains { if case .text = $0 { true } else { false } }
      let values = tokens.map { token -> JSONValue in
        switch token {
        case .text(let text): .string(text)
        case .id(let id): .integer(Int(id))
        }
      }
      keys.append(key: areTexts ? key : "\(key)_token", value: .array(values))
    }
    add("clean", clean)
    add("corrupted", corrupted)
    add("answer", answers)
    if !wrongs.isEmpty { add("wrong", wrongs) }
    if !labels.isEmpty {
      var object = JSONObject()
      for (name, label) in labels.sorted(by: { $0.key < $1.key }) { object.append(key: name, value: .string(label)) }
      keys.append(key: "labels", value: .object(object))
    }
    return .object(keys)
  }
}

extension TemplateSpec {
  /// As an experiment file has it.
  var written: JSONValue {
    var keys = JSONObject()
    keys.add("name", .string(task.rawValue))
    keys.add("count", .integer(count))
    keys.add("seed", .seed(seed))
    keys.add("corruption", corruption.map { .string($0) })
    keys.add("split", .string(split.rawValue))
    keys.add("aligned", .bool(isAligned))
    return .object(keys)
  }
}

extension MazeSpec {
  /// As an experiment file has it.
  var written: JSONValue {
    let word = CheesePlace.allCases.first { $0.rule == cheese }?.rawValue
    return .object([
      "count": .integer(count), "sizes": .array(sizes.map { .integer($0) }), "seed": .seed(seed),
      // A corner of another size has no word; the empty one is refused when it is read.
      "cheese": .string(word ?? ""), "corrupted": .string(corruption.rawValue),
      "mouse": .string(mouse.rawValue), "actions": .string(groupsActions ? "grouped" : "direct"),
    ])
  }
}
