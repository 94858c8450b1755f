import ActivationStore
import Diagnostics
import LabelledArrays
import Patching

/// What results say of an experiment that no file was written for: the file's keys, as far as a sweep's attributes say them.
struct DescribedExperiment {
  let name: String
  let model: ModelReference
  let pairs: [PromptSpec]
  let direction: PatchingDirection
  let metrics: [Metric]
  let sweeps: [SweepSpec]

  var text: String {
    var lines = ["# Put together by a program: sweeps are described, not written as an experiment file would."]
    lines += ["name: \(name)", "model: \(jsonString(model.text))", "prompts:", "  pairs:"]
    lines += pairs.map { "    - {\(members(of: $0).map { "\($0.key): \($0.value)" }.joined(separator: ", "))}" }
    lines += ["direction: \(direction.rawValue)", "metrics: [\(metrics.map(\.rawValue).joined(separator: ", "))]"]
    if !sweeps.isEmpty { lines.append("sweeps:") }
    for sweep in sweeps {
      let attributes = sweep.attributes.sorted { $0.key < $1.key }.map { "\($0.key): \(written($0.value))" }
      let own = ["name: \(sweep.name)", "method: \(sweep.method.rawValue)"]
      lines.append("  - {\((own + attributes).joined(separator: ", "))}")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func members(of pair: PromptSpec) -> [(key: String, value: String)] {
    func prompt(_ key: String, _ prompt: PromptSpec.Prompt) -> (key: String, value: String) {
      switch prompt {
      case .text(let text): (key, jsonString(text))
      case .tokens(let ids): ("\(key)_tokens", "\(ids)")
      }
    }
    func tokens(_ key: String, _ tokens: [PromptSpec.Token]) -> (key: String, value: String) {
      let isText = tokens.contains { if case .text = $0 { true } else { false } }
      let written = tokens.map { token in
        switch token {
        case .text(let text): jsonString(text)
        case .id(let id): "\(id)"
        }
      }
      return (isText ? key : "\(key)_token", "[\(written.joined(separator: ", "))]")
    }
    var members = [prompt("clean", pair.clean), prompt("corrupted", pair.corrupted), tokens("answer", pair.answers)]
    if !pair.wrongs.isEmpty { members.append(tokens("wrong", pair.wrongs)) }
    return members
  }

  private func written(_ attribute: Attribute) -> String {
    switch attribute {
    case .text(let text): jsonString(text)
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .texts(let texts): "[\(texts.map { jsonString($0) }.joined(separator: ", "))]"
    case .integers(let integers): "\(integers)"
    case .numbers(let numbers): "\(numbers)"
    }
  }
}
