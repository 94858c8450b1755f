import Datasets
import Diagnostics
import ExperimentFile

extension PromptSpec {
  /// As written in an experiment file.
  package var written: JSONValue {
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
  /// As written in an experiment file.
  package var written: JSONValue {
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
