// Numbers as stored in a file, converted to float32. All loops are integer arithmetic without branches, which the
// compiler turns into vector instructions for any processor; hardware half-precision conversion would need an
// instruction set that cannot be assumed.

/// Copies little-endian float32 numbers, which need not be aligned.
func copyBytes(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
  UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
}

/// float32 from bfloat16: its upper half. Exact, NaN payloads included.
func widenBFloat16(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
  widen(source, to: target) { UInt32(truncatingIfNeeded: $0) << 16 }
}

/// float32 from IEEE half precision. Exact, subnormals, infinities and NaN payloads included.
func widenFloat16(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
  widen(source, to: target) { half in
    let bits = UInt32(truncatingIfNeeded: half)
    let sign = (bits & 0x8000) << 16
    // Exponent and fraction at their places in float32; the exponent's bias is 15 there and 127 here.
    let magnitude = (bits & 0x7FFF) << 13
    let isSpecial: UInt32 = magnitude >= 0x7C00 << 13 ? 112 << 23 : 0
    let normal = magnitude &+ 112 << 23 &+ isSpecial
    // A subnormal half is fraction x 2^-24 = (1 + fraction/1024) x 2^-14 - 2^-14.
    let subnormal = (Float(bitPattern: magnitude | 113 << 23) - 0x1p-14).bitPattern
    return sign | (magnitude < 0x0400 << 13 ? subnormal : normal)
  }
}

@inline(__always)
private func widen(
  _ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>, _ bits: (UInt16) -> UInt32
) {
  precondition(source.count == target.count * MemoryLayout<UInt16>.stride, "one float for each half")
  guard let halves = source.baseAddress, let floats = target.baseAddress else { return }
  for index in 0..<target.count {
    let half = UInt16(littleEndian: halves.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    floats[index] = Float(bitPattern: bits(half))
  }
}
