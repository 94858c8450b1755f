import ActivationStore
import LabelledArrays
import Patching

extension ExperimentRun {
  /// Reads one readout off the unedited runs, as the results file stores it.
  /// - Throws: `PatchingError`, `RunError`.
  func readout(_ spec: ReadoutSpec) throws -> ArrayGroup {
    let runs = LabelledAxis("run", .texts(spec.runs.map(\.rawValue)))
    switch spec.kind {
    case .directLogitAttribution: return try directLogitAttribution(spec, runs)
    case .logitLens: return try logitLens(spec, runs)
    case .attention(let heads): return try attention(spec, runs, heads)
    }
  }

  /// `logit_diff` [run, part, example] and `by_source` [run, layer, head, source, example].
  private func directLogitAttribution(_ spec: ReadoutSpec, _ runs: LabelledAxis) throws -> ArrayGroup {
    let sides = try spec.runs.map { try plainEngine.directLogitAttribution($0) }
    let d = loaded.model.graph.dimensions
    var group = group(
      spec, .directLogitAttribution,
      [
        runs, LabelledAxis("part", .texts(sides[0].parts)), .range("layer", d.layers), .range("head", d.heads),
        .range("source", prompts.set.longest),
      ].filter { $0.count > 0 },
      ["position": .text("-1"), "scale": .text("the final norm's, of the run itself")])
    let (values, bySource) = (
      sides.flatMap { $0.values.joined() }, sides.flatMap { $0.bySource.joined().joined().joined() }
    )
    if !values.isEmpty { group.add("logit_diff", along: ["run", "part", "example"], values) }
    if !bySource.isEmpty { group.add("by_source", along: ["run", "layer", "head", "source", "example"], bySource) }
    return group
  }

  /// Each metric [run, layer, position, example]; the last layer is the stream after the last block.
  private func logitLens(_ spec: ReadoutSpec, _ runs: LabelledAxis) throws -> ArrayGroup {
    let sides = try spec.runs.map { try plainEngine.logitLens($0) }
    var group = group(
      spec, .logitLens,
      [runs, .range("layer", loaded.model.graph.dimensions.layers + 1), .range("position", prompts.set.longest)],
      [
        "norm": .text("final, its scale recomputed"),
        "kl": .text("KL(the model's own output at the position || the lens)"),
      ])
    for metric in experiment.metrics {
      group.add(
        metric.rawValue, along: ["run", "layer", "position", "example"],
        sides.flatMap { ($0.values[metric] ?? []).joined().joined() })
    }
    return group
  }

  /// `pattern` [run, head, destination, source, example].
  private func attention(
    _ spec: ReadoutSpec, _ runs: LabelledAxis, _ heads: [ReadoutSpec.Head]
  ) throws -> ArrayGroup {
    let sides = try spec.runs.map { side in
      try plainEngine.attentionPatterns(of: heads.map { ($0.layer, $0.head) }, side)
    }
    let longest = prompts.set.longest
    var group = group(
      spec, .attention,
      [runs, LabelledAxis("head", .texts(sides[0].heads)), .range("destination", longest), .range("source", longest)])
    group.add(
      "pattern", along: ["run", "head", "destination", "source", "example"],
      sides.flatMap { $0.values.joined().joined().joined() })
    return group
  }

  /// The group `/readouts/NAME`, with `example` after the given axes.
  private func group(
    _ spec: ReadoutSpec, _ word: ReadoutSpec.Word, _ axes: [LabelledAxis], _ attributes: [String: Attribute] = [:]
  ) -> ArrayGroup {
    ArrayGroup(
      "/readouts/\(spec.name)", axes: axes + [.range("example", prompts.set.count)],
      attributes: attributes.merging(["read": .text(word.rawValue)]) { $1 })
  }

  /// Checks that a readout fits the model and the prompts.
  static func check(_ spec: ReadoutSpec, engine: PatchingEngine) throws {
    do {
      switch spec.kind {
      case .directLogitAttribution: try engine.checkDirectLogitAttribution()
      case .logitLens: break
      case .attention(let heads): try engine.checkHeads(heads.map { ($0.layer, $0.head) })
      }
    } catch {
      throw ExperimentError.wrapping(error, at: spec.place)
    }
  }
}

extension LabelledAxis {
  /// Entries numbered from 0.
  fileprivate static func range(_ name: String, _ count: Int) -> LabelledAxis { LabelledAxis(name, .range(count)) }
}
