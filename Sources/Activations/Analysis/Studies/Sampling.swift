import Diagnostics

/// At most `limit` of `count` items, seeded; all if there are no more.
func sample(_ count: Int, _ limit: Int, seed: UInt64) -> Set<Int> {
  var generator = SplitMix64(seed: seed ^ 0x5A3B)
  return count > limit ? Set(Array(0..<count).shuffled(using: &generator).prefix(limit)) : Set(0..<count)
}
