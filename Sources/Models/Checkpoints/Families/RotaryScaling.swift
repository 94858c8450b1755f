import Foundation

extension Config {
  /// Llama 3.1's long-context rule: slow rotations are stretched by `factor`, fast ones are unchanged, and those
  /// between are blended.
  /// - Parameter trained: the context, for a section without `original_max_position_embeddings`.
  func llama3(_ frequencies: [Float], trained: Int?) throws -> [Float] {
    let factor = try positive("factor")
    let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
    guard high > low else { throw invalid("high_freq_factor", "a number above low_freq_factor") }
    let original = Float(try size("original_max_position_embeddings", default: trained, most: Int(Int32.max)))
    return frequencies.map { frequency in
      let wavelength = 2 * Float.pi / frequency
      if wavelength < original / high { return frequency }
      if wavelength > original / low { return frequency / factor }
      let smooth = (original / wavelength - low) / (high - low)
      return (1 - smooth) * frequency / factor + smooth * frequency
    }
  }
}

/// YaRN (Peng et al. 2023, arXiv:2309.00071), with the defaults and the rounding of transformers 5. Features that make
/// many turns within the trained context are unchanged, those that make few are stretched, and those between are
/// blended by index; queries and keys grow slightly.
struct YarnScaling {
  private let factor: Float
  /// Features up to index `low` are unchanged; those from `high` on are fully stretched.
  private let low, high: Float
  /// The factor of cosine and sine.
  let amplitude: Float

  /// - Parameters:
  ///   - section: the section of rotary keys.
  ///   - dimensions: the number of features of a head that are rotated.
  ///   - trained: the context, for a section without `original_max_position_embeddings`.
  init(_ section: Config, theta: Float, dimensions: Int, trained: Int?) throws {
    let original = Float(
      try section.size("original_max_position_embeddings", default: trained, most: Int(Int32.max)))
    factor = try section.positive("factor", default: trained.map { Float($0) / original })
    amplitude = try Self.amplitude(section, factor: factor)
    let places = (
      fast: try section.positive("beta_fast", default: 32), slow: try section.positive("beta_slow", default: 1)
    )
    let isRounded = try section.flag("truncate", default: true)
    /// The index of the feature that makes this many turns within the original context.
    func place(turns: Float) -> Float {
      Float(dimensions) * log(original / (turns * 2 * .pi)) / (2 * log(theta))
    }
    let (first, last) = (place(turns: places.fast), place(turns: places.slow))
    low = max(isRounded ? first.rounded(.down) : first, 0)
    let end = min(isRounded ? last.rounded(.up) : last, Float(dimensions - 1))
    high = end == low ? low + 0.001 : end
  }

  /// Scales the plain frequencies.
  func scaled(_ frequencies: [Float]) -> [Float] {
    frequencies.enumerated().map { place, frequency in
      let stretched = min(max((Float(place) - low) / (high - low), 0), 1)
      return frequency / factor * stretched + frequency * (1 - stretched)
    }
  }

  private static func amplitude(_ section: Config, factor: Float) throws -> Float {
    if section.has("attention_factor") { return try section.positive("attention_factor") }
    func growth(_ scale: Float) -> Float { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
    let (part, whole) = (try section.number("mscale", default: 0), try section.number("mscale_all_dim", default: 0))
    return part != 0 && whole != 0 ? growth(part) / growth(whole) : growth(1)
  }
}
