import ActivationStore
import Diagnostics
import Interventions
import Patching

/// What a run's results file says in its header and in each sweep's group.
extension ExperimentRun {
  func header(sha256: String) -> ResultsHeader {
    var attributes: [String: Attribute] = [:]
    // `answer_token` has room for one; where several are accepted, all of them are here.
    let pairs = prompts.set.pairs
    if pairs.contains(where: { $0.answers.count > 1 }) {
      attributes["answer_tokens"] = .text("\(pairs.map(\.answers))")
    }
    if pairs.contains(where: { $0.wrongs.count > 1 }) { attributes["wrong_tokens"] = .text("\(pairs.map(\.wrongs))") }
    return ResultsHeader(
      experiment: experiment.text, model: model.text, modelSHA256: sha256, direction: experiment.direction.rawValue,
      patchbayVersion: PatchbayVersion.text, attributes: attributes)
  }

  func declaration(of plan: SweepPlan) -> SweepDeclaration {
    let sweep = plan.sweep
    var attributes: [String: Attribute] = [
      "site": .text(sweep.site.name.rawValue), "edit": .text(sweep.edit.name), "over": .texts(sweep.over.map(\.name)),
      "direction": .text(experiment.direction.rawValue), "method": .text("exact"),
    ]
    switch sweep.edit {
    case .patch, .zero, .mean: break
    case .resample(let seed): attributes["seed"] = .text("\(seed)")
    case .scale(let factor): attributes["scale"] = .number(shortest(factor))
    case .add(let direction, let coefficients):
      attributes["add"] = .text(direction == .difference ? "difference" : "vector")
      if coefficients.count == 1 { attributes["coefficient"] = .number(shortest(coefficients[0])) }
    }
    for axis in sweep.site.name.axes {
      if case .items(let items) = sweep.site[axis] {
        attributes["chosen_\(axis.rawValue)"] = .text(items.map(\.text).joined(separator: ", "))
      }
    }
    return SweepDeclaration(
      name: sweep.name, axes: plan.axes.map(\.labelled), metrics: experiment.metrics.map(\.rawValue),
      attributes: attributes)
  }

  /// Values by the names of their metrics.
  func named(_ values: [Metric: [Float]]) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
  }
}

extension PlannedAxis {
  fileprivate var labelled: LabelledAxis {
    switch axis {
    case .coefficient: LabelledAxis(axis.name, .numbers(labels.map(shortest)))
    case .site: LabelledAxis(axis.name, .integers(labels.map { Int($0) }))
    }
  }
}

extension Selector.Item {
  /// As experiment files write it.
  fileprivate var text: String {
    switch self {
    case .index(let index): "\(index)"
    case .range(let first, let last): "\(first)..\(last)"
    }
  }
}

/// The double that is written like a float: 0.1 rather than 0.10000000149.
private func shortest(_ number: Float) -> Double { Double("\(number)") ?? Double(number) }

extension ResolvedPrompts {
  /// The prompts as files store them.
  var rows: [PromptRow] {
    zip(set.pairs, texts).map { pair, text in
      PromptRow(
        cleanTokens: pair.clean, corruptedTokens: pair.corrupted, answerToken: pair.answers.first,
        wrongToken: pair.wrongs.first, cleanTokenStrings: strings(pair.clean),
        corruptedTokenStrings: strings(pair.corrupted), text: text)
    }
  }
}
