import Diagnostics
import Execution
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// The messages of sweeps that do not fit their model or prompts.
@Suite struct SweepErrorTests {
  private static let messages: [(PatchingError, String)] = [
    (.coefficientWithoutAdd("heads"), "sweep 'heads': only the edit 'add' has coefficients to sweep over"),
    (
      .metricNeedsWrong(metric: "logit_diff", example: 2),
      "metric 'logit_diff' compares the answer with a wrong token, but prompt 2 has none"
    ),
    (.emptyPath(sweep: "p", end: "senders"), "sweep 'p': a path needs senders, but there are none"),
    (
      .logitsTogether(sweep: "p"),
      "sweep 'p': the logits cannot be patched together with other receivers, whose effect would never be read; "
        + "use `together: false` or a sweep of their own"
    ),
    (
      .pathNeverFires(sweep: "p", end: "sender", longest: 5),
      "sweep 'p' would never fire: no prompt has any of the chosen sender positions (the longest prompt has 5 positions)"
    ),
    (
      .scoresNotFinite(sweep: "steer", example: 1),
      "steer: the logits of prompt 1 are not finite numbers; an added vector or a factor is too large"
    ),
    (
      .noEstimate(sweep: "s", metric: .rank, reason: "it jumps"),
      "sweep 's': attribution cannot estimate the metric 'rank': it jumps"
    ),
    (
      .estimateNotFinite(sweep: "steer", example: 1),
      "steer: the estimate for prompt 1 is not a finite number; an added vector or a factor is too large"
    ),
    (
      .noEstimateWithOtherEdits(sweep: "s"),
      "sweep 's': attribution estimates edits of the unedited run, so no other edit can apply at the same time; leave out 'with', or run the cells"
    ),
  ]

  @Test func everyErrorReadsAsItShould() {
    for (error, message) in Self.messages {
      #expect(error.message == message)
      #expect(error.kind == .badData)
    }
  }

  private func engine(lengths: [Int], metrics: [Metric] = [.logitDiff]) throws -> PatchingEngine {
    try PatchingEngine(
      model: randomModel(SmallSpec.all[0].spec), prompts: RandomPrompts.pairs(lengths: lengths, vocabulary: 11),
      direction: .denoise, metrics: metrics, threads: 1)
  }

  private func planning(
    _ engine: PatchingEngine, _ name: SiteName, _ selectors: [SiteAxis: Selector] = [:], over: [SweepAxis] = [],
    _ edit: Edit = .patch
  ) throws -> SweepPlan {
    try engine.plan(Sweep(name: "test", site: Site(name, selectors), over: over, edit: edit))
  }

  @Test func sweepsThatDoNotFitAreErrors() throws {
    let engine = try engine(lengths: [3, 5, 4])
    #expect(throws: InterventionError.noSuchAxis(axis: "head", site: .residPre, axes: [.layer, .position])) {
      try planning(engine, .residPre, over: [.site(.head)])
    }
    #expect(throws: InterventionError.neverFires(site: .z, axis: .position, longest: 5)) {
      try planning(engine, .z, [.position: .items([.index(5), .index(-6)])])
    }
    #expect(throws: InterventionError.neverFires(site: .pattern, axis: .source, longest: 5)) {
      try planning(engine, .pattern, [.source: .items([.range(7, 9)])])
    }
    #expect(throws: InterventionError.outsideAxis(axis: .layer, index: 2, count: 2, site: .z)) {
      try planning(engine, .z, [.layer: .index(2)])
    }
    #expect(throws: InterventionError.outsideAxis(axis: .head, index: -3, count: 2, site: .z)) {
      try planning(engine, .z, [.head: .index(-3)])
    }
    #expect(throws: PatchingError.coefficientWithoutAdd("test")) { try planning(engine, .z, over: [.coefficient]) }
    #expect(throws: InterventionError.meanNeedsOneLength(lengths: [3, 5, 4])) { try planning(engine, .z, .mean) }
    #expect(throws: InterventionError.resampleNeedsPartner(example: 0, length: 3)) {
      try planning(engine, .z, .resample(seed: 1))
    }
    let vectors: [[Float]] = [[1, 2, 3]]
    #expect(throws: InterventionError.wrongVectorWidth(site: .residPre, width: 3, expected: 8)) {
      try planning(engine, .residPre, .add(.vectors(vectors, layers: nil), coefficients: [1]))
    }
    let wide = [[Float](repeating: 0, count: 8)]
    #expect(throws: InterventionError.noVectorForLayer(layer: 0, layers: [1])) {
      try planning(engine, .residPre, .add(.vectors(wide, layers: [1]), coefficients: [1]))
    }
    #expect(throws: InterventionError.noVectorForLayer(layer: 1, layers: [0, 1])) {
      try planning(engine, .residPre, .add(.vectors(wide, layers: [0, 1]), coefficients: [1]))
    }
  }

  @Test func pathsThatDoNotFitAreErrors() throws {
    let engine = try engine(lengths: [3, 5, 4])
    func plan(
      _ senders: [Sender], _ receivers: [Receiver], from: Selector = .all, to: Selector = .all, together: Bool = true
    ) throws {
      _ = try engine.plan(
        PathSweep(
          name: "p", senders: senders.map { [$0] }, receivers: receivers, together: together, senderPositions: from,
          receiverPositions: to))
    }
    let (sender, receiver) = (Sender.head(layer: 0, head: 0), Receiver.head(layer: 1, head: 0, .q))
    try plan([sender, .mlp(layer: 0), .embed], [receiver, .mlp(layer: 1)])
    #expect(throws: PatchingError.emptyPath(sweep: "p", end: "senders")) { try plan([], [receiver]) }
    #expect(throws: PatchingError.emptyPath(sweep: "p", end: "receivers")) { try plan([sender], []) }
    #expect(throws: PatchingError.logitsTogether(sweep: "p")) { try plan([sender], [.logits, receiver]) }
    try plan([sender], [.logits, receiver], together: false)
    #expect(throws: PatchingError.pathNeverFires(sweep: "p", end: "sender", longest: 5)) {
      try plan([sender], [receiver], from: .index(7))
    }
    #expect(throws: PatchingError.pathNeverFires(sweep: "p", end: "receiver", longest: 5)) {
      try plan([sender], [receiver], to: .index(-6))
    }
    #expect(throws: InterventionError.outsideAxis(axis: .layer, index: 2, count: 2, site: .z)) {
      try plan([.head(layer: 2, head: 0)], [receiver])
    }
    #expect(throws: InterventionError.outsideAxis(axis: .head, index: 2, count: 2, site: .q)) {
      try plan([sender], [.head(layer: 1, head: 2, .q)])
    }
  }

  @Test func endsThatTheFamilyLacksAreErrors() throws {
    func plan(_ name: String, _ sender: Sender, _ receiver: Receiver) throws {
      let small = try #require(SmallSpec.all.first { $0.name == name })
      let engine = try PatchingEngine(
        model: randomModel(small.spec), prompts: RandomPrompts.pairs(lengths: [3], vocabulary: small.spec.vocabulary),
        direction: .denoise, metrics: [.logitDiff])
      _ = try engine.plan(PathSweep(name: "p", senders: [[sender]], receivers: [receiver]))
    }
    let grouped = "rms norm, rotary, gated, grouped heads"
    try plan(grouped, .head(layer: 0, head: 3), .head(layer: 1, head: 1, .k))
    #expect(throws: InterventionError.outsideAxis(axis: .head, index: 2, count: 2, site: .k)) {
      try plan(grouped, .head(layer: 0, head: 3), .head(layer: 1, head: 2, .k))
    }
    #expect(throws: InterventionError.outsideAxis(axis: .layer, index: 5, count: 2, site: .mlpPre)) {
      try plan(grouped, .embed, .mlp(layer: 5))
    }
    let bare = "attention only, no norm, no positions"
    for (sender, receiver, site) in [
      (Sender.mlp(layer: 0), Receiver.logits, SiteName.mlpOut), (.embed, .mlp(layer: 1), .mlpPre),
    ] {
      #expect(
        throws: InterventionError.noSuchSite(site, family: "patchbay", reason: "its blocks have no MLP")
      ) { try plan(bare, sender, receiver) }
    }
  }

  private func planning(_ engine: PatchingEngine, _ name: SiteName, _ edit: Edit) throws -> SweepPlan {
    try planning(engine, name, [:], over: [.site(.layer)], edit)
  }

  @Test func aMetricThatComparesNeedsWrongTokens() throws {
    let pairs = [PromptSet.Pair(clean: [1], corrupted: [2], answers: [3], wrongs: [])]
    func engine(_ metrics: [Metric]) throws -> PatchingEngine {
      try PatchingEngine(
        model: randomModel(SmallSpec.all[0].spec), prompts: PromptSet(pairs), direction: .noise, metrics: metrics)
    }
    #expect(throws: PatchingError.metricNeedsWrong(metric: "logit_diff", example: 0)) { try engine([.kl, .logitDiff]) }
    _ = try engine([.logit, .logProb, .prob, .kl, .rank])
  }

  @Test func logitsThatAreNoNumbersStopASweep() throws {
    let engine = try engine(lengths: [3, 3])
    let plan = try planning(engine, .residPost, over: [.site(.layer)], .scale(.infinity))
    #expect(throws: PatchingError.scoresNotFinite(sweep: "test", example: 0)) { try engine.results(plan) }
  }

  @Test func axesAndLabelsOfPlans() throws {
    let engine = try engine(lengths: [3, 5, 4])
    let vector = [[Float](repeating: 1, count: 8)]
    let plans: [(SweepPlan, [String], [[Float]])] = [
      (try planning(engine, .z, over: [.site(.head), .site(.layer)]), ["head", "layer"], [[0, 1], [0, 1]]),
      (try planning(engine, .residPre, over: [.site(.position)]), ["position"], [[0, 1, 2, 3, 4]]),
      (
        try planning(
          engine, .residPre, [.position: .items([.range(-2, -1), .index(0), .range(1, 2)])], over: [.site(.position)]),
        ["position"], [[-2, -1, 0, 1, 2]]
      ),
      (
        try planning(
          engine, .residPre, [.layer: .index(-1)], over: [.site(.layer)],
          .add(.vectors(vector, layers: nil), coefficients: [1, 2])),
        ["layer", "coefficient"], [[1], [1, 2]]
      ),
      (
        try planning(
          engine, .residPre, over: [.coefficient, .site(.layer)], .add(.vectors(vector, layers: nil), coefficients: [3])
        ),
        ["coefficient", "layer"], [[3], [0, 1]]
      ),
      (try planning(engine, .embed), [], []),
    ]
    for (plan, names, labels) in plans {
      #expect(plan.axes.map(\.axis.name) == names)
      #expect(plan.axes.map(\.labels) == labels)
      #expect(plan.shape == labels.map(\.count) && plan.cells == plan.shape.reduce(1, *))
      #expect(plan.labelledAxes.map(\.name) == names && plan.labelledAxes.map(\.count) == labels.map(\.count))
    }
  }
}
