import CKernels
import Foundation
import Tensors

extension GGUFFile {
  /// A tensor's numbers as float32, last axis fastest: the mapped memory itself for F32 (a copy if the file's alignment
  /// puts it off a 4-byte boundary), converted memory for every other type, with the same bits as gguf-py's
  /// `dequantize`. Converted at each call, on all processors; keep what it returns.
  /// - Throws: `missingWeight`; `unreadType`; `nonFiniteWeight` for a NaN or an infinity.
  public func storage(named name: String) throws(CheckpointError) -> Storage {
    guard let tensor = tensor(named: name) else {
      throw .missingWeight(tensor: name, place: path, available: tensors.map(\.name))
    }
    guard let widen = tensor.type.widening else { throw .unreadType(tensor: name, file: path, found: tensor.type) }
    let count = tensor.shape.reduce(1, *)
    return try mapping.withBytes { (file) throws(CheckpointError) -> Storage in
      let bytes = UnsafeRawBufferPointer(rebasing: file[tensor.bytes])
      if tensor.type == .f32, let start = bytes.baseAddress,
        Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0
      {
        let floats = UnsafeBufferPointer(start: start.bindMemory(to: Float.self, capacity: count), count: count)
        if let place = firstNonFinite(floats) { throw nonFinite(tensor, at: place, floats[place]) }
        return Storage(borrowing: start.bindMemory(to: Float.self, capacity: count), count: count, owner: mapping)
      }
      var bad: Int?
      let storage = OwnedFloats.storage(count: count) { floats in
        bad = fill(floats, from: bytes, of: tensor.type, by: widen)
      }
      if let bad { throw nonFinite(tensor, at: bad, storage.base[bad]) }
      return storage
    }
  }

  /// The same for a tensor with a required shape.
  /// - Throws: also `wrongShape`.
  func storage(named name: String, expected shape: [Int]) throws(CheckpointError) -> Storage {
    if let found = tensor(named: name), found.shape != shape {
      throw .wrongShape(tensor: name, file: path, expected: shape, found: found.shape)
    }
    return try storage(named: name)
  }

  /// Converts piece by piece on all processors; each piece is checked while it is in the cache.
  /// - Returns: the index of the first number that is not finite.
  private func fill(
    _ floats: UnsafeMutableBufferPointer<Float>, from bytes: UnsafeRawBufferPointer, of type: GGUFType,
    by widen: @escaping GGUFType.Widening
  ) -> Int? {
    let pieces = (floats.count + piece - 1) / piece
    let found = UnsafeMutableBufferPointer<Int>.allocate(capacity: pieces)
    found.initialize(repeating: -1)
    defer { found.deallocate() }
    nonisolated(unsafe) let (floats, bytes, slots) = (floats, bytes, found)
    DispatchQueue.concurrentPerform(iterations: pieces) { index in
      let range = index * piece..<min(floats.count, (index + 1) * piece)
      let blocks = range.lowerBound / type.blockSize..<range.upperBound / type.blockSize
      let source = bytes[blocks.lowerBound * type.blockBytes..<blocks.upperBound * type.blockBytes]
      let target = UnsafeMutableBufferPointer(rebasing: floats[range])
      widen(target, UnsafeRawBufferPointer(rebasing: source))
      if let place = firstNonFinite(UnsafeBufferPointer(target)) { slots[index] = range.lowerBound + place }
    }
    return found.first { $0 >= 0 }
  }

  private func nonFinite(_ tensor: GGUFTensor, at place: Int, _ value: Float) -> CheckpointError {
    var flat = place
    var index: [Int] = []
    for size in tensor.shape.reversed() {
      index.append(flat % size)
      flat /= size
    }
    return .nonFiniteWeight(
      NonFiniteWeight(
        file: path, tensor: tensor.name, index: index.reversed(),
        value: value.isNaN ? .nan : value > 0 ? .infinity : .negativeInfinity))
  }
}

/// Numbers that one processor converts at a time: a multiple of every block's size, and a quarter of a megabyte.
private let piece = 1 << 16

/// The index of the first number that is not finite.
private func firstNonFinite(_ floats: UnsafeBufferPointer<Float>) -> Int? {
  guard let offset = firstWithFullExponent(in: UnsafeRawBufferPointer(floats), exponent: 0x7F80_0000 as UInt32)
  else { return nil }
  return offset / MemoryLayout<Float>.stride
}

extension GGUFType {
  typealias Widening = @Sendable (_ out: UnsafeMutableBufferPointer<Float>, _ blocks: UnsafeRawBufferPointer) -> Void

  /// Converts whole blocks to numbers; nil for unsupported types.
  fileprivate var widening: Widening? {
    switch self {
    case .f32: { copyBytes($1, to: $0) }
    case .f16: { widenFloat16($1, to: $0) }
    case .bf16: { widenBFloat16($1, to: $0) }
    case .q80: kernel(pb_dequantize_q8_0)
    case .q40: kernel(pb_dequantize_q4_0)
    case .q41: kernel(pb_dequantize_q4_1)
    case .q50: kernel(pb_dequantize_q5_0)
    case .q51: kernel(pb_dequantize_q5_1)
    case .q2K: kernel(pb_dequantize_q2_k)
    case .q3K: kernel(pb_dequantize_q3_k)
    case .q4K: kernel(pb_dequantize_q4_k)
    case .q5K: kernel(pb_dequantize_q5_k)
    case .q6K: kernel(pb_dequantize_q6_k)
    default: nil
    }
  }

  private func kernel(
    _ dequantize: @escaping @Sendable (UnsafeMutablePointer<Float>?, UnsafePointer<UInt8>?, Int64) -> Void
  ) -> Widening {
    { out, blocks in
      precondition(blocks.count / blockBytes * blockSize == out.count, "whole blocks, one place for each number")
      dequantize(out.baseAddress, blocks.bindMemory(to: UInt8.self).baseAddress, Int64(blocks.count / blockBytes))
    }
  }
}
