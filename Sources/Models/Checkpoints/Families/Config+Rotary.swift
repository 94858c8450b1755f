import Foundation
import ModelGraph

extension Config {
  /// The rotary embedding that a Hugging Face config describes, read as in transformers 5: types default, linear and
  /// llama3.
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
    func spec(_ frequencies: [Float]) -> RotarySpec {
      RotarySpec(dimensions: 2 * pairs, inverseFrequencies: frequencies)
    }
    guard let section, let type = try section.rotaryType(), type != "default" else { return spec(plain) }
    let holder = section.has("partial_rotary_factor") ? section : self
    if holder.has("partial_rotary_factor") {
      let share = try holder.number("partial_rotary_factor")
      guard Int(Float(head ?? dimensions) * share) == dimensions else {
        throw holder.invalid("partial_rotary_factor", "1, as '\(type)' positions of this family rotate whole heads")
      }
    }
    switch type {
    case "linear":
      let factor = try section.positive("factor")
      return spec(plain.map { $0 / factor })
    case "llama3":
      let factor = try section.positive("factor")
      let (low, high) = (try section.positive("low_freq_factor"), try section.positive("high_freq_factor"))
      guard high > low else { throw section.invalid("high_freq_factor", "a number above low_freq_factor") }
      let trained = has("max_position_embeddings") ? try size("max_position_embeddings", most: Int(Int32.max)) : nil
      let original = Float(
        try section.size("original_max_position_embeddings", default: trained, most: Int(Int32.max)))
      return spec(plain.map { llama3(frequency: $0, factor: factor, low: low, high: high, original: original) })
    default: throw section.invalid(section.has("rope_type") ? "rope_type" : "type", "default, linear or llama3")
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

/// Llama 3.1's long-context rule: slow rotations are stretched by `factor`, fast ones are unchanged, and those between
/// are blended.
private func llama3(frequency: Float, factor: Float, low: Float, high: Float, original: Float) -> Float {
  let wavelength = 2 * Float.pi / frequency
  if wavelength < original / high { return frequency }
  if wavelength > original / low { return frequency / factor }
  let smooth = (original / wavelength - low) / (high - low)
  return (1 - smooth) * frequency / factor + smooth * frequency
}
