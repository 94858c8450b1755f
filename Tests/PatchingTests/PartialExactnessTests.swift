import Execution
import Interventions
import ModelGraph
import Patching
import Synchronization
import TestSupport
import Testing

/// What a sweep must not depend on, and what it must leave unchanged.
@Suite struct PartialExactnessTests {
  /// Three prompts too long to share a group with the least memory; one has the same first half in both prompts.
  private static let longPrompts = RandomPrompts.pairs(lengths: [290, 300, 300], vocabulary: 11)

  @Test func resultsDoNotDependOnThreadsOrMemory() throws {
    let small = SmallSpec.all[1]
    let model = randomModel(small.spec)
    let sweeps = [
      try Sweep(
        name: "z", site: Site(.z, [.position: .items([.range(-2, -1), .index(3)])]),
        over: [.site(.layer), .site(.position)]),
      try Sweep(name: "k", site: Site(.k), over: [.site(.layer), .site(.head)], edit: .scale(0.5)),
      try Sweep(
        name: "pattern", site: Site(.pattern, [.destination: .index(-1)]), over: [.site(.layer), .site(.head)],
        edit: .add(.difference, coefficients: [1, 2])),
    ]
    var expected: [SweepResults] = []
    for threads in [1, 2, 3] {
      for memory in [nil, 1] {
        for metrics in [Metric.allCases, [.logitDiff]] {
          let engine = try PatchingEngine(
            model: model, prompts: Self.longPrompts, direction: .denoise, metrics: metrics, threads: threads,
            memory: memory)
          let results = try sweeps.map { try engine.results(engine.plan($0)) }
          if expected.isEmpty { expected = results }
          for (found, first) in zip(results, expected) {
            #expect(relativeDifference(found.changeNorms, first.changeNorms) < 1e-5)
            for (metric, values) in found.values {
              let difference = relativeDifference(values, try #require(first.values[metric]))
              #expect(difference < 1e-5, "\(metric) with \(threads) threads, memory \(memory ?? 0): \(difference)")
            }
          }
        }
      }
    }
  }

  @Test func leastMemoryDeliversEachCellOfEachExampleOnce() throws {
    let engine = try PatchingEngine(
      model: randomModel(SmallSpec.all[1].spec), prompts: Self.longPrompts, direction: .noise, metrics: Metric.allCases,
      threads: 2, memory: 1)
    let plan = try engine.plan(Sweep(name: "z", site: Site(.z), over: [.site(.layer), .site(.head)]))
    let delivered = Mutex([SweepBlock]())
    try engine.run(plan) { block in delivered.withLock { $0.append(block) } }
    let seen = delivered.withLock(\.self)
    // Chunks depend on the experiment, not on memory.
    #expect(seen.count > 1)
    var places = Set<[Int]>()
    for block in seen {
      for cell in block.cells { for example in block.examples { #expect(places.insert([cell, example]).inserted) } }
    }
    #expect(places.count == plan.cells * 3)
  }

  @Test(arguments: SmallSpec.all.filter { $0.spec.layers > 0 && $0.spec.isCausal }, PatchingDirection.allCases)
  func aPatchWhoseSourceEqualsItsTargetLeavesEverythingExactly(small: SmallSpec, direction: PatchingDirection) throws {
    // The pairs are the same before these positions.
    let prompts = RandomPrompts.pairs(lengths: [4, 4, 4], vocabulary: 11)
    let same = prompts.pairs.map { pair in zip(pair.clean, pair.corrupted).prefix { $0 == $1 }.count }
    #expect(same[1] == 2 && same[2] == 3)
    let options = GraphOptions(splitsInputs: true, separatesResults: true)
    let engine = try PatchingEngine(
      model: randomModel(small.spec, options), prompts: prompts, direction: direction, metrics: [.logit, .kl],
      threads: 1)
    let baseline = try #require(engine.baselines().base(direction)[.logit])
    for site in EditCatalogue.sites(of: engine.model.graph) {
      let axis: SiteAxis = site.axes.contains(.position) ? .position : .destination
      for edit in [Edit.patch, .add(.difference, coefficients: [3])] {
        let results = try engine.results(
          engine.plan(Sweep(name: "same", site: Site(site), over: [.site(axis)], edit: edit)))
        let (logits, kl) = (try #require(results.values[.logit]), try #require(results.values[.kl]))
        for (example, count) in same.enumerated() {
          for position in 0..<count {
            let at = position * 3 + example
            #expect(results.changeNorms[at] == 0, "\(site) \(edit.name) at \(position) of \(example)")
            #expect(abs(logits[at] - baseline[example]) <= 1e-6 * max(1, abs(baseline[example])))
            #expect(kl[at] < 1e-9)
          }
        }
      }
    }
  }

  @Test func cancellingTheTaskStopsASweep() async throws {
    let engine = try PatchingEngine(
      model: randomModel(SmallSpec.all[1].spec), prompts: Self.longPrompts, direction: .noise, metrics: [.logitDiff],
      threads: 2, memory: 1)
    let plan = try engine.plan(Sweep(name: "z", site: Site(.z), over: [.site(.layer), .site(.head)]))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try engine.run(plan) { _ in }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func anErrorOfTheReceiverEndsTheSweep() throws {
    struct Full: Error {}
    let engine = try PatchingEngine(
      model: randomModel(SmallSpec.all[1].spec), prompts: Self.longPrompts, direction: .noise, metrics: [.logitDiff],
      threads: 2, memory: 1)
    let plan = try engine.plan(Sweep(name: "z", site: Site(.z), over: [.site(.layer), .site(.head)]))
    #expect(throws: Full.self) { try engine.run(plan) { _ in throw Full() } }
  }
}
