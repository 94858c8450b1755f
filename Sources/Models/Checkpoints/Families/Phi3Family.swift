import Foundation
import ModelGraph

/// Phi-3 and Phi-4 (mini): LLaMA with queries, keys and values in one matrix, and gate and up in another. Part of each
/// head may be rotated, and all layers may have a window.
public enum Phi3Family: ModelFamily {
  public static let modelTypes = ["phi3"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    var spec = try LlamaFamily.decoder(config, family: "phi3", .init(epsilon: 1e-5, context: 4096))
    try addRotation(to: &spec, config)
    if config.has("sliding_window") {
      let window = try config.size("sliding_window", most: Int(Int32.max))
      spec.windows = [Int?](repeating: window, count: spec.layers)
    }
    return spec
  }

  public static func source(of weight: String, spec: TransformerSpec, stored: Set<String>) -> WeightSource {
    let name = LlamaFamily.storedName(weight, spec: spec, stored: stored)
    guard weight.hasPrefix("blocks.") else { return .whole(name) }
    let (queries, keys) = (spec.heads * spec.dHead, spec.keyValueHeads * spec.dHead)
    func fused(_ part: String, _ whole: String, _ rows: Range<Int>, of total: Int) -> WeightSource {
      .rows(name.replacing("\(part)_proj", with: "\(whole)_proj"), rows, total: total)
    }
    switch BlockWeight(weight).part {
    case "attn.q": return fused("q", "qkv", 0..<queries, of: queries + 2 * keys)
    case "attn.k": return fused("k", "qkv", queries..<queries + keys, of: queries + 2 * keys)
    case "attn.v": return fused("v", "qkv", queries + keys..<queries + 2 * keys, of: queries + 2 * keys)
    case "mlp.gate": return fused("gate", "gate_up", 0..<spec.dMlp, of: 2 * spec.dMlp)
    case "mlp.in": return fused("up", "gate_up", spec.dMlp..<2 * spec.dMlp, of: 2 * spec.dMlp)
    default: return .whole(name)
    }
  }

  /// The rotation of the first part of each head.
  private static func addRotation(to spec: inout TransformerSpec, _ config: Config) throws {
    let section = try config.rotarySection()
    let holder = section?.has("partial_rotary_factor") == true ? section ?? config : config
    let share = try holder.double("partial_rotary_factor", default: 1)
    let dimensions = Int(Double(spec.dHead) * share)
    guard share > 0, share <= 1, dimensions > 0 else {
      throw holder.invalid("partial_rotary_factor", "a fraction of a head's \(spec.dHead) features, up to 1")
    }
    let isLong = try section.map(isLong) ?? false
    let plain = try config.rotary(
      dimensions: dimensions, of: spec.dHead, dimensionsKey: "partial_rotary_factor",
      section: isLong ? section?.without(["rope_type", "type"]) : section)
    spec.positions = .rotary(plain)
    guard let section, isLong else { return }
    let original = try config.size("original_max_position_embeddings", default: 4096, most: Int(Int32.max))
    spec.positions = .rotary(
      try longRotation(section, plain, stretch: Float(spec.context ?? original) / Float(original), original))
    spec.context = min(spec.context ?? original, original)
  }

  private static func isLong(_ section: Config) throws -> Bool {
    switch try section.rotaryType() {
    case nil, "default": return false
    // transformers takes `yarn` for `longrope` in this family, and refuses the older `su`.
    case "longrope", "yarn": return true
    default:
      throw section.invalid(section.has("rope_type") ? "rope_type" : "type", "default or longrope")
    }
  }

  /// LongRoPE (Ding et al. 2024, arXiv:2402.13753) for prompts within the context that the model was first trained for.
  /// In a longer prompt all tokens are rotated by other factors; such prompts are refused.
  private static func longRotation(
    _ section: Config, _ plain: RotarySpec, stretch: Float, _ original: Int
  ) throws -> RotarySpec {
    guard let factors = try section.numbers("short_factor"), factors.count == plain.inverseFrequencies.count,
      factors.allSatisfy({ $0 > 0 })
    else { throw section.invalid("short_factor", "\(plain.inverseFrequencies.count) numbers above 0") }
    let factor = try section.positive("factor", default: stretch)
    let grown = factor <= 1 ? 1 : (1 + log(factor) / log(Float(original))).squareRoot()
    return RotarySpec(
      dimensions: plain.dimensions, inverseFrequencies: zip(plain.inverseFrequencies, factors).map { $0 / $1 },
      amplitude: try section.positive("attention_factor", default: grown))
  }
}
