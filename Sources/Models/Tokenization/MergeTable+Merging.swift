extension MergeRules {
  /// Merges `ids[start...]` in place, searching all pairs for the lowest rank each time: quadratic, and the oracle for
  /// `mergeByHeap`.
  package func mergeByScanning(_ ids: inout [Int32], from start: Int) {
    while true {
      var best: (merge: Merge, index: Int)?
      var index = start
      while index + 1 < ids.count {
        if let merge = self[ids[index], ids[index + 1]], best.map({ merge.rank < $0.merge.rank }) ?? true {
          best = (merge, index)
        }
        index += 1
      }
      guard let best else { return }
      ids[best.index] = best.merge.result
      ids.remove(at: best.index + 1)
    }
  }

  /// Merges `ids[start...]` in place in n log n steps: the symbols are a linked list, and a heap contains the possible
  /// merges by rank and position. A pair that has changed since it was added to the heap is recognised when it is
  /// removed.
  package func mergeByHeap(_ ids: inout [Int32], from start: Int) {
    let count = ids.count - start
    var symbols = Array(ids[start...])
    var next = Array(1...max(count, 1))
    var previous = Array(-1..<max(count - 1, 0))
    var heap = MinimumHeap()
    for left in 0..<max(count - 1, 0) {
      if let merge = self[symbols[left], symbols[left + 1]] { heap.push(rank: merge.rank, position: left) }
    }
    while let (rank, left) = heap.pop() {
      // A symbol that was merged away is -1, and so is not in any pair.
      let right = next[left]
      guard symbols[left] >= 0, right < count, let merge = self[symbols[left], symbols[right]], merge.rank == rank
      else { continue }
      symbols[left] = merge.result
      symbols[right] = -1
      next[left] = next[right]
      if next[left] < count {
        previous[next[left]] = left
        if let merge = self[merge.result, symbols[next[left]]] { heap.push(rank: merge.rank, position: left) }
      }
      if previous[left] >= 0, let merge = self[symbols[previous[left]], merge.result] {
        heap.push(rank: merge.rank, position: previous[left])
      }
    }
    ids.removeSubrange(start...)
    ids.append(contentsOf: symbols.lazy.filter { $0 >= 0 })
  }
}

/// A binary heap of (rank, position), lowest rank first and leftmost first among equal ranks, both packed into one
/// integer.
private struct MinimumHeap {
  private var items: [UInt64] = []

  mutating func push(rank: Int32, position: Int) {
    items.append(UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(UInt32(truncatingIfNeeded: position)))
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (rank: Int32, position: Int)? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    if !items.isEmpty {
      items[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] {
          least = child
        }
        if least == parent { break }
        items.swapAt(parent, least)
        parent = least
      }
    }
    return (Int32(truncatingIfNeeded: first >> 32), Int(first & 0xFFFF_FFFF))
  }
}
