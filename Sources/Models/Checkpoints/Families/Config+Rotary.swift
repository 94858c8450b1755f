import Foundation
import ModelGraph

extension Config {
  /// The rotary embedding that a Hugging Face config describes, in its older (`rope_theta`, `rope_scaling`) or newer (`rope_parameters`)
  /// spelling: types default, linear and llama3.
  /// - Parameters:
  ///   - dimensions: how many features of a head are rotated.
  ///   - dimensionsKey: the key that says so, for messages.
  /// - Throws: `CheckpointError.invalidConfigValue` for another type, an odd number of features, or a base or factor that is not above 0.
  func rotary(
    dimensions: Int, thetaKey: String = "rope_theta", dimensionsKey: String = "head_dim"
  ) throws -> RotarySpec {
    guard dimensions % 2 == 0 else { throw invalid(dimensionsKey, "an even number of rotated features") }
    let section = try section("rope_parameters") ?? section("rope_scaling")
    let outer = try positive(thetaKey, default: 10000)
    let theta = try section?.positive("rope_theta", default: outer) ?? outer
    let plain = RotarySpec(dimensions: dimensions, theta: theta)
    guard let section else { return plain }
    let older = try section.string("type", default: "default")
    switch try section.string("rope_type", default: older) {
    case "default": return plain
    case "linear":
      let factor = try section.positive("factor")
      return RotarySpec(dimensions: dimensions, inverseFrequencies: plain.inverseFrequencies.map { $0 / factor })
    case "llama3":
      let factor = try section.positive("factor")
      let (low, high) = (try section.positive("low_freq_factor"), try section.positive("high_freq_factor"))
      guard high > low else { throw section.invalid("high_freq_factor", "a number above low_freq_factor") }
      let original = Float(try section.size("original_max_position_embeddings"))
      return RotarySpec(
        dimensions: dimensions,
        inverseFrequencies: plain.inverseFrequencies.map {
          llama3(frequency: $0, factor: factor, low: low, high: high, original: original)
        })
    default: throw section.invalid(section.has("rope_type") ? "rope_type" : "type", "default, linear or llama3")
    }
  }

  private func positive(_ key: String, default fallback: Float? = nil) throws -> Float {
    let value = try number(key, default: fallback)
    guard value > 0 else { throw invalid(key, "a number above 0") }
    return value
  }
}

/// Llama 3.1's long-context rule: slow rotations are stretched by `factor`, fast ones kept, those between blended.
private func llama3(frequency: Float, factor: Float, low: Float, high: Float, original: Float) -> Float {
  let wavelength = 2 * Float.pi / frequency
  if wavelength < original / high { return frequency }
  if wavelength > original / low { return frequency / factor }
  let smooth = (original / wavelength - low) / (high - low)
  return (1 - smooth) * frequency / factor + smooth * frequency
}
