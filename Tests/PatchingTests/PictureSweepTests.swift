import ActivationStore
import Checkpoints
import Diagnostics
import Execution
import Interventions
import ModelGraph
import Patching
import Tensors
import TestSupport
import Testing

/// Sweeps over a conv policy: both executors, and the reference.
@Suite struct PictureSweepTests {
  private static let spec = ImpalaSpec(size: 12)
  private static let site = "embedder.block2.res1.resadd_out"

  private func engine(
    _ method: CellMethod = .partial, _ direction: PatchingDirection = .noise, metrics: [Metric] = [.logitDiff, .kl]
  ) throws -> PatchingEngine {
    let prompts = PromptSet(
      clean: randomPictures(4, Self.spec), corrupted: randomPictures(4, Self.spec, seed: 8),
      actions: [([1], [2]), ([3, 4], [5]), ([0], [14]), ([7], [1, 2])])
    return try PatchingEngine(
      model: randomModel(Self.spec), prompts: prompts, direction: direction, metrics: metrics, threads: 2,
      method: method)
  }

  private func values(_ engine: PatchingEngine, _ sweep: Sweep) throws -> [Metric: [Float]] {
    let plan = try engine.plan(sweep)
    let found = Collected(cells: plan.cells, examples: engine.prompts.count)
    try engine.run(plan) { found.add($0) }
    return found.values
  }

  private static let sweeps: [(hook: String, selectors: [SiteAxis: Selector], over: [SiteAxis], edit: Edit)] = [
    ("embedder.*", [:], [.site], .patch),
    ("embedder.*", [:], [.site], .zero),
    (site, [:], [.channel], .patch),
    (site, [:], [.row, .column], .patch),
    (site, [.channel: .items([.range(3, 9)])], [.column], .scale(-1)),
    (site, [.row: .index(-1)], [.channel], .mean),
    (site, [:], [], .resample(seed: 2)),
    (site, [:], [], .add(.difference, coefficients: [-1, 0.5, 3])),
    (site, [:], [], .add(.vectors([(0..<32 * 9).map { Float($0 % 11) - 5 }], layers: nil), coefficients: [-1, 2])),
    (site, [:], [], .projectOut([(0..<32 * 9).map { Float($0 % 7) - 3 }], layers: nil)),
    ("embedder.relufc_out", [:], [.unit], .patch),
    ("embedder.block3.res?.resadd_out", [:], [.site, .channel], .patch),
    ("observation", [:], [.channel], .patch),
  ]

  @Test func whatReadsTheStreamOfATransformerSaysThatThereIsNone() throws {
    let engine = try engine(metrics: [.logitDiff])
    let none = GraphError.notTransformer(family: "impala_policy")
    #expect(throws: none) { try engine.plan(PathSweep(name: "p", senders: [[.embed]], receivers: [.logits])) }
    #expect(throws: none) { try engine.logitLens(.clean) }
    #expect(throws: none) { try engine.directLogitAttribution(.clean) }
  }

  @Test(arguments: sweeps.indices) func bothExecutorsAgree(index: Int) throws {
    let (hook, selectors, over, edit) = Self.sweeps[index]
    let sweep = try Sweep(
      name: "s", site: try Site(.hook(hook), selectors), over: over.map { .site($0) }, edit: edit)
    for direction in PatchingDirection.allCases {
      let fast = try values(engine(.partial, direction), sweep)
      let plain = try values(engine(.oracle, direction), sweep)
      for metric in [Metric.logitDiff, .kl] {
        let difference = relativeDifference(fast[metric] ?? [], plain[metric] ?? [])
        #expect(difference < 1e-4, "\(hook) \(edit.name) \(metric): \(difference)")
      }
      #expect(Set(plain[.logitDiff] ?? []).count > 1)
    }
  }

  /// A channel and a place are edited where they are: by hand, on the oracle.
  @Test func whichNumbersAreEdited() throws {
    let model = randomModel(Self.spec)
    let node = try #require(model.graph.node(hook: HookName(Self.site)))
    let resolver = SiteResolver(model.graph)
    func features(_ indices: [SiteAxis: [Int]]) -> [Range<Int>] {
      resolver.place(node, row: 0, length: 1, at: indices, action: .zero).map(\.features)
    }
    // 32 channels of 3 x 3.
    #expect(features([.channel: [2]]) == [18..<27])
    #expect(features([.channel: [0, 1]]) == [0..<18])
    #expect(features([.channel: [1], .row: [2]]) == [15..<18])
    #expect(features([.channel: [1, 3], .row: [0], .column: [2]]) == [11..<12, 29..<30])
    #expect(features([.column: [1]]).count == 96 && features([:]) == [0..<288])
  }

  /// A gradient predicts the effect of a small addition.
  @Test func attribution() throws {
    let engine = try engine(.partial, .noise, metrics: [.logitDiff])
    let vector = (0..<32 * 9).map { Float($0 % 11) / 50 - 0.1 }
    let sweep = try Sweep(
      name: "s", site: try Site(.hook(Self.site)), over: [.site(.channel)],
      edit: .add(.vectors([vector], layers: nil), coefficients: [0.01]))
    let exact = try #require(values(engine, sweep)[.logitDiff])
    let plan = try engine.plan(sweep)
    let found = Collected(cells: plan.cells, examples: 4)
    try engine.attribute(plan) { found.add($0) }
    let estimated = try #require(found.values[.logitDiff])
    let base = try #require(engine.baselines().base(.noise)[.logitDiff])
    for place in estimated.indices {
      #expect(abs(exact[place] - base[place % 4] - estimated[place]) < 2e-5 + 0.1 * abs(estimated[place]))
    }
    #expect(estimated.contains { abs($0) > 1e-4 })
  }

  @Test(
    arguments: [
      ("embedder.block9.conv_out", [], [.site], "embedder.block9.conv_out"),
      ("fc_policy_out", [], [.site], "site 'fc_policy_out' is the outcome that metrics read"),
      ("fc_value_out", [], [.site], "the logits do not depend on it"),
      ("embedder.relufc_out", [], [.channel], "embedder.relufc_out has no axis 'channel' (one of: unit)"),
      (
        site, [.channel], [],
        "channel 32 of site 'embedder.block2.res1.resadd_out' does not exist: there are 32 (0 to 31)"
      ),
    ] as [(String, [SiteAxis], [SiteAxis], String)])
  func whatDoesNotFit(hook: String, outside: [SiteAxis], over: [SiteAxis], part: String) throws {
    let selectors = Dictionary(uniqueKeysWithValues: outside.map { ($0, Selector.index(32)) })
    let sweep = try Sweep(name: "s", site: try Site(.hook(hook), selectors), over: over.map { .site($0) })
    let engine = try engine()
    do {
      _ = try engine.plan(sweep)
      Issue.record("planned")
    } catch let error as any DiagnosedError {
      #expect(error.message.contains(part), "\(error.message)")
    }
  }

  /// The sweep that the reference library ran, through the engine.
  @Test func everyActivationPatchedAgreesWithTheReference() throws {
    let model = try LoadedModel(folder: SharedFolder.path("golden/impala")).model
    let file = try StoreReader(foreign: SharedFolder.path("golden/impala/golden.h5"))
    let observations = try file.tensor(at: "/observations")
    let names = try file.texts(at: "/patch/site")
    let reference = try file.tensor(at: "/patch/policy_logits")
    for action in 0..<15 {
      let prompts = PromptSet(
        clean: observations.gatheringRows([0]).reshaped([1, 3, 64, 64]),
        corrupted: observations.gatheringRows([1]).reshaped([1, 3, 64, 64]),
        actions: [([Int32(action)], [Int32((action + 1) % 15)])])
      let engine = try PatchingEngine(
        model: model, prompts: prompts, direction: .noise, metrics: [.logit, .logitDiff], threads: 2)
      let plan = try engine.plan(Sweep(name: "s", site: try Site(.hook("embedder.*")), over: [.site(.site)]))
      let hooks = try #require(plan.axes[0].names)
      let found = Collected(cells: plan.cells, examples: 1)
      try engine.run(plan) { found.add($0) }
      var compared = 0
      for (place, hook) in hooks.enumerated() {
        guard let row = names.firstIndex(of: hook) else { continue }
        let own = try #require(found.values[.logit])[place]
        #expect(abs(own - reference[[row, action]]) < 1e-4, "\(hook) action \(action)")
        compared += 1
      }
      #expect(compared >= 38)
    }
  }
}

/// A sweep's blocks collected, [cell, example]. `@unchecked Sendable`: blocks arrive one at a time.
private final class Collected: @unchecked Sendable {
  private(set) var values: [Metric: [Float]] = [:]
  private let cells: Int
  private let examples: Int

  init(cells: Int, examples: Int) { (self.cells, self.examples) = (cells, examples) }

  func add(_ block: SweepBlock) { put(block.values, block.cells, block.examples) }

  func add(_ block: EstimateBlock) { put(block.changes, block.cells, block.examples) }

  private func put(_ found: [Metric: [Float]], _ range: Range<Int>, _ rows: Range<Int>) {
    for (metric, own) in found {
      var all = values[metric] ?? [Float](repeating: .nan, count: cells * examples)
      for (i, cell) in range.enumerated() {
        for (j, row) in rows.enumerated() { all[cell * examples + row] = own[i * rows.count + j] }
      }
      values[metric] = all
    }
  }
}
