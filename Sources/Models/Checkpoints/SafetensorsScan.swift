import Foundation

/// A weight that is not a number, or not a finite one.
public struct NonFiniteWeight: Sendable, Equatable {
  public enum Value: String, Sendable {
    case nan = "NaN"
    case infinity = "+infinity"
    case negativeInfinity = "-infinity"
  }

  public let file: String
  public let tensor: String
  /// One index for each axis of the tensor.
  public let index: [Int]
  public let value: Value

  public init(file: String, tensor: String, index: [Int], value: Value) {
    (self.file, self.tensor, self.index, self.value) = (file, tensor, index, value)
  }
}

extension SafetensorsFile {
  /// The first NaN or infinity in the order of the file, or nil. Scans the F64, F32, F16 and BF16 tensors on all
  /// processors, as fast as memory can be read.
  /// - Parameter names: which tensors to scan; all if nil.
  public func firstNonFinite(among names: Set<String>? = nil) -> NonFiniteWeight? {
    let judged = entries.filter { $0.dtype.isScanned && names?.contains($0.name) ?? true }
    let pieces = judged.flatMap { entry in
      stride(from: entry.bytes.lowerBound, to: entry.bytes.upperBound, by: scanPieceBytes).map {
        (entry: entry, bytes: $0..<min($0 + scanPieceBytes, entry.bytes.upperBound))
      }
    }
    return mapping.withBytes { file in
      // -1, or the offset in the file of the piece's first such number; each piece has its own slot.
      let found = UnsafeMutableBufferPointer<Int>.allocate(capacity: pieces.count)
      found.initialize(repeating: -1)
      defer { found.deallocate() }
      nonisolated(unsafe) let (file, slots) = (file, found)
      DispatchQueue.concurrentPerform(iterations: pieces.count) { place in
        let (entry, range) = pieces[place]
        let bytes = UnsafeRawBufferPointer(rebasing: file[range])
        if let offset = entry.dtype.offsetOfNonFinite(in: bytes) { slots[place] = range.lowerBound + offset }
      }
      guard let place = found.firstIndex(where: { $0 >= 0 }) else { return nil }
      return nonFinite(pieces[place].entry, offset: found[place], in: file)
    }
  }

  private func nonFinite(_ entry: SafetensorsEntry, offset: Int, in bytes: UnsafeRawBufferPointer) -> NonFiniteWeight {
    let width = entry.dtype.bitCount / 8
    var flat = (offset - entry.bytes.lowerBound) / width
    var index: [Int] = []
    for size in entry.shape.reversed() {
      index.append(flat % size)
      flat /= size
    }
    let number = bytes[offset..<offset + width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return NonFiniteWeight(
      file: path, tensor: entry.name, index: index.reversed(), value: entry.dtype.value(of: number))
  }
}

/// Small enough to spread a few large tensors over the processors, large enough for the cost of distributing pieces to
/// be negligible.
private let scanPieceBytes = 1 << 20

extension SafetensorsDtype {
  /// Whether the type is a floating-point one whose infinities and NaNs are those with all exponent bits set.
  fileprivate var isScanned: Bool { exponentMask != nil }

  /// The exponent's bits; nil for types that are not scanned.
  private var exponentMask: UInt64? {
    switch self {
    case .f64: 0x7FF0_0000_0000_0000
    case .f32: 0x7F80_0000
    case .f16: 0x7C00
    case .bf16: 0x7F80
    default: nil
    }
  }

  /// What a number with all exponent bits set is.
  fileprivate func value(of bits: UInt64) -> NonFiniteWeight.Value {
    let sign: UInt64 = 1 << UInt64(bitCount - 1)
    let fraction = bits & ~sign & ~(exponentMask ?? 0)
    if fraction != 0 { return .nan }
    return bits & sign == 0 ? .infinity : .negativeInfinity
  }

  /// The offset of the first number in `bytes` whose exponent bits are all set.
  fileprivate func offsetOfNonFinite(in bytes: UnsafeRawBufferPointer) -> Int? {
    switch self {
    case .f64: firstWithFullExponent(in: bytes, exponent: 0x7FF0_0000_0000_0000 as UInt64)
    case .f32: firstWithFullExponent(in: bytes, exponent: 0x7F80_0000 as UInt32)
    case .f16: firstWithFullExponent(in: bytes, exponent: 0x7C00 as UInt16)
    case .bf16: firstWithFullExponent(in: bytes, exponent: 0x7F80 as UInt16)
    default: nil
    }
  }
}

/// Adding the exponent's lowest bit to a number without its sign carries into the sign bit exactly when all exponent
/// bits are set; the results are collected with OR, so that the loop has no branch and becomes vector instructions.
@inline(__always)
func firstWithFullExponent<Bits: FixedWidthInteger & UnsignedInteger>(
  in bytes: UnsafeRawBufferPointer, exponent: Bits
) -> Int? {
  guard let base = bytes.baseAddress else { return nil }
  let width = MemoryLayout<Bits>.size
  let (magnitude, lowest) = (Bits.max >> 1, exponent & (~exponent &+ 1))
  var collected: Bits = 0
  for place in 0..<bytes.count / width {
    let bits = Bits(littleEndian: base.loadUnaligned(fromByteOffset: place * width, as: Bits.self))
    collected |= (bits & magnitude) &+ lowest
  }
  guard collected > magnitude else { return nil }
  for place in 0..<bytes.count / width {
    let bits = Bits(littleEndian: base.loadUnaligned(fromByteOffset: place * width, as: Bits.self))
    if bits & exponent == exponent { return place * width }
  }
  return nil
}
