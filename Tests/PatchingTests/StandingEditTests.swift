import Execution
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// Several directions, edits in every cell, and differences of other examples.
@Suite struct StandingEditTests {
  private static let vector: [Float] = [1, -0.5, 0.25, 0, 2, -1, 0.5, 0.75]
  private static let second: [Float] = [0, 1, 1, -1, 0.5, 0.5, -0.25, 2]

  private static func engine(
    _ small: SmallSpec, lengths: [Int] = [3, 5, 4], metrics: [Metric] = [.logitDiff], _ method: CellMethod = .partial,
    _ options: GraphOptions = GraphOptions()
  ) throws -> PatchingEngine {
    try PatchingEngine(
      model: randomModel(small.spec, options), prompts: RandomPrompts.pairs(lengths: lengths, vocabulary: 11),
      direction: .denoise, metrics: metrics, threads: 2, method: method)
  }

  private static let withBlocks = SmallSpec.all.filter { $0.spec.layers > 1 && $0.spec.dMlp > 0 && $0.spec.heads > 1 }

  /// The fast and the plain executor agree, wherever the standing edit is: before the cell's own edit, after it, at the
  /// same activation.
  @Test(arguments: withBlocks)
  func agreesWithTheOracle(small: SmallSpec) throws {
    let options = GraphOptions(splitsInputs: true, separatesResults: true)
    let model = randomModel(small.spec, options)
    var both = try PartialAgainstOracle(
      model, RandomPrompts.pairs(lengths: [3, 5, 4], vocabulary: 11), .denoise, threads: 2)
    let project = Intervention(
      try Site(.residPre, [.layer: .index(1), .position: .index(-1)]), .projectOut([Self.second], layers: nil))
    let standings: [[Intervention]] = [
      [Intervention(try Site(.z, [.layer: .index(0), .head: .index(1)]), .zero)],
      [Intervention(try Site(.mlpOut, [.layer: .index(1)]), .patch), project],
      [project, Intervention(try Site(.residPre), .add(.vectors([Self.vector], layers: nil), coefficients: [0.5]))],
      [Intervention(try Site(.pattern, [.layer: .index(1), .source: .index(0)]), .scale(0.5))],
    ]
    for standing in standings {
      for (name, edit) in [
        (SiteName.residPre, Edit.add(.vectors([Self.vector], layers: nil), coefficients: [1, -1])), (.residPre, .patch),
        (.mlpOut, .scale(3)), (.z, .zero), (.residPost, .add(.exampleDifference, coefficients: [1])),
      ] {
        for over in [name.axes.map { SweepAxis.site($0) }, []] {
          try both.compare(
            Sweep(name: "s", site: Site(name), over: over, edit: edit, standing: standing), "\(name) \(edit.name)")
        }
      }
    }
    #expect(both.ranksOff * 1000 <= both.runs)
  }

  /// Two vectors at once equal their weighted sum as one vector; the axes are coefficient, coefficient_2.
  @Test func severalDirectionsAreTheirSum() throws {
    let engine = try Self.engine(SmallSpec.all[0])
    let site = try Site(.residPre, [.layer: .index(1)])
    let several = Edit.addSeveral([
      Edit.Addition(.vectors([Self.vector], layers: nil), coefficients: [-1, 2]),
      Edit.Addition(.vectors([Self.second], layers: nil), coefficients: [0, 0.5, 3]),
    ])
    let plan = try engine.plan(Sweep(name: "s", site: site, over: [], edit: several))
    #expect(plan.axes.map(\.axis.name) == ["coefficient", "coefficient_2"] && plan.shape == [2, 3])
    let found = try #require(try engine.results(plan).values[.logitDiff])
    for (i, s) in [Float(-1), 2].enumerated() {
      for (j, t) in [Float(0), 0.5, 3].enumerated() {
        let sum = zip(Self.vector, Self.second).map { s * $0 + t * $1 }
        let one = try engine.plan(
          Sweep(name: "s", site: site, over: [], edit: .add(.vectors([sum], layers: nil), coefficients: [1])))
        let expected = try #require(try engine.results(one).values[.logitDiff])
        let own = Array(found[(i * 3 + j) * 3..<(i * 3 + j + 1) * 3])
        #expect(relativeDifference(own, expected) < 1e-5)
      }
    }
    // A single coefficient needs no axis, and `over` may put one first.
    let mixed = Edit.addSeveral([
      Edit.Addition(.vectors([Self.vector], layers: nil), coefficients: [1]),
      Edit.Addition(.vectors([Self.second], layers: nil), coefficients: [1, 2]),
    ])
    #expect(
      try Sweep(name: "s", site: site, over: [.site(.layer)], edit: mixed).over
        == [.site(.layer), .laterCoefficient(2)])
    #expect(
      try Sweep(name: "s", site: site, over: [.laterCoefficient(2), .site(.layer)], edit: mixed).over
        == [.laterCoefficient(2), .site(.layer)])
    #expect(throws: PatchingError.coefficientWithoutAdd("s")) {
      _ = try engine.plan(Sweep(name: "s", site: site, over: [.laterCoefficient(3)], edit: mixed))
    }
  }

  /// The standing edit comes first: what is added after a direction was projected out stays.
  @Test func standingEditsComeBeforeTheCellsOwn() throws {
    let engine = try Self.engine(SmallSpec.all[0], metrics: [.logitDiff])
    let site = try Site(.residPre, [.layer: .index(1)])
    let out = Intervention(site, .projectOut([Self.vector], layers: nil))
    let add = Edit.add(.vectors([Self.vector], layers: nil), coefficients: [2])
    func values(_ edit: Edit, _ standing: [Intervention]) throws -> [Float] {
      let plan = try engine.plan(Sweep(name: "s", site: site, over: [], edit: edit, standing: standing))
      return try #require(try engine.results(plan).values[.logitDiff])
    }
    let both = try values(add, [out])
    #expect(try both == values(.scale(1), [out, Intervention(site, add)]))
    // In the reverse order nothing of it is left.
    let gone = try values(.projectOut([Self.vector], layers: nil), [Intervention(site, add)])
    #expect(try relativeDifference(gone, values(.scale(1), [out])) < 1e-5)
    #expect(relativeDifference(both, gone) > 1e-3)
  }

  /// On the diagonal an example's own difference; elsewhere another's, aligned from the first token, or at the last.
  @Test(arguments: [false, true])
  func differencesAreCarriedFromExampleToExample(atLast: Bool) throws {
    let lengths = [3, 5, 4]
    let engine = try Self.engine(SmallSpec.all[1], lengths: lengths)
    let site = try Site(.residPost, atLast ? [.layer: .index(0), .position: .index(-1)] : [.layer: .index(0)])
    let plan = try engine.plan(
      Sweep(name: "s", site: site, over: [], edit: .add(.exampleDifference, coefficients: [1, 2])))
    #expect(plan.axes.map(\.axis.name) == ["source_example", "coefficient"] && plan.shape == [3, 2])
    let found = try #require(try engine.results(plan).values[.logitDiff])
    let own = try engine.results(
      engine.plan(Sweep(name: "s", site: site, over: [], edit: .add(.difference, coefficients: [1, 2]))))
    let expected = try #require(own.values[.logitDiff])
    for example in 0..<3 {
      for c in 0..<2 {
        #expect(abs(found[(example * 2 + c) * 3 + example] - expected[c * 3 + example]) < 1e-4)
      }
    }
    let node = try #require(engine.model.graph.node(hook: HookName(layer: 0, "hook_resid_post")))
    let oracle = Oracle(engine.model)
    let clean = try oracle.run(engine.prompts.other(.denoise), keeping: [node.id])
    let corrupted = try oracle.run(engine.prompts.base(.denoise), keeping: [node.id])
    for (source, example) in [(1, 0), (0, 1), (2, 1)] {
      let count = atLast ? 1 : min(lengths[source], lengths[example])
      let edits = (0..<count).map { step -> PlacedEdit in
        let (from, to) = atLast ? (lengths[source] - 1, lengths[example] - 1) : (step, step)
        let vector = clean.withExample(source, of: node) { plus in
          corrupted.withExample(source, of: node) { minus in (0..<8).map { plus[from * 8 + $0] - minus[from * 8 + $0] }
          }
        }
        return PlacedEdit(
          node: node.id, row: 0, positions: to..<to + 1, features: 0..<8, action: .add(vector, times: 2))
      }
      let pair = engine.prompts.pairs[example]
      let logits = try oracle.lastLogits(try Batch(prompts: [pair.corrupted]), edits: edits).logits.values
      func mean(_ tokens: [Int32]) -> Float { tokens.reduce(0) { $0 + logits[Int($1)] } / Float(tokens.count) }
      let difference = mean(pair.answers) - mean(pair.wrongs)
      #expect(abs(found[(source * 2 + 1) * 3 + example] - difference) < 1e-4, "\(source) to \(example)")
    }
  }

  /// Changes and interactions compared with explicit runs of the oracle.
  @Test(arguments: [SmallSpec.all[0], SmallSpec.all[3]])
  func additivityIsWhatRunsSay(small: SmallSpec) throws {
    let engine = try Self.engine(small, metrics: [.logitDiff, .choice])
    let graph = engine.model.graph
    let site = try Site(.residPre, [.layer: .index(0), .position: .index(-1)])
    let (s, t): ([Float], [Float]) = ([-1, 2], [0.5, 1])
    let standing = [Intervention(try Site(.z, [.layer: .index(0), .head: .index(0)]), .zero)]
    let plan = try engine.plan(
      Sweep(
        name: "s", site: site, over: [],
        edit: .addSeveral([
          Edit.Addition(.vectors([Self.vector], layers: nil), coefficients: s),
          Edit.Addition(.vectors([Self.second], layers: nil), coefficients: t),
        ]), standing: standing))
    let hooks: [HookName] = [HookName(layer: 0, "hook_resid_pre"), HookName(layer: 1, "hook_resid_post")]
    let nodes = try hooks.map { try #require(graph.node(hook: $0)) }
    let found = try engine.additivity(plan, of: nodes.map(\.id))
    let z = try #require(graph.node(hook: HookName(layer: 0, "attn.hook_z")))
    for (example, pair) in engine.prompts.pairs.enumerated() {
      let last = pair.corrupted.count - 1
      func run(_ s: Float, _ t: Float) throws -> (logits: [Float], values: [[Float]]) {
        let edits =
          [
            PlacedEdit(
              node: z.id, row: 0, positions: 0..<last + 1, features: 0..<z.layout.width / small.spec.heads,
              action: .zero)
          ]
          + [(Self.vector, s), (Self.second, t)].map {
            PlacedEdit(
              node: nodes[0].id, row: 0, positions: last..<last + 1, features: 0..<8, action: .add($0, times: $1))
          }
        let (logits, run) = try Oracle(engine.model).lastLogits(
          try Batch(prompts: [pair.corrupted]), edits: edits, keeping: nodes.map(\.id))
        return (logits.values, nodes.map { node in run.withExample(0, of: node) { Array($0) } })
      }
      func difference(_ logits: [Float]) -> Float {
        func mean(_ tokens: [Int32]) -> Float { tokens.reduce(0) { $0 + logits[Int($1)] } / Float(tokens.count) }
        return mean(pair.answers) - mean(pair.wrongs)
      }
      let zero = try run(0, 0)
      for i in 0..<2 {
        for j in 0..<2 {
          let (both, first, second) = (try run(s[i], t[j]), try run(s[i], 0), try run(0, t[j]))
          let cell = i * 2 + j
          let change = difference(both.logits) - difference(zero.logits)
          let rest =
            change - (difference(first.logits) - difference(zero.logits))
            - (difference(second.logits) - difference(zero.logits))
          #expect(abs(try #require(found.changes[.logitDiff])[cell * 3 + example] - change) < 1e-4)
          #expect(abs(try #require(found.interactions[.logitDiff])[cell * 3 + example] - rest) < 1e-4)
          for place in 0..<2 {
            let at = (cell * 2 + place) * 3 + example
            var (whole, part) = (0.0, 0.0)
            for k in zero.values[place].indices {
              let from = zero.values[place][k]
              let c = both.values[place][k] - from
              let r = c - (first.values[place][k] - from) - (second.values[place][k] - from)
              whole += Double(c * c)
              part += Double(r * r)
            }
            #expect(abs(Double(found.changeNorms[at]) - whole.squareRoot()) < 1e-4)
            #expect(abs(Double(found.interactionNorms[at]) - part.squareRoot()) < 1e-4)
          }
          // They are additive where they are added; two blocks later they are not.
          #expect(found.interactionNorms[cell * 6 + example] < 1e-5)
          #expect(found.interactionNorms[cell * 6 + 3 + example] > 1e-3)
        }
      }
    }
  }

  /// One direction has a change and nothing to interact with.
  @Test func oneDirectionAddsUpWithItself() throws {
    let engine = try Self.engine(SmallSpec.all[0])
    let plan = try engine.plan(
      Sweep(
        name: "s", site: try Site(.residPre), over: [.site(.layer)],
        edit: .add(.vectors([Self.vector], layers: nil), coefficients: [0, 1])))
    let found = try engine.additivity(plan, of: [])
    let results = try #require(try engine.results(plan).values[.logitDiff])
    let base = try #require(engine.baselines().base(.denoise)[.logitDiff])
    let changes = try #require(found.changes[.logitDiff])
    for (index, value) in results.enumerated() { #expect(abs(changes[index] - (value - base[index % 3])) < 1e-4) }
    // One direction has nothing to interact with.
    #expect(found.interactions.isEmpty && found.interactionNorms.isEmpty)
  }

  @Test func estimatesHaveNoEditsBesideThem() throws {
    let engine = try Self.engine(SmallSpec.all[0])
    let plan = try engine.plan(
      Sweep(
        name: "s", site: try Site(.residPre), over: [], edit: .zero,
        standing: [Intervention(try Site(.z), .zero)]))
    #expect(throws: PatchingError.noEstimateWithOtherEdits(sweep: "s")) { _ = try engine.estimates(plan) }
  }

  @Test func standingEditsAreCheckedAsTheOthersAre() throws {
    let engine = try Self.engine(SmallSpec.all[0])
    func plan(_ standing: Intervention) throws {
      _ = try engine.plan(Sweep(name: "s", site: Site(.residPre), over: [], edit: .zero, standing: [standing]))
    }
    #expect(throws: InterventionError.outsideAxis(axis: .layer, index: 7, count: 2, site: .z)) {
      try plan(Intervention(try Site(.z, [.layer: .index(7)]), .zero))
    }
    #expect(throws: InterventionError.notInPath(.result)) { try plan(Intervention(try Site(.result), .zero)) }
    #expect(throws: InterventionError.wrongVectorWidth(site: .residPost, width: 2, expected: 8)) {
      try plan(Intervention(try Site(.residPost), .add(.vectors([[1, 2]], layers: nil), coefficients: [1])))
    }
    #expect(throws: InterventionError.neverFires(site: .residPost, axis: .position, longest: 5)) {
      try plan(Intervention(try Site(.residPost, [.position: .index(9)]), .zero))
    }
    #expect(throws: InterventionError.noPositionsToAlign(site: .pattern)) {
      _ = try engine.plan(
        Sweep(name: "s", site: Site(.pattern), over: [], edit: .add(.exampleDifference, coefficients: [1])))
    }
    #expect(throws: InterventionError.meanNeedsOneLength(lengths: [3, 5, 4])) {
      try plan(Intervention(try Site(.residPost), .mean))
    }
  }
}
