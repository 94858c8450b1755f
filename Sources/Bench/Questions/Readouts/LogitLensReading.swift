import ActivationStore
import LabelledArrays
import Patching

/// What each layer's stream would predict if the model ended there: each metric [run, layer, position, example]. The
/// last layer is the stream after the last block.
public struct LogitLensReading: Reading {
  public static let readoutKind = ReadoutKind(word: "logit_lens") { _ in LogitLensReading() }

  public init() {}

  public func columns(_ engine: PatchingEngine) throws -> [(name: String, axes: [LabelledAxis])] {
    let axes: [LabelledAxis] = [
      .range("layer", engine.model.graph.dimensions.layers + 1), .range("position", engine.prompts.longest),
    ]
    return engine.metrics.map { ($0.rawValue, axes) }
  }

  public func values(_ engine: PatchingEngine, _ side: RunSide, block: Range<Int>) throws -> [[Float]] {
    let found = try engine.logitLens(side, block: block)
    return engine.metrics.map { Array((found.values[$0] ?? []).joined().joined()) }
  }

  public var attributes: [String: Attribute] {
    [
      Schema.Readout.norm: .text("final, its scale recomputed"),
      Schema.Readout.kl: .text("KL(the model's own output at the position || the lens)"),
    ]
  }
}
