import Interventions
import Patching
import Workbenches

extension Workbench {
  /// Applies an edit at every entry of some axes of a site, each in its own run: `bench.sweep(.z, over: .layer, .head,
  /// on: pair)`.
  /// - Parameters:
  ///   - site: what is edited, whole along axes that are neither swept over nor narrowed.
  ///   - axes: in the order of the answer's axes.
  ///   - name: the name of the sweep if it becomes part of an experiment; if nil, derived from the site.
  ///   - pair: a clean and a corrupted prompt with their answers.
  ///   - edit: what is done at the site.
  ///   - direction: `.denoise` puts clean activations into the corrupted run, `.noise` corrupted ones into the clean
  ///     run.
  ///   - metrics: what is computed from each run; the answer's `effect` is that of the first.
  ///   - method: whether cells are run, estimated from one gradient, or both.
  ///   - file: with `line`, the place named in messages.
  /// - Throws: `ExperimentError` for anything that does not fit the model or the prompts, or cannot be estimated;
  ///   `PatchingError.scoresNotFinite`; `CancellationError`.
  public func sweep(
    _ site: Site, over axes: SweepAxis..., named name: String? = nil, on pair: PromptSpec, edit: Edit = .patch,
    direction: PatchingDirection = .denoise, metrics: [Metric] = [.logitDiff], method: SweepMethod = .exact,
    file: String = #fileID, line: Int = #line
  ) throws -> SweepAnswer {
    try answer(
      try SweepSpec(site, over: axes, named: name, edit: edit, method: method, file: file, line: line), on: [pair],
      direction: direction, metrics: metrics)
  }

  /// The same for several prompt pairs; the answer's values have an entry per pair, and effects are over all.
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

  /// Answers a sweep of any kind, including paths and edges: `bench.answer(.edges(), on: [pair])`. Its cells are run or
  /// estimated, depending on its method; its additivity is only computed in experiments.
  /// - Throws: as `sweep`.
  public func answer(
    _ question: SweepSpec, on pairs: [PromptSpec], direction: PatchingDirection = .denoise,
    metrics: [Metric] = [.logitDiff]
  ) throws -> SweepAnswer {
    let engine = try engine(for: pairs, direction: direction, metrics: metrics, options: question.options)
    return try SweepAnswer(engine.plan(question))
  }
}
