import ActivationStore
import ExperimentFile
import LabelledArrays
import Patching

/// A sweep that has been run or estimated, in memory.
public struct SweepAnswer: Sendable {
  /// The sweep that was requested; in the builder of an `Experiment`, the answer represents it.
  public let question: SweepSpec
  /// Which run is edited.
  public let direction: PatchingDirection
  /// The metrics of the patched runs, unnormalised: each [the sweep's axes..., example]; NaN if a prompt has no such
  /// position. Empty with `method: .attribution`, which runs no cell.
  public let values: [Metric: LabelledArray]
  /// The estimated changes of the metrics, patched minus base: each [the sweep's axes..., example]. Empty with `method:
  /// .exact`.
  public let estimates: [Metric: LabelledArray]
  /// How much each patch changed its site, L2, along the same axes; 0 means that nothing changed.
  public let changeNorms: LabelledArray
  /// The metrics of the unedited runs.
  public let baselines: Baselines
  /// The effect of each cell on each metric, [the sweep's axes...]; estimated if no cell was run.
  public let effects: [Metric: Effects]
  /// The estimated effect of each cell on each metric, [the sweep's axes...]; empty with `method: .exact`.
  public let estimatedEffects: [Metric: Effects]
  /// The first metric, to which `effect` refers.
  public let metric: Metric

  /// How much of the way from the base run to the other run each cell goes, over all pairs: 0 for no change, 1 if the
  /// other run is reached; the ratio of means, [the sweep's axes...]. Estimated if no cell was run.
  public var effect: LabelledArray {
    guard let effects = effects[metric] else { preconditionFailure("effects are of every metric") }
    return effects.ratioOfMeans
  }
}

extension SweepAnswer {
  /// Runs or estimates the cells of a planned sweep, or both, depending on its method.
  /// - Throws: what the engine throws.
  init(_ planned: PlannedSweep) throws {
    let engine = planned.engine
    let method = planned.spec.method
    let run = method.runs ? try planned.results() : nil
    let estimated = method.estimates ? try planned.estimates() : nil
    let baselines = try engine.baselines()
    let examples = LabelledAxis(Schema.Axis.example, .range(engine.prompts.count))
    let axes = planned.axes + [examples]
    func baseline(_ metric: Metric, _ all: [Metric: [Float]]) -> LabelledArray {
      LabelledArray(metric.rawValue, axes: [examples], values: all[metric] ?? [])
    }
    func effects(_ values: LabelledArray, _ metric: Metric) throws -> Effects {
      try values.effects(
        base: baseline(metric, baselines.base(engine.direction)),
        other: baseline(metric, baselines.other(engine.direction)))
    }
    var (values, estimates): ([Metric: LabelledArray], [Metric: LabelledArray]) = ([:], [:])
    var (found, expected): ([Metric: Effects], [Metric: Effects]) = ([:], [:])
    for metric in engine.metrics {
      if let run {
        let array = LabelledArray(metric.rawValue, axes: axes, values: run.values[metric] ?? [])
        values[metric] = array
        found[metric] = try effects(array, metric)
      }
      if let changes = estimated?.changes[metric] {
        let name = Schema.Sweep.attribution(of: metric.rawValue)
        estimates[metric] = LabelledArray(name, axes: axes, values: changes)
        let base = baselines.base(engine.direction)[metric] ?? []
        let metrics = changes.indices.map { base[$0 % base.count] + changes[$0] }
        expected[metric] = try effects(LabelledArray(metric.rawValue, axes: axes, values: metrics), metric)
      }
    }
    self.init(
      question: planned.spec, direction: engine.direction, values: values, estimates: estimates,
      changeNorms: LabelledArray(
        Schema.Sweep.changeNorm, axes: axes, values: run?.changeNorms ?? estimated?.changeNorms ?? []),
      baselines: baselines, effects: method.runs ? found : expected, estimatedEffects: expected,
      metric: engine.metrics[0])
  }
}

extension PlannedSweep {
  /// Estimates of all cells, [cell, example] in the layout of the results.
  fileprivate func estimates() throws -> SweepEstimates {
    guard case .site(let plan) = work else {
      throw ExperimentError.inFile(
        spec.place,
        .sweepDoesNotFit(
          sweep: spec.name, reason: "paths and edges cannot be estimated; leave out the method, so that they are run"))
    }
    do { return try engine.estimates(plan) } catch let error as PatchingError {
      // These errors name the sweep themselves.
      throw ExperimentError.inFile(spec.place, .caused(error.message))
    }
  }

  /// All cells in memory, [cell, example] in the layout of the results; NaN if there is no such path.
  fileprivate func results() throws -> (values: [Metric: [Float]], changeNorms: [Float]) {
    switch work {
    case .site(let plan):
      let found = try engine.results(plan)
      return (found.values, found.changeNorms)
    case .paths(let plan, let grid):
      let found = try engine.results(plan)
      let examples = engine.prompts.count
      func laidOut(_ numbers: [Float]) -> [Float] {
        var all = [Float](repeating: .nan, count: cells * examples)
        let (places, spread) = grid.spread(numbers, cells: 0..<plan.cells, examples: examples)
        all.replaceSubrange(places.lowerBound * examples..<places.upperBound * examples, with: spread)
        for example in absentExamples(0..<examples) {
          for cell in 0..<cells { all[cell * examples + example] = .nan }
        }
        return all
      }
      return (found.values.mapValues(laidOut), laidOut(found.changeNorms))
    }
  }
}
