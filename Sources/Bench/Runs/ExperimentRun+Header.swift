import ActivationStore
import Diagnostics
import Interventions
import LabelledArrays
import Patching
import Questions
import Workbenches

/// The header of a run's results file.
extension ExperimentRun {
  func header(sha256: String) -> ResultsHeader {
    var attributes: [String: Attribute] = [
      Schema.ResultsRoot.name: .text(experiment.name),
      Schema.ResultsRoot.metrics: .texts(experiment.metrics.map(\.rawValue)),
    ]
    // Groups in a file have no order of their own.
    for kind in QuestionKind.all {
      let names = experiment.questions.filter { type(of: $0).questionKind.key == kind.key }.map(\.name)
      if !names.isEmpty { attributes[kind.key] = .texts(names) }
    }
    attributes.merge(fingerprints) { $1 }
    // `answer_token` has room for only one; if several are accepted, all of them are here.
    let pairs = prompts.set.pairs
    if pairs.contains(where: { $0.answers.count > 1 }) {
      attributes[Schema.ResultsRoot.answerTokens] = .text("\(pairs.map(\.answers))")
    }
    if pairs.contains(where: { $0.wrongs.count > 1 }) {
      attributes[Schema.ResultsRoot.wrongTokens] = .text("\(pairs.map(\.wrongs))")
    }
    if let note = promptsNote { attributes[Schema.ResultsRoot.promptsDrawn] = .text(note) }
    return ResultsHeader(
      experiment: experiment.text, model: model.text, modelSHA256: sha256, direction: experiment.direction.rawValue,
      patchbayVersion: PatchbayVersion.text, attributes: attributes)
  }
}

extension ResolvedPrompts {
  /// The prompts as stored in files; each row is created when it is read.
  var rows: some RandomAccessCollection<PromptRow> { self.set.pairs.indices.lazy.map(row) }

  private func row(_ index: Int) -> PromptRow {
    let pair = set.pairs[index]
    if set.hasPictures {
      return PromptRow(
        cleanTokens: [], answerToken: pair.answers.first, wrongToken: pair.wrongs.first, labels: labels[index])
    }
    return PromptRow(
      cleanTokens: pair.clean, corruptedTokens: pair.corrupted, answerToken: pair.answers.first,
      wrongToken: pair.wrongs.first, cleanTokenStrings: strings(pair.clean),
      corruptedTokenStrings: strings(pair.corrupted), text: texts[index], labels: labels[index])
  }
}
