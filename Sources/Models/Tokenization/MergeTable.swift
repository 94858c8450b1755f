/// The result of merging two adjacent tokens, and its priority: lower ranks are merged earlier.
package struct Merge: Sendable, Equatable {
  package let rank: Int32
  package let result: Int32

  package init(rank: Int32, result: Int32) { (self.rank, self.result) = (rank, result) }
}

/// Merges by the pair of their tokens' ids, packed into one 64-bit key of an open-addressing hash table.
package struct MergeTable: MergeRules, Sendable {
  private static let free = UInt64.max
  private var keys: [UInt64]
  private var merges: [Merge]

  package init(capacity: Int) {
    var slotCount = 64
    while slotCount < capacity * 2 { slotCount *= 2 }
    keys = [UInt64](repeating: Self.free, count: slotCount)
    merges = [Merge](repeating: Merge(rank: 0, result: 0), count: slotCount)
  }

  /// Adds a merge. A pair that occurs twice has the later rank, as in the `tokenizers` library. The number of merges
  /// must not exceed the capacity.
  package mutating func insert(left: Int32, right: Int32, _ merge: Merge) {
    let slot = slot(of: key(left, right))
    keys[slot] = key(left, right)
    merges[slot] = merge
  }

  package subscript(left: Int32, right: Int32) -> Merge? {
    let key = key(left, right)
    let slot = slot(of: key)
    return keys[slot] == key ? merges[slot] : nil
  }

  /// Ids are never negative, so no pair equals the mark of a free slot.
  private func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    // Fibonacci hashing: the high bits of the product are the well-mixed ones.
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[slot] != key, keys[slot] != Self.free { slot = (slot + 1) & mask }
    return slot
  }
}
