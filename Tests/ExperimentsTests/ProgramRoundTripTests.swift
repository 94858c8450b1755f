import ActivationStore
import Diagnostics
import Execution
import ExperimentFile
import Foundation
import Interventions
import ModelGraph
import Patching
import Questions
import Runs
import TestSupport
import Testing
import Workbenches

/// An experiment built by a program is also a file: read back, it is the same experiment, and its run has the same
/// bits.
@Suite struct ProgramRoundTripTests {
  private static func bench() throws -> Workbench { try Workbench("bundled:ioi") }

  private static func pairs(_ bench: Workbench) throws -> [PromptSpec] {
    [
      try bench.pair(
        "When John and Mary went to the store, John gave a book to",
        "When John and Mary went to the store, Mary gave a book to", answer: " Mary", wrong: " John"),
      try bench.pair(
        "When Mary and John went to the store, Mary gave a book to",
        "When Mary and John went to the store, John gave a book to", answer: " John", wrong: " Mary",
        labels: ["label": "true", "kind": "a \"quoted\": one"]),
    ]
  }

  private static let vector: [Float] = (0..<128).map { Float($0 - 60) * 0.0123 }

  /// Every kind of edit.
  static let edits: [Edit] = [
    .patch, .zero, .mean, .resample(seed: 3), .scale(-0.1), .add(.difference, coefficients: [0.5, 1]),
    .add(.vectors([vector], layers: nil), coefficients: [1]),
    .add(.vectors([vector, vector.map { -$0 }], layers: [1, 3]), coefficients: [2, 1e-7]),
    .add(.vectors([[Float]](repeating: vector, count: 5), layers: nil), coefficients: [1]),
    .add(.sequences([[vector, vector], [vector, vector]], layers: [1, 3]), coefficients: [1]),
    .addSeveral([
      Edit.Addition(.exampleDifference, coefficients: [1]), Edit.Addition(.difference, coefficients: [0, 1]),
    ]),
    .projectOut([vector], layers: nil), .projectOut([vector, vector], layers: [1, 3]), .clamp(min: -0.25),
    .clamp(min: 0, max: 1),
  ]

  @Test(arguments: edits.indices) func editsAreReadAsTheyWere(index: Int) throws {
    let bench = try Self.bench()
    let edit = Self.edits[index]
    let experiment = try Experiment("edits", bench, Self.pairs(bench), metrics: [.logitDiff]) {
      try SweepSpec.sweep(.residPost[layer: [1, 3], position: -2 ... -1], over: .layer, edit: edit)
    }
    let read = try Experiment(yaml: experiment.text, file: "edits.yaml")
    #expect(read.sweeps[0].sweep == experiment.sweeps[0].sweep)
    #expect(
      read.text == experiment.text && read.prompts.written.map(\.answers) == [[.text(" Mary")], [.text(" John")]])
    #expect(read.prompts.written.map(\.labels) == experiment.prompts.written.map(\.labels))
    try Self.sameBits(experiment, read)
  }

  @Test func questionsAreReadAsTheyWere() throws {
    let bench = try Self.bench()
    let heads = try bench.sweep(.z, over: .layer, .head, on: Self.pairs(bench)[0])
    let experiment = try Experiment(
      "questions", bench, Self.pairs(bench), direction: .noise, metrics: [.prob, .logitDiff],
      cache: CacheSpec(hooks: ["blocks.*.hook_resid_post"], runs: [.clean])
    ) {
      heads
      try SweepSpec.sweep(.hook("blocks.?.attn.hook_z"), over: .site(.site), named: "hooks", method: .both)
      try SweepSpec.sweep(
        .mlpPost[layer: 0], over: .neuron, named: "9.9-neurons", edit: .scale(0.5), with: [.zero(.z[layer: 0, head: 1])]
      )
      try SweepSpec.sweep(
        .residPre[layer: 1...2], over: .layer, named: "together",
        edit: .addSeveral([
          Edit.Addition(.difference, coefficients: [1]), Edit.Addition(.difference, coefficients: [-1, 2]),
        ]), additivity: ["blocks.4.hook_resid_post"])
      SweepSpec.paths(into: .logits)
      SweepSpec.paths(
        from: .groups([[.head(layer: 0, head: 6)], [.mlp(layer: 0), .embed]]), into: try Self.receiver("2.6.v"),
        try Self.receiver("mlp.3"), named: "groups", freeze: .headsAndMlps, together: false,
        positions: PathPositions(senders: .index(-1), receivers: .items([.range(2, 4), .index(-1)])))
      SweepSpec.edges(into: [.q, .v])
      ReadoutSpec.logitLens(runs: [.clean])
      ReadoutSpec.topTokens(3)
      ReadoutSpec.attention(of: Head(layer: 0, head: 6), Head(layer: 2, head: 1))
      ReadoutSpec.directLogitAttribution()
    }
    let read = try Experiment(yaml: experiment.text, file: "questions.yaml")
    #expect(read.sweeps.map(\.name) == experiment.sweeps.map(\.name))
    #expect(read.sweeps.map(\.kind) == experiment.sweeps.map(\.kind))
    #expect(read.sweeps.map(\.method) == experiment.sweeps.map(\.method))
    #expect(read.sweeps.map(\.additivity?.hooks) == experiment.sweeps.map(\.additivity?.hooks))
    #expect(read.questions.map(\.written) == experiment.questions.map(\.written))
    #expect(read.cache?.hooks == experiment.cache?.hooks && read.cache?.runs == [.clean])
    #expect(read.metrics == [.prob, .logitDiff] && read.direction == .noise && read.model == bench.reference)
    try Self.sameBits(experiment, read)
  }

  @Test func mazesAreReadAsTheyWere() throws {
    let bench = try Workbench("bundled:maze")
    let place = Place(file: "mazes.swift", line: 3)
    let width = bench.model.graph.node(hook: "embedder.block2.res1.resadd_out")?.layout.width ?? 0
    let mazes = MazeSpec(count: 4, seed: 2, sizes: [9, 11], corruption: .pathToCorner, place: place)
    let experiment = try Experiment("mazes", bench, .mazes(mazes), metrics: [.prob]) {
      try SweepSpec.sweep(.hook("embedder.block2.res1.resadd_out"), over: .channel, named: "channels")
      MazeSteeringSpec(
        name: "both", site: .hook("embedder.block2.res1.resadd_out"),
        terms: [
          .init(.cheese, [-1, 1]), .init(.stored((0..<width).map { Float($0 % 7) * 0.01 }), [0.5]),
        ], source: .mean, rollouts: 1, stepLimit: 20, additivity: [], place: place)
    }
    let read = try Experiment(yaml: experiment.text, file: "mazes.yaml")
    #expect(read.steering[0].terms == experiment.steering[0].terms && read.steering[0].source == .mean)
    #expect(read.questions.map(\.written) == experiment.questions.map(\.written))
    try Self.sameBits(experiment, read)
  }

  @Test func drawnPromptsAreReadAsTheyWere() throws {
    let place = Place(file: "drawn.swift", line: 3)
    let template = TemplateSpec(task: .ioi, count: 3, seed: 5, corruption: "random-name", isAligned: true, place: place)
    let experiment = try Experiment("drawn", Self.bench(), .template(template), prependBOS: .never) {
      ReadoutSpec.logitLens()
    }
    let read = try Experiment(yaml: experiment.text, file: "drawn.yaml")
    #expect(read.prependBOS == .never)
    try Self.sameBits(experiment, read)
  }

  /// What no file can express is refused, with the line that asks for it.
  @Test func whatFilesCannotSayIsRefused() throws {
    let bench = try Self.bench()
    func message(_ question: () throws -> SweepSpec) throws -> String {
      let error = try #require(
        #expect(throws: ExperimentError.self) { try Experiment("x", bench, Self.pairs(bench)) { try question() } })
      #expect(error.message.contains("ProgramRoundTripTests.swift:"), "\(error.message)")
      return error.message
    }
    var broken = Self.vector
    broken[7] = .nan
    #expect(
      try message {
        try .sweep(.residPre, over: .layer, edit: .add(.vectors([broken], layers: nil), coefficients: [1]))
      }.contains("sweeps[0].edit.add.values"))
    #expect(try message { try .sweep(.z, over: .layer, edit: .resample(seed: .max)) }.contains("seed"))
    #expect(try message { try .sweep(.z[layer: []], over: .layer) }.contains("layer"))
    #expect(
      try message { try .sweep(.z, over: .layer, edit: .add(.difference, coefficients: [])) }.contains("coefficient"))
    #expect(try message { try .sweep(.z, over: .layer, named: "a b") }.contains("'a b'"))
  }

  // MARK: Helpers

  private static func receiver(_ text: String) throws -> Receiver { try #require(Receiver(text)) }

  /// Runs both and compares every dataset of the results.
  private static func sameBits(_ one: Experiment, _ other: Experiment) throws {
    try withTemporaryFolder { folder in
      let files = try [one, other].enumerated().map {
        try StoreReader(try ExperimentRun($1).run(into: "\(folder)/\($0)").results, expecting: [.results])
      }
      let datasets = try files.map { try names($0, "/") }
      #expect(datasets[0] == datasets[1] && !datasets[0].isEmpty)
      for name in datasets[0] {
        let tensors = files.map { try? $0.tensor(at: name).values.map(\.bitPattern) }
        #expect(tensors[0] == tensors[1], "\(name)")
      }
    }
  }

  private static func names(_ store: StoreReader, _ group: String) throws -> [String] {
    let listing = try store.listing(of: group)
    let path = group == "/" ? "" : group
    return try listing.datasets.map { "\(path)/\($0)" } + listing.groups.flatMap { try names(store, "\(path)/\($0)") }
  }
}
