import Checkpoints
import Foundation
import TestSupport
import Testing

/// Every bit pattern of the two 16-bit formats, compared with their definitions computed with powers of two.
@Suite struct HalfPrecisionTests {
  @Test(arguments: [(SafetensorsDtype.f16, 5, 10), (.bf16, 8, 7)], [0, 1])
  func allBitPatternsWidenExactly(format: (dtype: SafetensorsDtype, exponentBits: Int, fractionBits: Int), shift: Int)
    throws
  {
    let patterns = (0...UInt16.max).map { $0 }
    let values = try withTemporaryFolder { folder in
      // With `shift` the numbers are at odd addresses.
      var header = #"{"w":{"dtype":"\#(format.dtype.rawValue)","shape":[256,256],"data_offsets":[0,131072]}}"#
      while header.utf8.count % 2 != shift { header += " " }
      try write(safetensors(header, data: littleEndian(patterns)), to: folder + "/x")
      return try SafetensorsFile(path: folder + "/x").storage(named: "w").values
    }
    #expect(values.count == patterns.count)
    var wrong = 0
    for (pattern, value) in zip(patterns, values) {
      let expected = defined(pattern, exponentBits: format.exponentBits, fractionBits: format.fractionBits)
      let isRight = expected.isNaN ? value.isNaN : value.bitPattern == expected.bitPattern
      let hasSign = value.sign == (pattern >> 15 == 0 ? .plus : .minus)
      if !isRight || !hasSign { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  /// IEEE 754's definition of a binary interchange format.
  private func defined(_ pattern: UInt16, exponentBits: Int, fractionBits: Int) -> Float {
    let sign: FloatingPointSign = pattern >> 15 == 0 ? .plus : .minus
    let fraction = Int(pattern) & (1 << fractionBits - 1)
    let exponent = Int(pattern) >> fractionBits & (1 << exponentBits - 1)
    let bias = 1 << (exponentBits - 1) - 1
    if exponent == 1 << exponentBits - 1 {
      if fraction != 0 { return .nan }
      return sign == .plus ? .infinity : -.infinity
    }
    let significand = Double(exponent == 0 ? fraction : fraction + 1 << fractionBits)
    let power = Double(sign: .plus, exponent: max(exponent, 1) - bias - fractionBits, significand: 1)
    return Float(sign: sign, exponent: 0, significand: Float(significand * power))
  }
}
