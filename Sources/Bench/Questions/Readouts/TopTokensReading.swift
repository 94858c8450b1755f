import ActivationStore
import Diagnostics
import LabelledArrays
import ModelGraph
import Patching
import Workbenches

/// The most probable tokens according to each layer's stream: the logit lens by layer and position. `token`,
/// `probability` and, with a tokenizer, `text`, each [run, layer, position, place, example].
public struct TopTokensReading: Reading {
  public static let readoutKind = ReadoutKind(
    word: "top_tokens", keys: [.init("count", "how many tokens of each layer and position")]
  ) { keys in
    TopTokensReading(count: try keys["count"].map { try $0.integer(from: 1, to: 1000) } ?? 5)
  }

  /// How many tokens per layer and position.
  public let count: Int

  public init(count: Int = 5) { self.count = count }

  public var keys: KeyValuePairs<String, JSONValue> { ["count": .integer(count)] }

  public func check(_ engine: PatchingEngine) throws { try engine.checkTopTokens(count) }

  public func columns(_ engine: PatchingEngine) throws -> [(name: String, axes: [LabelledAxis])] {
    let axes: [LabelledAxis] = [
      .range("layer", engine.model.graph.dimensions.layers + 1), .range("position", engine.prompts.longest),
      .range("place", count),
    ]
    return [(Schema.Readout.token, axes), (Schema.Readout.probability, axes)]
  }

  public func values(_ engine: PatchingEngine, _ side: RunSide, block: Range<Int>) throws -> [[Float]] {
    let found = try engine.topTokens(count, side, block: block)
    // Ids are below 2^24, so float32 represents them exactly.
    return [
      found.tokens.joined().joined().joined().map(Float.init), Array(found.probabilities.joined().joined().joined()),
    ]
  }

  public func arrays(from found: [LabelledArray], _ prompts: ResolvedPrompts) -> [LabelledArray] {
    guard case .floats(let numbers) = found[0].values else { preconditionFailure("columns are of numbers") }
    let tokens = numbers.map { $0.isNaN ? -1 : Int32($0) }
    var arrays = [
      LabelledArray(Schema.Readout.token, axes: found[0].axes, values: .integers(tokens.map(Int.init))), found[1],
    ]
    // Beyond a prompt's length there is no token, and no text.
    if let texts = prompts.strings(tokens.map { max(0, $0) }) {
      arrays.append(
        LabelledArray(
          Schema.Readout.text, axes: found[0].axes, values: .texts(zip(tokens, texts).map { $0 < 0 ? "" : $1 })))
    }
    return arrays
  }

  public var attributes: [String: Attribute] {
    [Schema.Readout.norm: .text("final, its scale recomputed"), Schema.Readout.count: .integer(count)]
  }
}
