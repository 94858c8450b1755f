import ModelGraph

/// Phi-3 and Phi-4 (mini): LLaMA with queries, keys and values in one matrix, and gate and up in another. Part of each
/// head may be rotated, and all layers may have a window.
public enum Phi3Family: ModelFamily {
  public static let modelTypes = ["phi3"]

  public static func spec(_ config: Config) throws -> TransformerSpec {
    var spec = try LlamaFamily.decoder(config, family: "phi3", .init(epsilon: 1e-5, context: 4096))
    spec.positions = .rotary(try rotation(config, dHead: spec.dHead))
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
  private static func rotation(_ config: Config, dHead: Int) throws -> RotarySpec {
    let section = try config.rotarySection()
    if let section, let type = try section.rotaryType(), type != "default" {
      throw section.invalid(
        section.has("rope_type") ? "rope_type" : "type", "default: Phi-3's long contexts are not supported")
    }
    let holder = section?.has("partial_rotary_factor") == true ? section ?? config : config
    let share = try holder.double("partial_rotary_factor", default: 1)
    guard share > 0, share <= 1, Int(Double(dHead) * share) > 0 else {
      throw holder.invalid("partial_rotary_factor", "a share of a head's \(dHead) features, up to 1")
    }
    return try config.rotary(
      dimensions: Int(Double(dHead) * share), of: dHead, dimensionsKey: "partial_rotary_factor", section: section)
  }
}
