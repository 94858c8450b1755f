import Foundation
import ModelGraph

extension Config {
  /// The rotary embedding that a Hugging Face config describes, read as in transformers 5: types default, linear,
  /// dynamic, llama3 and yarn.
  /// - Parameters:
  ///   - dimensions: how many features of a head are rotated. If the number is odd, the last one is rotated with the
  ///     feature after it.
  ///   - head: how many features a head has; `dimensions` if nil.
  ///   - thetaKey: the key of the base outside of the section of rotary keys.
  ///   - theta: the family's default base.
  ///   - dimensionsKey: the key that gives the number of rotated features, for messages.
  ///   - section: the section of rotary keys; the config's own (`rotarySection`) if nil.
  /// - Throws: `CheckpointError.invalidConfigValue` for another type, a pair of features beyond the head, a fraction of
  ///   a head that scaled positions would rotate differently, or a base or factor that is not above 0.
  func rotary(
    dimensions: Int, of head: Int? = nil, thetaKey: String = "rope_theta", theta usual: Float = 10000,
    dimensionsKey: String = "head_dim", section own: Config? = nil
  ) throws -> RotarySpec {
    let pairs = (dimensions + 1) / 2
    guard 2 * pairs <= head ?? dimensions else { throw invalid(dimensionsKey, "an even number of rotated features") }
    let section = try own ?? rotarySection()
    let outer = try positive(thetaKey, default: usual)
    let theta = try section?.positive("rope_theta", default: outer) ?? outer
    let plain = (0..<pairs).map { Float(1 / pow(Double(theta), Double(2 * $0) / Double(dimensions))) }
    func spec(_ frequencies: [Float], amplitude: Float = 1) -> RotarySpec {
      RotarySpec(dimensions: 2 * pairs, inverseFrequencies: frequencies, amplitude: amplitude)
    }
    guard let section, let type = try section.rotaryType(), type != "default" else { return spec(plain) }
    let holder = section.has("partial_rotary_factor") ? section : self
    if holder.has("partial_rotary_factor") {
      let share = try holder.double("partial_rotary_factor")
      guard Int(Double(head ?? dimensions) * share) == dimensions else {
        throw holder.invalid("partial_rotary_factor", "1, as '\(type)' positions of this family rotate whole heads")
      }
    }
    let trained = has("max_position_embeddings") ? try size("max_position_embeddings", most: Int(Int32.max)) : nil
    switch type {
    case "linear":
      let factor = try section.positive("factor")
      return spec(plain.map { $0 / factor })
    case "dynamic":
      // Only prompts longer than `max_position_embeddings` are rotated differently, and they are refused.
      _ = try section.positive("factor")
      return spec(plain)
    case "llama3": return spec(try section.llama3(plain, trained: trained))
    case "yarn":
      let yarn = try YarnScaling(section, theta: theta, dimensions: dimensions, trained: trained)
      return spec(yarn.scaled(plain), amplitude: yarn.amplitude)
    default:
      throw section.invalid(
        section.has("rope_type") ? "rope_type" : "type", "default, linear, dynamic, llama3 or yarn")
    }
  }

  /// The section of rotary keys: `rope_scaling` if it has any keys, as in transformers 5, otherwise `rope_parameters`;
  /// nil if neither has.
  /// - Throws: `CheckpointError.invalidConfigValue` for one with sections of its own for kinds of layers, which only
  ///   Gemma 3 supports.
  func rotarySection() throws -> Config? {
    for key in ["rope_scaling", "rope_parameters"] {
      guard let section = try section(key), !section.keys.isEmpty else { continue }
      if let kind = section.keys.first(where: { $0.hasSuffix("_attention") }) {
        throw section.invalid(kind, "one set of keys for all layers, which this family rotates alike")
      }
      return section
    }
    return nil
  }

  /// `rope_type` or, in older configs, `type`.
  func rotaryType() throws -> String? {
    if has("rope_type") { return try string("rope_type") }
    return has("type") ? try string("type") : nil
  }

  func positive(_ key: String, default fallback: Float? = nil) throws -> Float {
    let value = try number(key, default: fallback)
    guard value > 0 else { throw invalid(key, "a number above 0") }
    return value
  }
}
