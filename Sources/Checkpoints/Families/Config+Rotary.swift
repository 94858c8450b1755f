import Foundation
import ModelGraph

extension Config {
  /// The rotary embedding that a Hugging Face config describes, in its older (`rope_theta`, `rope_scaling`) or newer (`rope_parameters`)
  /// spelling: types default, linear and llama3.
  /// - Parameter dimensions: how many features of a head are rotated.
  /// - Throws: `CheckpointError.invalidConfigValue` for another type or an odd number of features.
  func rotary(dimensions: Int, thetaKey: String = "rope_theta") throws -> RotarySpec {
    guard dimensions % 2 == 0 else { throw invalid("head_dim", "an even number of rotated features") }
    let section = try section("rope_parameters") ?? section("rope_scaling")
    let outer = try number(thetaKey, default: 10000)
    let theta = try section?.number("rope_theta", default: outer) ?? outer
    let plain = RotarySpec(dimensions: dimensions, theta: theta)
    guard let section else { return plain }
    let older = try section.string("type", default: "default")
    switch try section.string("rope_type", default: older) {
    case "default": return plain
    case "linear":
      let factor = try section.number("factor")
      return RotarySpec(dimensions: dimensions, inverseFrequencies: plain.inverseFrequencies.map { $0 / factor })
    case "llama3":
      let factor = try section.number("factor")
      let (low, high) = (try section.number("low_freq_factor"), try section.number("high_freq_factor"))
      let original = Float(try section.size("original_max_position_embeddings"))
      return RotarySpec(
        dimensions: dimensions,
        inverseFrequencies: plain.inverseFrequencies.map {
          llama3(frequency: $0, factor: factor, low: low, high: high, original: original)
        })
    default: throw section.invalid("rope_type", "default, linear or llama3")
    }
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
