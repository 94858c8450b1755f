import Interventions
import Patching
import Workbenches

extension Workbench {
  /// Carries an edit out at every entry of some axes of a site, each in a run of its own: `bench.sweep(.z, over: .layer, .head, on: pair)`.
  /// - Parameters:
  ///   - site: what is edited, whole along axes that are not swept over and that it does not narrow.
  ///   - axes: in the order that the answer has them.
  ///   - name: what the sweep is called where it becomes part of an experiment; nil: after the site.
  ///   - pair: a clean and a corrupted prompt with their answers.
  ///   - edit: what becomes of the site.
  ///   - direction: `.denoise` puts clean activations into the corrupted run, `.noise` corrupted ones into the clean run.
  ///   - metrics: what is read off each run; the answer's `effect` is of the first.
  ///   - method: whether cells are run, estimated from one gradient, or both.
  ///   - file: with `line`, what messages name.
  /// - Throws: `ExperimentError` for what does not fit the model or the prompts, or cannot be estimated; `PatchingError.scoresNotFinite`; `CancellationError`.
  public func sweep(
    _ site: Site, over axes: SweepAxis..., named name: String? = nil, on pair: PromptSpec, edit: Edit = .patch,
    direction: PatchingDirection = .denoise, metrics: [Metric] = [.logitDiff], method: SweepMethod = .exact,
    file: String = #fileID, line: Int = #line
  ) throws -> SweepAnswer {
    try answer(
      try SweepSpec(site, over: axes, named: name, edit: edit, method: method, file: file, line: line), on: [pair],
      direction: direction, metrics: metrics)
  }

  /// The same on several pairs of prompts; the answer's values have an entry for each, and effects are over all.
  /// - Throws: as for one pair.
  public func sweep(
    _ site: Site, over axes: SweepAxis..., named name: String? = nil, on pairs: [PromptSpec], edit: Edit = .patch,
    direction: PatchingDirection = .denoise, metrics: [Metric] = [.logitDiff], method: SweepMethod = .exact,
    file: String = #fileID, line: Int = #line
  ) throws -> SweepAnswer {
    try answer(
      try SweepSpec(site, over: axes, named: name, edit: edit, method: method, file: file, line: line), on: pairs,
      direction: direction, metrics: metrics)
  }

  /// Answers a sweep of any kind, paths and edges among them: `bench.answer(.edges(), on: [pair])`. Its cells are run or estimated as its method
  /// says; its additivity is for experiments.
  /// - Throws: as `sweep`.
  public func answer(
    _ question: SweepSpec, on pairs: [PromptSpec], direction: PatchingDirection = .denoise,
    metrics: [Metric] = [.logitDiff]
  ) throws -> SweepAnswer {
    let engine = try engine(for: pairs, direction: direction, metrics: metrics, options: question.options)
    return try SweepAnswer(engine.plan(question))
  }
}
