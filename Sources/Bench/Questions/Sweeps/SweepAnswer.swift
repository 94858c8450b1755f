import ActivationStore
import LabelledArrays
import Patching

/// A sweep that has been run, in memory.
public struct SweepAnswer: Sendable {
  /// What was asked; in the builder of an `Experiment` the answer stands for it.
  public let question: SweepSpec
  /// Which run is edited.
  public let direction: PatchingDirection
  /// The metrics of the patched runs, raw: each [the sweep's axes..., example]; NaN where a prompt has no such position.
  public let values: [Metric: LabelledArray]
  /// How much each patch changed its site, L2, along the same axes; 0 means that nothing changed.
  public let changeNorms: LabelledArray
  /// The metrics of the unedited runs.
  public let baselines: Baselines
  /// What each cell does to each metric, [the sweep's axes...].
  public let effects: [Metric: Effects]
  /// The first metric, which `effect` is of.
  public let metric: Metric

  /// How much of the way from the base run to the other run each cell goes, over all pairs: 0 where nothing changed, 1 where the other run is
  /// reached; the ratio of means, [the sweep's axes...].
  public var effect: LabelledArray {
    guard let effects = effects[metric] else { preconditionFailure("effects are of every metric") }
    return effects.ratioOfMeans
  }
}

extension SweepAnswer {
  /// Runs a planned sweep whose cells are run.
  /// - Throws: what the engine throws.
  init(_ planned: PlannedSweep) throws {
    let engine = planned.engine
    let found = try planned.results()
    let baselines = try engine.baselines()
    let examples = LabelledAxis("example", .range(engine.prompts.count))
    let axes = planned.axes + [examples]
    var (values, effects): ([Metric: LabelledArray], [Metric: Effects]) = ([:], [:])
    for metric in engine.metrics {
      func baseline(_ all: [Metric: [Float]]) -> LabelledArray {
        LabelledArray(metric.rawValue, axes: [examples], values: all[metric] ?? [])
      }
      let array = LabelledArray(metric.rawValue, axes: axes, values: found.values[metric] ?? [])
      values[metric] = array
      effects[metric] = try array.effects(
        base: baseline(baselines.base(engine.direction)), other: baseline(baselines.other(engine.direction)))
    }
    self.init(
      question: planned.spec, direction: engine.direction, values: values,
      changeNorms: LabelledArray(Schema.Sweep.changeNorm, axes: axes, values: found.changeNorms),
      baselines: baselines, effects: effects, metric: engine.metrics[0])
  }
}

extension PlannedSweep {
  /// All cells in memory, [cell, example] as the results have them; NaN where there is no such path.
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
