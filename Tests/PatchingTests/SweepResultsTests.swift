import Interventions
import LabelledArrays
import Patching
import TestSupport
import Testing

/// Results in memory, with their labels.
@Suite struct SweepResultsTests {
  private static func engine() throws -> PatchingEngine {
    try PatchingEngine(
      model: randomModel(SmallSpec.all[0].spec), prompts: RandomPrompts.pairs(lengths: [3, 5, 4], vocabulary: 11),
      direction: .denoise, metrics: [.logitDiff, .kl], threads: 1)
  }

  @Test func metricsHaveTheLabelsOfThePlan() throws {
    let engine = try Self.engine()
    let vector = [Float](repeating: 0.5, count: 8)
    let edit = Edit.add(.vectors([vector], layers: nil), coefficients: [0.1, 2])
    let plan = try engine.plan(
      Sweep(
        name: "s", site: Site(.residPre, [.layer: .index(1), .position: .items([.index(-1), .index(0)])]),
        over: [.position, .coefficient], edit: edit))
    let results = try engine.results(plan)
    let array = try #require(results.array(.kl))
    #expect(array.name == "kl" && array.axes.map(\.name) == ["position", "coefficient", "example"])
    #expect(array.axis("position")?.labels == .integers([-1, 0]))
    #expect(array.axis("coefficient")?.labels == .numbers([0.1, 2]))
    #expect(array.axis("example")?.labels == .range(3))
    #expect(array[position: 0, coefficient: 0.1, example: 2] == results[.kl][(1 * 2 + 0) * 3 + 2])
    #expect(results.array(.rank) == nil && results[.rank].isEmpty)
  }

  @Test func pathsHaveTheirEnds() throws {
    let engine = try Self.engine()
    for together in [true, false] {
      let sweep = try PathSweep(
        name: "p", senders: [[.head(layer: 0, head: 0)], [.embed]], receivers: [.head(layer: 1, head: 0, .q)],
        together: together)
      let array = try #require(try engine.results(engine.plan(sweep)).array(.logitDiff))
      #expect(array.axes.map(\.name) == (together ? ["sender", "example"] : ["sender", "receiver", "example"]))
      #expect(array.axis("sender")?.labels == .texts(["0.0", "embed"]))
      if !together { #expect(array.axis("receiver")?.labels == .texts(["1.0.q"])) }
    }
  }
}
