import CKernels
import Tensors

extension ChunkTable {
  /// Some examples, read and checked without HDF5 and its lock.
  /// - Returns: [examples.count, the dataset's other axes...]; nil if one was never written, lies outside the file or
  ///   fails its checksum, so that HDF5 can say what is wrong.
  func read(_ examples: Range<Int>) -> Tensor? {
    guard !examples.isEmpty, examples.lowerBound >= 0, examples.upperBound <= shape[0],
      examples.count <= bytes.count / (width * elementBytes), let addresses = addresses(of: examples)
    else { return nil }
    var isSound = true
    let tensor = Tensor(shape: [examples.count] + shape.dropFirst()) { out in
      let (page, areSmall) = (Self.pageBytes, width * elementBytes + Self.checksumBytes <= Self.pieceBytes)
      isSound = withUnsafeTemporaryAllocation(byteCount: Self.pieceBytes + page, alignment: page) { room in
        areSmall ? readMany(addresses, into: out, room) : readLarge(addresses, into: out, room)
      }
      if !isSound { out.initialize(repeating: .nan) }
    }
    return isSound ? tensor : nil
  }

  /// Has the system fetch some examples from the disk, without waiting for them.
  func prefetch(_ examples: Range<Int>) {
    guard let addresses = addresses(of: examples) else { return }
    let stored = width * elementBytes + Self.checksumBytes
    var next = 0
    while next < addresses.count {
      let start = addresses[next]
      var end = next + 1
      while end < addresses.count, addresses[end] >= addresses[end - 1],
        addresses[end] - addresses[end - 1] <= stored + Self.pieceBytes
      { end += 1 }
      bytes.prefetch(start, count: addresses[end - 1] - start + stored)
      next = end
    }
  }

  /// Bytes read at once: few enough to stay in a core's nearest cache until they are checked and copied.
  private static let pieceBytes = 1 << 18
  /// Reads keep their alignment to this boundary in the file: the system then copies a few per cent faster.
  private static let pageBytes = 1 << 12
  /// Up to this many bytes between two chunks are read along, since that is faster than another call.
  private static let mostBetween = 1 << 12

  /// Reads chunks smaller than a piece, adjacent ones together.
  private func readMany(
    _ addresses: [Int], into out: UnsafeMutableBufferPointer<Float>, _ room: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let (width, size) = (width, width * elementBytes)
    let stored = size + Self.checksumBytes
    var next = 0
    while next < addresses.count {
      let start = addresses[next]
      var end = next + 1
      while end < addresses.count, addresses[end] >= addresses[end - 1],
        addresses[end] - addresses[end - 1] <= stored + Self.mostBetween,
        addresses[end] - start <= Self.pieceBytes - stored
      { end += 1 }
      let piece = part(of: room, at: start, count: addresses[end - 1] - start + stored)
      guard bytes.read(start, into: piece) else { return false }
      for index in next..<end {
        let chunk = piece.baseAddress! + (addresses[index] - start)
        var checksum = Fletcher32()
        copy(chunk, count: width, to: out.baseAddress! + index * width, &checksum)
        guard checksum.agrees(with: (chunk + size).loadUnaligned(as: UInt32.self)) else { return false }
      }
      next = end
    }
    return true
  }

  /// Reads each chunk piece by piece.
  private func readLarge(
    _ addresses: [Int], into out: UnsafeMutableBufferPointer<Float>, _ room: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let (width, numbers) = (width, Self.pieceBytes / elementBytes)
    for (index, address) in addresses.enumerated() {
      var checksum = Fletcher32()
      for first in stride(from: 0, to: width, by: numbers) {
        let count = min(numbers, width - first)
        let start = address + first * elementBytes
        let piece = part(of: room, at: start, count: count * elementBytes)
        guard bytes.read(start, into: piece) else { return false }
        copy(piece.baseAddress!, count: count, to: out.baseAddress! + index * width + first, &checksum)
      }
      let found = UnsafeMutableRawBufferPointer(rebasing: room[..<Self.checksumBytes])
      guard bytes.read(address + width * elementBytes, into: found),
        checksum.agrees(with: found.loadUnaligned(as: UInt32.self))
      else { return false }
    }
    return true
  }

  private func part(
    of room: UnsafeMutableRawBufferPointer, at address: Int, count: Int
  ) -> UnsafeMutableRawBufferPointer {
    let start = address % Self.pageBytes
    return UnsafeMutableRawBufferPointer(rebasing: room[start..<(start + count)])
  }

  private func copy(
    _ from: UnsafeRawPointer, count: Int, to out: UnsafeMutablePointer<Float>, _ checksum: inout Fletcher32
  ) {
    if isHalf {
      checksum.add(from, count: count * 2)
      pb_widen_halves(out, from.assumingMemoryBound(to: UInt8.self), Int64(count))
    } else {
      checksum.add(from, count: count * 4, copyingTo: out)
    }
  }
}
