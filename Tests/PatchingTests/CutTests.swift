import Checkpoints
import Execution
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// The last bit of every result depends only on the experiment: neither threads nor memory decide what is computed
/// together.
@Suite struct CutTests {
  private static let settings: [(threads: Int, memory: Int)] = [1, 2, 3].flatMap { threads in
    [8 << 20, 64 << 20, 4 << 30].map { (threads, $0) }
  }

  /// Wide enough that its products would be shared between threads, with a vocabulary whose scores fill the memory
  /// budget.
  private static func model(_ small: SmallSpec, _ options: GraphOptions = GraphOptions()) -> Model {
    var spec = small.spec
    (spec.dModel, spec.dHead, spec.dMlp, spec.vocabulary) = (64, 16, 256, 2000)
    return randomModel(spec, options)
  }

  private static func engine(
    _ model: Model, _ prompts: PromptSet, _ metrics: [Metric], threads: Int, memory: Int,
    _ method: CellMethod = .partial
  ) throws -> PatchingEngine {
    try PatchingEngine(
      model: model, prompts: prompts, direction: .denoise, metrics: metrics, threads: threads, memory: memory,
      method: method)
  }

  /// More than two blocks, with prompts of different lengths.
  private static let mixed = RandomPrompts.pairs(lengths: (0..<70).map { 3 + $0 * 5 % 7 }, vocabulary: 2000)
  /// Prompts that allow means and partners.
  private static let even = RandomPrompts.pairs(lengths: [Int](repeating: 6, count: 40), vocabulary: 2000)

  /// Compares, bit by bit, the results of engines with all settings with those of an engine with the first setting.
  private func checkBits(
    _ model: Model, _ prompts: PromptSet, _ metrics: [Metric] = [.logitDiff, .kl], _ method: CellMethod = .partial,
    _ settings: [(threads: Int, memory: Int)] = Self.settings, _ compute: (PatchingEngine) throws -> [[Float]]
  ) throws {
    var first: [[UInt32]]?
    for (threads, memory) in settings {
      let engine = try Self.engine(model, prompts, metrics, threads: threads, memory: memory, method)
      let bits = try compute(engine).map { $0.map(\.bitPattern) }
      #expect(bits.contains { $0.contains { $0 != bits[0][0] } }, "there is something to compare")
      guard let right = first else {
        first = bits
        continue
      }
      #expect(bits == right, "\(threads) threads, \(memory) bytes")
    }
  }

  private func all(_ results: SweepResults) -> [[Float]] {
    results.values.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value) + [results.changeNorms]
  }

  /// Families with both weight orders.
  private static let families = Array(SmallSpec.all.prefix(2))

  @Test(arguments: families) func sweeps(small: SmallSpec) throws {
    let model = Self.model(small)
    let vector = [Float](repeating: 0.3, count: 64)
    try checkBits(model, Self.mixed) { engine in
      try [
        Sweep(name: "a", site: Site(.residPre), over: [.layer, .position]),
        Sweep(name: "b", site: Site(.z), over: [.layer, .head], edit: .zero),
        Sweep(name: "c", site: Site(.pattern, [.layer: .index(1)]), over: [.head], edit: .patch),
        Sweep(
          name: "d", site: Site(.mlpOut), over: [.layer],
          edit: .add(.vectors([vector], layers: nil), coefficients: [0.5, 2]),
          standing: [Intervention(Site(.z, [.layer: .index(0), .head: .index(1)]), .patch)]),
      ].flatMap { all(try engine.results($0)) }
    }
  }

  @Test func editsThatTakeFromOtherExamples() throws {
    let model = Self.model(SmallSpec.all[0])
    try checkBits(model, Self.even, [.logitDiff]) { engine in
      try [
        Sweep(name: "a", site: Site(.z), over: [.layer, .head], edit: .mean),
        Sweep(name: "b", site: Site(.mlpOut), over: [.layer, .position], edit: .resample(seed: 3)),
        Sweep(
          name: "c", site: Site(.residPre, [.layer: .index(1), .position: .index(-1)]), over: [.sourceExample],
          edit: .add(.exampleDifference, coefficients: [1])),
      ].flatMap { all(try engine.results($0)) }
    }
  }

  @Test func plainExecutor() throws {
    let model = Self.model(SmallSpec.all[1])
    try checkBits(model, Self.mixed, [.logProb], .oracle) { engine in
      all(try engine.results(Sweep(name: "a", site: Site(.z), over: [.layer, .head])))
    }
  }

  @Test(arguments: families) func paths(small: SmallSpec) throws {
    let model = Self.model(small)
    let receivers: [[Receiver]] = [
      [.head(layer: 1, head: 0, .q), .head(layer: 1, head: 0, .v)], [.mlp(layer: 1), .logits],
    ]
    try checkBits(model, Self.mixed) { engine in
      try receivers.flatMap { receivers in
        let sweep = try PathSweep(
          name: "p", senders: engine.model.graph.transformer().senders().map { [$0] }, receivers: receivers,
          together: !receivers.contains(.logits))
        return all(try engine.results(engine.plan(sweep)))
      }
    }
  }

  /// One pair and one metric are one piece of work, whose products threads share.
  @Test(arguments: families) func attributionOfOnePair(small: SmallSpec) throws {
    let long = RandomPrompts.pairs(lengths: [100], vocabulary: 2000)
    try checkBits(Self.model(small), long, [.logitDiff]) { engine in
      let plan = try engine.plan(Sweep(name: "a", site: Site(.z), over: [.layer, .head]))
      return [try #require(engine.estimates(plan).changes[.logitDiff])]
    }
  }

  @Test(arguments: families) func attribution(small: SmallSpec) throws {
    let model = Self.model(small)
    try checkBits(model, Self.mixed, [.logitDiff, .prob]) { engine in
      try [SiteName.z, .residPre, .pattern].flatMap { site in
        let plan = try engine.plan(Sweep(name: "a", site: Site(site), over: [.layer]))
        let found = try engine.estimates(plan)
        return found.changes.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value) + [found.changeNorms]
      }
    }
  }

  @Test func additivity() throws {
    let model = Self.model(SmallSpec.all[0])
    let vector = [Float](repeating: 0.3, count: 64)
    let edit = Edit.addSeveral([
      Edit.Addition(.vectors([vector], layers: nil), coefficients: [1, 2]),
      Edit.Addition(.difference, coefficients: [0.5]),
    ])
    let nodes = [try SiteResolver(model.graph).node(.residPost, layer: 1).id]
    try checkBits(model, Self.mixed) { engine in
      let plan = try engine.plan(Sweep(name: "a", site: Site(.residPre), over: [.layer], edit: edit))
      let found = try engine.additivity(plan, of: nodes)
      return [found.changes, found.interactions].flatMap {
        $0.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
      } + [found.changeNorms, found.interactionNorms]
    }
  }

  @Test(arguments: families) func unpatchedRuns(small: SmallSpec) throws {
    let model = Self.model(small)
    let heads = [Head(layer: 0, head: 1), Head(layer: 1, head: 0)]
    try checkBits(model, Self.mixed) { engine in
      let baselines = try engine.baselines()
      let attribution = try engine.directLogitAttribution(.clean)
      let patterns = try engine.attentionPatterns(of: heads, .corrupted)
      let rows = try engine.blocks.map { block in
        try engine.attentionRows(of: heads, .clean, block: block) { example in
          example % 3 == 0 ? nil : engine.prompts.pairs[example].clean.count - 1
        }
      }
      return [
        baselines.clean, baselines.corrupted,
        try engine.logitLens(.clean).values.mapValues {
          Array($0.joined().joined())
        },
      ].flatMap { $0.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value) }
        + attribution.values + [Array(attribution.bySource.joined().joined().joined())]
        + [Array(patterns.values.joined().joined().joined()), Array(rows.joined().joined().joined())]
    }
  }

  @Test func pictures() throws {
    let spec = ImpalaSpec(size: 12)
    let prompts = PromptSet(
      clean: randomPictures(40, spec), corrupted: randomPictures(40, spec, seed: 8),
      actions: (0..<40).map { ([Int32($0 % 15)], [Int32(($0 + 1) % 15)]) })
    try checkBits(randomModel(spec), prompts, [.logitDiff], .partial, [(1, 8 << 20), (2, 4 << 30), (3, 64 << 20)]) {
      engine in
      let site = try Site(.hook("embedder.block2.res1.resadd_out"))
      let plan = try engine.plan(Sweep(name: "a", site: site, over: [.channel]))
      return all(try engine.results(plan)) + [try engine.estimates(plan).changes[.logitDiff] ?? []]
    }
  }

  /// A block by itself equals its part of the whole: nothing else decides what is computed together.
  @Test func aBlockIsItsPartOfTheWhole() throws {
    let model = Self.model(SmallSpec.all[0])
    let whole = try Self.engine(model, Self.mixed, [.kl, .logitDiff], threads: 2, memory: 64 << 20)
    #expect(whole.blocks == [0..<32, 32..<64, 64..<70] && PatchingEngine.blockSize == 32)
    let sweep = try Sweep(name: "a", site: Site(.residPre), over: [.layer, .position])
    let results = try whole.results(sweep)
    let baselines = try whole.baselines()
    // The last block first, by an engine that never sees the others; then one that already holds other sweeps' runs.
    for block in whole.blocks.reversed() {
      let engine = try Self.engine(model, Self.mixed, [.kl, .logitDiff], threads: 1, memory: 8 << 20)
      _ = try engine.results(Sweep(name: "b", site: Site(.mlpPost, [.layer: .index(1)]), over: [.layer], edit: .zero))
      let plan = try engine.plan(sweep)
      try engine.run(plan, block: block) { part in
        #expect(block.lowerBound <= part.examples.lowerBound && part.examples.upperBound <= block.upperBound)
        for (i, cell) in part.cells.enumerated() {
          for (j, example) in part.examples.enumerated() {
            for metric in engine.metrics {
              let found = part.values[metric]?[i * part.examples.count + j]
              #expect(found?.bitPattern == results[metric][cell * 70 + example].bitPattern)
            }
          }
        }
      }
      let own = try engine.baselines(of: block)
      for metric in engine.metrics {
        #expect(own.clean[metric] == Array((baselines.clean[metric] ?? [])[block]))
        #expect(own.corrupted[metric] == Array((baselines.corrupted[metric] ?? [])[block]))
      }
      let lens = try engine.logitLens(.clean, block: block).values[.kl]
      #expect(lens?.first?.first?.count == block.count && lens?.first?.count == Self.mixed.longest)
    }
  }

  /// A metric that compares with the base run compares with that of its own example.
  @Test func klOfAnUnchangedRunIsNothing() throws {
    let model = Self.model(SmallSpec.all[1])
    let engine = try Self.engine(model, Self.mixed, [.kl], threads: 2, memory: 64 << 20)
    #expect(try engine.baselines().corrupted[.kl]?.allSatisfy { $0 == 0 } == true)
    let nothing = try engine.results(
      Sweep(name: "a", site: Site(.residPre), over: [.layer], edit: .scale(1)))
    #expect(nothing.changeNorms.allSatisfy { $0 == 0 } && nothing[.kl].allSatisfy { $0 < 1e-6 })
  }

  /// Very long prompts need not fit in memory together, whatever memory there is.
  @Test func longPromptsAreTakenInGroups() throws {
    var spec = SmallSpec.all[0].spec
    spec.context = 8000
    for memory in [8 << 20, 64 << 30] {
      let prompts = RandomPrompts.pairs(lengths: [2, 6000, 6000, 3, 7], vocabulary: 11)
      let engine = try PatchingEngine(
        model: randomModel(spec), prompts: prompts, direction: .noise, metrics: [.logitDiff], memory: memory)
      let resolver = SiteResolver(engine.model.graph)
      #expect(engine.groups(of: 0..<5, keeping: [try resolver.node(.residPre, layer: 1).id]) == [0..<5])
      // Two heads' patterns over 6,000 tokens are 288 MB per prompt and run.
      #expect(engine.groups(of: 0..<5, keeping: [try resolver.node(.pattern, layer: 1).id]) == [0..<2, 2..<5])
    }
  }
}
