import ActivationStore
import ModelGraph
import Patching

extension ExperimentRun {
  /// Reads one readout off the unedited runs, as the results file stores it.
  /// - Throws: `PatchingError`, `RunError`.
  func readout(_ spec: ReadoutSpec) throws -> Readout {
    let runs = LabelledAxis("run", .texts(spec.runs.map(\.rawValue)))
    switch spec.kind {
    case .directLogitAttribution: return try directLogitAttribution(spec, runs)
    case .logitLens: return try logitLens(spec, runs)
    case .attention(let heads): return try attention(spec, runs, heads)
    }
  }

  /// `logit_diff` [run, part, example] and `by_source` [run, layer, head, source, example].
  private func directLogitAttribution(_ spec: ReadoutSpec, _ runs: LabelledAxis) throws -> Readout {
    let sides = try spec.runs.map { try plainEngine.directLogitAttribution($0) }
    let d = loaded.model.graph.dimensions
    return Readout(
      name: spec.name,
      axes: [
        runs, LabelledAxis("part", .texts(sides[0].parts)), .range("layer", d.layers), .range("head", d.heads),
        .range("source", prompts.set.longest),
      ].filter { $0.count > 0 },
      datasets: [
        .init("logit_diff", axes: ["run", "part", "example"], values: sides.flatMap { $0.values.joined() }),
        .init(
          "by_source", axes: ["run", "layer", "head", "source", "example"],
          values: sides.flatMap { $0.bySource.joined().joined().joined() }),
      ].filter { !$0.values.isEmpty },
      attributes: [
        "read": .text(ReadoutSpec.Word.directLogitAttribution.rawValue), "position": .text("-1"),
        "scale": .text("the final norm's, of the run itself"),
      ])
  }

  /// Each metric [run, layer, position, example]; the last layer is the stream after the last block.
  private func logitLens(_ spec: ReadoutSpec, _ runs: LabelledAxis) throws -> Readout {
    let sides = try spec.runs.map { try plainEngine.logitLens($0) }
    return Readout(
      name: spec.name,
      axes: [
        runs, .range("layer", loaded.model.graph.dimensions.layers + 1), .range("position", prompts.set.longest),
      ],
      datasets: experiment.metrics.map { metric in
        .init(
          metric.rawValue, axes: ["run", "layer", "position", "example"],
          values: sides.flatMap { ($0.values[metric] ?? []).joined().joined() })
      },
      attributes: [
        "read": .text(ReadoutSpec.Word.logitLens.rawValue), "norm": .text("final, its scale recomputed"),
        "kl": .text("KL(the model's own output at the position || the lens)"),
      ])
  }

  /// `pattern` [run, head, destination, source, example].
  private func attention(
    _ spec: ReadoutSpec, _ runs: LabelledAxis, _ heads: [Head]
  ) throws -> Readout {
    let sides = try spec.runs.map { side in
      try plainEngine.attentionPatterns(of: heads.map { ($0.layer, $0.head) }, side)
    }
    let longest = prompts.set.longest
    return Readout(
      name: spec.name,
      axes: [
        runs, LabelledAxis("head", .texts(sides[0].heads)), .range("destination", longest), .range("source", longest),
      ],
      datasets: [
        .init(
          "pattern", axes: ["run", "head", "destination", "source", "example"],
          values: sides.flatMap { $0.values.joined().joined().joined() })
      ],
      attributes: ["read": .text(ReadoutSpec.Word.attention.rawValue)])
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
