import ActivationStore
import LabelledArrays
import Patching

/// What each part of the model writes to the logit difference: `logit_diff` [run, part, example], and for heads by
/// source position, `by_source` [run, layer, head, source, example].
public struct DirectLogitAttributionReading: Reading {
  public static let readoutKind = ReadoutKind(word: "direct_logit_attribution") { _ in DirectLogitAttributionReading() }

  public init() {}

  public func check(_ engine: PatchingEngine) throws { try engine.checkDirectLogitAttribution() }

  public func columns(_ engine: PatchingEngine) throws -> [(name: String, axes: [LabelledAxis])] {
    let d = engine.model.graph.dimensions
    return [
      (Schema.Readout.logitDiff, [LabelledAxis("part", .texts(try engine.directLogitAttributionParts()))]),
      (
        Schema.Readout.bySource,
        [.range("layer", d.layers), .range("head", d.heads), .range("source", engine.prompts.longest)]
      ),
    ]
  }

  public func values(_ engine: PatchingEngine, _ side: RunSide, block: Range<Int>) throws -> [[Float]] {
    let found = try engine.directLogitAttribution(side, block: block)
    return [Array(found.values.joined()), Array(found.bySource.joined().joined().joined())]
  }

  public var attributes: [String: Attribute] {
    [
      Schema.Readout.position: .text("-1"), Schema.Readout.scale: .text("the final norm's, of the run itself"),
    ]
  }
}
