/// IEEE 754 binary16 by hand: Swift's own `Float16` is not available on every platform, and HDF5's conversion is many
/// times slower.
package enum Half {
  /// Not a number, written beyond a prompt's length.
  package static let nan: UInt16 = 0x7E00

  /// The nearest binary16, ties to even; finite values from 65520 on become infinite.
  package static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude >= 0x4780_0000 {  // 65536, infinity, NaN
      return sign | (magnitude > 0x7F80_0000 ? nan : 0x7C00)
    }
    if magnitude < 0x3880_0000 {  // 2^-14: below, steps are 2^-24 whatever the exponent
      return sign | UInt16((Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven))
    }
    let rebiased = magnitude - (112 << 23)
    return sign | UInt16(truncatingIfNeeded: (rebiased + 0xFFF + ((rebiased >> 13) & 1)) >> 13)
  }

  /// The value of a binary16, exactly.
  package static func value(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let (exponent, fraction) = (UInt32(bits >> 10) & 0x1F, UInt32(bits & 0x3FF))
    switch exponent {
    case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | (fraction << 13))
    default: return Float(bitPattern: sign | ((exponent + 112) << 23) | (fraction << 13))
    }
  }
}
