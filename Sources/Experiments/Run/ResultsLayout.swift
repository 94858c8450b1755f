import ActivationStore
import Diagnostics
import Interventions
import LabelledArrays
import Patching

/// What a run's results file says in its header and in each sweep's group.
extension ExperimentRun {
  func header(sha256: String) -> ResultsHeader {
    var attributes: [String: Attribute] = [
      "name": .text(experiment.name), "metrics": .texts(experiment.metrics.map(\.rawValue)),
    ]
    // Groups of a file have no order of their own.
    for (kind, names) in [
      ("sweeps", experiment.sweeps.map(\.name)), ("readouts", experiment.readouts.map(\.name)),
      ("steering", experiment.steering.map(\.name)),
    ] where !names.isEmpty {
      attributes[kind] = .texts(names)
    }
    attributes.merge(fingerprints) { $1 }
    // `answer_token` has room for one; where several are accepted, all of them are here.
    let pairs = prompts.set.pairs
    if pairs.contains(where: { $0.answers.count > 1 }) {
      attributes["answer_tokens"] = .text("\(pairs.map(\.answers))")
    }
    if pairs.contains(where: { $0.wrongs.count > 1 }) { attributes["wrong_tokens"] = .text("\(pairs.map(\.wrongs))") }
    if let note = promptsNote { attributes["prompts_drawn"] = .text(note) }
    return ResultsHeader(
      experiment: experiment.text, model: model.text, modelSHA256: sha256, direction: experiment.direction.rawValue,
      patchbayVersion: PatchbayVersion.text, attributes: attributes)
  }

  func declaration(of plan: PlannedSweep) -> SweepDeclaration {
    var attributes = plan.spec.attributes
    attributes["direction"] = .text(experiment.direction.rawValue)
    let method = plan.spec.method
    attributes["method"] = .text(method.rawValue)
    var extras: [SweepDeclaration.Extra] = []
    if plan.hasPath != nil { extras.append(.init(SweepDeclaration.hasPath, .int8, perExample: false)) }
    if method.estimates {
      extras += experiment.metrics.map { .init(SweepDeclaration.attribution(of: $0), .float32) }
    }
    return SweepDeclaration(
      name: plan.name, axes: plan.axes, metrics: method.runs ? experiment.metrics.map(\.rawValue) : [], extras: extras,
      attributes: attributes)
  }

  /// Values by the names of their metrics.
  func named(_ values: [Metric: [Float]]) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
  }
}

extension SweepDeclaration {
  /// The dataset of flags that says which pairs of sender and receiver have a path.
  static let hasPath = "has_path"
  static let changeNorm = "change_norm"

  /// The dataset of a metric's estimated change.
  static func attribution(of metric: Metric) -> String { metric.rawValue + attributionSuffix }
  static let attributionSuffix = "_attribution"
}

extension ResolvedPrompts {
  /// The prompts as files store them.
  var rows: [PromptRow] {
    let pairs = self.set.pairs
    return pairs.indices.map { index in
      let pair = pairs[index]
      if self.set.isOfPictures {
        return PromptRow(
          cleanTokens: [], answerToken: pair.answers.first, wrongToken: pair.wrongs.first, labels: labels[index])
      }
      return PromptRow(
        cleanTokens: pair.clean, corruptedTokens: pair.corrupted, answerToken: pair.answers.first,
        wrongToken: pair.wrongs.first, cleanTokenStrings: strings(pair.clean),
        corruptedTokenStrings: strings(pair.corrupted), text: texts[index], labels: labels[index])
    }
  }
}
