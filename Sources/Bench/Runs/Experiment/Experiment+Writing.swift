import Diagnostics
import Patching
import Questions
import Workbenches

extension Experiment {
  /// The text of an experiment file with the same questions.
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
