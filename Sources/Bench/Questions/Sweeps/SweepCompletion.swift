import ActivationStore
import LabelledArrays
import Patching

/// Copies all cells of a finished sweep from the partial file to the final one, and sums up their effects on the way.
struct SweepCompletion {
  private let plan: PlannedSweep
  private let declaration: SweepDeclaration
  private let metrics: [Metric]
  /// The metrics of the run that is edited, one number per example.
  private let base: [Metric: [Float]]
  private let examples: Int
  private var effects: EffectSums
  private var agreements: [Metric: AgreementSums] = [:]

  init(_ plan: PlannedSweep, baselines: Baselines) {
    self.plan = plan
    declaration = plan.declaration
    metrics = plan.engine.metrics
    examples = plan.engine.prompts.count
    let (direction, shown) = (plan.engine.direction, metrics[0])
    base = baselines.base(direction)
    effects = EffectSums(
      cells: plan.cells, base: base[shown] ?? [], other: baselines.other(direction)[shown] ?? [],
      sources: plan.sourceExamples)
    if plan.spec.method == .both { for metric in metrics { agreements[metric] = AgreementSums(cells: plan.cells) } }
  }

  /// Summarises the contents of a finished file.
  /// - Throws: `StoreError`.
  mutating func summary(of results: ResultsReader) throws -> SweepSummary {
    for name in declaration.numbers where name != Schema.Sweep.changeNorm {
      add(try results.values(sweep: plan.name, dataset: name).values, of: name, 0..<plan.cells)
    }
    return summary
  }

  /// - Throws: `StoreError`, and what `check` throws between pieces.
  mutating func run(
    from partial: PartialResults, to results: ResultsWriter, check: () throws -> Void
  ) throws -> SweepSummary {
    try results.declare(declaration)
    for (name, flags) in plan.flags {
      try results.write(sweep: plan.name, dataset: name, cells: 0..<plan.cells, flags: flags)
    }
    // A few megabytes of each dataset at a time.
    let size = max(1, (1 << 20) / examples)
    for start in stride(from: 0, to: plan.cells, by: size) {
      try check()
      let cells = start..<min(start + size, plan.cells)
      for name in declaration.numbers {
        let values = try partial.values(sweep: plan.name, dataset: name, cells: cells)
        try results.write(sweep: plan.name, dataset: name, cells: cells, values: values)
        add(values, of: name, cells)
      }
    }
    for metric in metrics {
      guard let agreement = agreements[metric]?.agreement else { continue }
      try results.set(
        agreement.attributes(of: metric), ofDataset: Schema.Sweep.attribution(of: metric.rawValue), inSweep: plan.name)
    }
    return summary
  }

  private var summary: SweepSummary {
    effects.summary(plan: plan, metric: metrics[0], agreement: agreements[metrics[0]]?.agreement)
  }

  /// - Parameter values: [cell, example] of a dataset.
  private mutating func add(_ values: [Float], of dataset: String, _ cells: Range<Int>) {
    for metric in metrics {
      if dataset == metric.rawValue {
        if metric == metrics[0] { effects.add(values, cells: cells, examples: 0..<examples) }
        agreements[metric]?.add(exact: values, base: base[metric] ?? [], cells: cells, examples: 0..<examples)
      } else if dataset == Schema.Sweep.attribution(of: metric.rawValue) {
        agreements[metric]?.add(estimated: values, cells: cells, examples: 0..<examples)
        guard metric == metrics[0], !plan.spec.method.runs else { continue }
        effects.add(values, cells: cells, examples: 0..<examples, measured: .changes)
      }
    }
  }
}

extension SweepDeclaration {
  /// The datasets with a number per cell and example.
  fileprivate var numbers: [String] {
    metrics + (hasChangeNorm ? [Schema.Sweep.changeNorm] : [])
      + extras.filter { $0.kind == .float32 && $0.perExample }.map(\.name)
  }
}

extension PlannedSweep {
  public func finish(_ finishing: Finishing) throws -> (any QuestionSummary)? {
    var completion = SweepCompletion(self, baselines: finishing.baselines)
    return try completion.run(from: finishing.partial, to: finishing.results, check: finishing.check)
  }

  public func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)? {
    var completion = SweepCompletion(self, baselines: baselines)
    return try completion.summary(of: results)
  }
}
