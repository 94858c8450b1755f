import Checkpoints
import Diagnostics
import Execution
import Interventions
import ModelGraph
import Patching
import Tensors
import TestSupport
import Testing

/// Estimates for every site and edit, compared with the runs that they estimate.
@Suite struct AttributionTests {
  static let metrics: [Metric] = [.logitDiff, .logit, .logProb, .prob, .choice]

  static func engine(
    _ small: SmallSpec, _ prompts: PromptSet? = nil, _ options: GraphOptions = GraphOptions(),
    metrics: [Metric] = metrics,
    memory: Int? = nil
  ) throws -> PatchingEngine {
    try PatchingEngine(
      model: randomModel(small.spec, options),
      prompts: prompts ?? RandomPrompts.pairs(lengths: [5, 4, 6], vocabulary: small.spec.vocabulary),
      direction: .denoise, metrics: metrics, threads: 2, memory: memory)
  }

  /// Central differences of runs on either side of the base run, at two steps: what remains of their error is of fifth
  /// order (Richardson's extrapolation).
  @Test(arguments: SmallSpec.all)
  func smallStepsChangeTheMetricsByTheEstimate(small: SmallSpec) throws {
    let step: Float = 1.0 / 256
    for options in [GraphOptions(), GraphOptions(splitsInputs: true, separatesResults: true)] {
      let engine = try Self.engine(small, nil, options)
      for site in EditCatalogue.sites(of: engine.model.graph)
      where GraphOptions.needed(by: [site]) == GraphOptions() || options != GraphOptions() {
        let node = try SiteResolver(engine.model.graph).node(site, layer: 0)
        let vector = (0..<node.layout.width).map { Float($0 % 3) - 0.8 }
        for axes in [site.axes, site.axes.filter { $0 == .layer }] {
          func plan(_ coefficients: [Float]) throws -> SweepPlan {
            try engine.plan(
              Sweep(
                name: "step", site: Site(site), over: axes.map { .site($0) } + [.coefficient],
                edit: .add(.vectors([vector], layers: nil), coefficients: coefficients)))
          }
          let runs = try engine.results(plan([step, -step, step / 2, -step / 2]))
          let estimates = try engine.estimates(plan([1]))
          for metric in Self.metrics {
            let (ran, estimated) = (try #require(runs.values[metric]), try #require(estimates.changes[metric]))
            var slopes: [Float] = []
            for index in estimated.indices {
              let (cell, example) = (index / 3, index % 3)
              func slope(_ first: Int, _ step: Float) -> Float {
                (ran[cell * 12 + first + example] - ran[cell * 12 + first + 3 + example]) / (2 * step)
              }
              slopes.append((4 * slope(6, step / 2) - slope(0, step)) / 3)
            }
            #expect(slopes.map(\.isNaN) == estimated.map(\.isNaN))
            // Root mean squares, since a single number may lie at a kink of relu.
            let size = Self.rootMeanSquare(estimated)
            let error = Self.rootMeanSquare(zip(slopes, estimated).map { $0 - $1 })
            #expect(error < 0.01 * max(size, 0.03), "\(site) \(axes) \(metric): \(error) of \(size)")
          }
        }
      }
    }
  }

  private static func rootMeanSquare(_ values: [Float]) -> Float {
    let numbers = values.filter { !$0.isNaN }
    return (numbers.reduce(0) { $0 + $1 * $1 } / Float(max(1, numbers.count))).squareRoot()
  }

  /// If everything between a site and the logits is linear, an estimate equals the run, whatever the edit.
  @Test func estimatesOfALinearEndAreExact() throws {
    let small = try #require(SmallSpec.all.first { $0.name == "attention only, no norm, no positions" })
    for prompts in [nil, RandomPrompts.pairs(lengths: [4, 4, 4], vocabulary: 11)] {
      let engine = try Self.engine(small, prompts, metrics: [.logitDiff, .logit])
      for site in [SiteName.residPost, .attnOut, .z, .v, .pattern] {
        let width = try SiteResolver(engine.model.graph).node(site, layer: 1).layout.width
        for edit in EditCatalogue.edits(width: width, layers: 2, site: site)
          + (prompts == nil ? [] : EditCatalogue.editsOfEqualLengths)
        {
          let last = try Site(site, [.layer: .index(1)])
          let sweep = try Sweep(name: "last", site: last, over: site.axes.map { .site($0) }, edit: edit)
          let plan = try engine.plan(sweep)
          let (runs, estimates) = (try engine.results(plan), try engine.estimates(plan))
          for metric in engine.metrics {
            let base = try #require(engine.baselines().corrupted[metric])
            let expected = try #require(runs.values[metric]).enumerated().map { $1 - base[$0 % 3] }
            let difference = relativeDifference(expected, try #require(estimates.changes[metric]))
            #expect(difference < 2e-5, "\(site) \(edit.name) \(metric): \(difference)")
          }
          #expect(relativeDifference(runs.changeNorms, estimates.changeNorms) < 1e-5, "\(site) \(edit.name)")
        }
      }
    }
  }

  @Test func editsThatAreTheSameHaveTheSameEstimate() throws {
    for small in SmallSpec.all.prefix(5) {
      let engine = try Self.engine(small)
      for site in EditCatalogue.sites(of: engine.model.graph) where GraphOptions.needed(by: [site]) == GraphOptions() {
        func estimates(_ edit: Edit) throws -> SweepEstimates {
          let axes = site.axes.filter { $0 == .layer || $0 == .head || $0 == .position || $0 == .destination }
          return try engine.estimates(
            engine.plan(Sweep(name: "s", site: Site(site), over: axes.map { .site($0) }, edit: edit)))
        }
        let (patch, difference) = (try estimates(.patch), try estimates(.add(.difference, coefficients: [1])))
        let (zero, nothing, double) = (try estimates(.zero), try estimates(.scale(1)), try estimates(.scale(2)))
        for metric in Self.metrics {
          #expect(
            relativeDifference(try #require(patch.changes[metric]), try #require(difference.changes[metric])) < 1e-5)
          let negated = try #require(zero.changes[metric]).map { -$0 }
          #expect(relativeDifference(negated, try #require(double.changes[metric])) < 1e-5, "\(site)")
          #expect(try #require(nothing.changes[metric]).allSatisfy { $0 == 0 || $0.isNaN })
        }
        #expect(nothing.changeNorms.allSatisfy { $0 == 0 || $0.isNaN })
      }
    }
  }

  /// If both runs of all prompts are the same, the mean is what a patch takes; with two prompts, each resamples from
  /// the other.
  @Test func meansAndResamplesTakeTheRightExamples() throws {
    let small = SmallSpec.all[1]
    let pairs = RandomPrompts.pairs(lengths: [5, 5], vocabulary: 11).pairs
    func pair(_ clean: Int, _ corrupted: Int) -> PromptSet.Pair {
      PromptSet.Pair(
        clean: pairs[clean].clean, corrupted: pairs[corrupted].corrupted, answers: pairs[corrupted].answers,
        wrongs: pairs[corrupted].wrongs)
    }
    func estimate(_ prompts: PromptSet, _ edit: Edit) throws -> [Float] {
      let engine = try Self.engine(small, prompts)
      let plan = try engine.plan(
        Sweep(name: "s", site: Site(.residPre), over: [.site(.layer), .site(.position)], edit: edit))
      return try #require(try engine.estimates(plan).changes[.logitDiff])
    }
    let (own, swapped) = (PromptSet([pair(0, 0), pair(1, 1)]), PromptSet([pair(1, 0), pair(0, 1)]))
    #expect(try estimate(own, .resample(seed: 1)) == estimate(swapped, .patch))
    #expect(try estimate(own, .patch) != estimate(swapped, .patch))
    let same = PromptSet([pair(0, 0), pair(0, 1)])
    #expect(relativeDifference(try estimate(same, .mean), try estimate(same, .patch)) < 1e-6)
  }

  /// Examples do not see each other, however memory groups them.
  @Test func groupsChangeNothing() throws {
    for small in [SmallSpec.all[0], SmallSpec.all[3]] {
      let prompts = RandomPrompts.pairs(lengths: (0..<40).map { 60 + $0 }, vocabulary: 11)
      func estimates(_ prompts: PromptSet, _ memory: Int) throws -> SweepEstimates {
        let engine = try Self.engine(small, prompts, memory: memory)
        return try engine.estimates(
          engine.plan(Sweep(name: "s", site: Site(.z), over: [.site(.layer), .site(.position), .site(.head)])))
      }
      let (one, many) = (try estimates(prompts, 4 << 30), try estimates(prompts, 1 << 20))
      let alone = try estimates(PromptSet([prompts.pairs[7]]), 4 << 30)
      for metric in Self.metrics {
        let (whole, cut) = (try #require(one.changes[metric]), try #require(many.changes[metric]))
        #expect(relativeDifference(whole, cut) < 1e-5)
        let own = try #require(alone.changes[metric])
        let positions = 67
        var worst: Float = 0
        for layer in 0..<2 {
          for position in 0..<positions {
            for head in 0..<2 {
              let among = whole[((layer * 99 + position) * 2 + head) * 40 + 7]
              worst = max(worst, abs(among - own[(layer * positions + position) * 2 + head]))
            }
          }
        }
        #expect(worst < 1e-5)
      }
    }
  }

  @Test func metricsWithoutAnEstimateAreRefused() throws {
    for metric in [Metric.kl, .rank] {
      let engine = try Self.engine(SmallSpec.all[0], metrics: [.logit, metric])
      let plan = try engine.plan(Sweep(name: "s", site: Site(.z), over: [.site(.layer)]))
      #expect(throws: PatchingError.noEstimate(sweep: "s", metric: metric, reason: metric.reasonAgainstEstimate ?? ""))
      {
        try engine.estimates(plan)
      }
    }
  }

  @Test func anEstimateThatIsNoNumberIsAnError() throws {
    let engine = try Self.engine(SmallSpec.all[0])
    let huge = [Float](repeating: 3e38, count: 8)
    let plan = try engine.plan(
      Sweep(
        name: "s", site: Site(.residPre), over: [.site(.layer)],
        edit: .add(.vectors([huge], layers: nil), coefficients: [10])))
    #expect(throws: PatchingError.estimateNotFinite(sweep: "s", example: 0)) { try engine.estimates(plan) }
  }

  @Test func correlationsByHand() {
    let exact = EstimateAgreement(estimated: [1, 2, 3, 4, .nan, 9], exact: [2, 4, 6, 8, 1, .nan])
    #expect(exact.cells == 4 && abs(exact.pearson - 1) < 1e-12 && abs(exact.spearman - 1) < 1e-12)
    // Deviations -1 0 1 and -4/3 -1/3 5/3: 3 / sqrt(2 * 14/3).
    let bent = EstimateAgreement(estimated: [1, 2, 3], exact: [1, 2, 4])
    #expect(abs(bent.pearson - 3 / (28.0 / 3).squareRoot()) < 1e-12 && abs(bent.spearman - 1) < 1e-12)
    // Ranks 1.5 1.5 3 and 1 2 3: 1.5 / sqrt(1.5 * 2).
    let tied = EstimateAgreement(estimated: [0, 0, 5], exact: [-1, 0, 1])
    #expect(abs(tied.spearman - 1.5 / 3.0.squareRoot()) < 1e-12)
    #expect(EstimateAgreement(estimated: [1, 1], exact: [1, 2]).pearson.isNaN)
    #expect(EstimateAgreement(estimated: [], exact: []).spearman.isNaN)
  }
}
