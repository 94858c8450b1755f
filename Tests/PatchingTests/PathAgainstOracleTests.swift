import Checkpoints
import Execution
import Interventions
import ModelGraph
import Patching
import TestSupport
import Testing

/// Path patching spelt out with whole runs of the plain executor: every head is frozen by an edit that restores the
/// base run's output, the sender's change comes on top, and the receivers' resulting inputs are put into the base run.
private struct PlainPaths {
  let model: Model
  let prompts: PromptSet
  let direction: PatchingDirection

  func logitDifference(
    _ senders: [Sender], _ receivers: [Receiver], _ freeze: PathSweep.Freeze, from: Selector, to: Selector, row: Int
  ) throws -> Float {
    let graph = model.graph
    let (oracle, resolver) = (Oracle(model), SiteResolver(graph))
    let base = try prompts.base(direction).gathering(rows: [row])
    let other = try prompts.other(direction).gathering(rows: [row])
    let length = base.length(0)
    let nodes = graph.nodes.filter { $0.hook != nil && !$0.isOnRequest }.map(\.id)
    let (baseRun, otherRun) = (try oracle.run(base, keeping: nodes), try oracle.run(other, keeping: nodes))
    func edits(
      _ site: SiteName, _ layer: Int, _ indices: [SiteAxis: [Int]], _ source: Activations
    ) throws -> [PlacedEdit] {
      let node = try resolver.node(site, layer: layer)
      return resolver.place(node, row: 0, length: length, at: indices, action: .replace(from: source, row: 0))
    }
    var held: [PlacedEdit] = []
    for layer in 0..<graph.dimensions.layers {
      held += try edits(.z, layer, [:], baseRun)
      if freeze == .headsAndMlps, graph.dimensions.dMlp > 0 { held += try edits(.mlpOut, layer, [:], baseRun) }
    }
    let start = from.indices(count: length)
    for sender in senders {
      switch sender {
      case .head(let layer, let head): held += try edits(.z, layer, [.head: [head], .position: start], otherRun)
      case .mlp(let layer): held += try edits(.mlpOut, layer, [.position: start], otherRun)
      case .embed: held += try edits(.embed, 0, [.position: start], otherRun)
      }
    }
    if receivers == [.logits] { return difference(try oracle.lastLogits(base, edits: held).logits.values, row) }
    let became = try oracle.run(base, edits: held, keeping: nodes)
    let end = to.indices(count: length)
    let put = try receivers.flatMap { receiver -> [PlacedEdit] in
      switch receiver {
      case .head(let layer, let head, let input):
        let site: SiteName = input == .q ? .q : input == .k ? .k : .v
        return try edits(site, layer, [.head: [head], .position: end], became)
      case .mlp(let layer):
        let gated = graph.node(hook: SiteName.mlpPreLinear.hook(layer: layer)) != nil
        return try edits(.mlpPre, layer, [.position: end], became)
          + (gated ? try edits(.mlpPreLinear, layer, [.position: end], became) : [])
      case .logits: return []
      }
    }
    return difference(try oracle.lastLogits(base, edits: put).logits.values, row)
  }

  private func difference(_ logits: [Float], _ row: Int) -> Float {
    func mean(_ tokens: [Int32]) -> Float { tokens.reduce(0) { $0 + logits[Int($1)] } / Float(tokens.count) }
    return mean(prompts.pairs[row].answers) - mean(prompts.pairs[row].wrongs)
  }
}

@Suite struct PathAgainstOracleTests {
  @Test(arguments: SmallSpec.all.filter { $0.spec.layers > 0 }, PathSweep.Freeze.allCases)
  func everyKindOfEnd(small: SmallSpec, freeze: PathSweep.Freeze) throws {
    let (spec, model) = (small.spec, randomModel(small.spec))
    let last = spec.layers - 1
    let prompts = RandomPrompts.pairs(lengths: [4, 6, 5], vocabulary: spec.vocabulary)
    let mlps = spec.dMlp > 0
    var senders: [[Sender]] = (0..<spec.heads).map { [.head(layer: 0, head: $0)] } + [[.embed]]
    senders.append([.head(layer: 0, head: 0), .head(layer: last, head: spec.heads - 1)])
    if mlps { senders += [[.mlp(layer: 0)], [.mlp(layer: 0), .head(layer: 0, head: 0)]] }
    var receivers: [[Receiver]] = [
      [.logits], [.head(layer: last, head: 0, .q)], [.head(layer: last, head: spec.keyValueHeads - 1, .k)],
      [.head(layer: last, head: 0, .v)], [.head(layer: last, head: 0, .q), .head(layer: 0, head: 0, .v)],
    ]
    if mlps { receivers += [[.mlp(layer: last)], [.mlp(layer: 0), .head(layer: last, head: 0, .k)]] }
    for direction in PatchingDirection.allCases {
      let engine = try PatchingEngine(
        model: model, prompts: prompts, direction: direction, metrics: [.logitDiff], threads: 2)
      let plain = PlainPaths(model: model, prompts: prompts, direction: direction)
      for group in receivers {
        let positions: [(Selector, Selector)] =
          group == [.logits]
          ? [(.all, .all), (.index(1), .all)] : [(.all, .all), (.items([.range(1, 2)]), .index(-1))]
        for (from, to) in positions {
          let plan = try engine.plan(
            PathSweep(
              name: "p", senders: senders, receivers: group, freeze: freeze, senderPositions: from,
              receiverPositions: to))
          let values = try #require(try engine.results(plan).values[.logitDiff])
          for (place, sender) in senders.enumerated() {
            for row in 0..<prompts.count {
              let expected = try plain.logitDifference(sender, group, freeze, from: from, to: to, row: row)
              let own = values[place * prompts.count + row]
              #expect(abs(own - expected) < 1e-5 * max(1, abs(expected)), "\(sender) to \(group), prompt \(row)")
            }
          }
        }
      }
    }
  }
}
