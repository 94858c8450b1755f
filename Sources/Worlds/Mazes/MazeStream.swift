import Diagnostics

/// Which of two disjoint families of random streams a maze is drawn from.
///
/// A seed (and an example's number) starts a generator by way of the stream's own constant, so what is drawn for evaluation is drawn independently of
/// everything that training draws, whatever the seeds. Independent is not the same as different: there are only 4 mazes of size 3, 192 of size 5 and
/// 100,352 of size 7 (spanning trees of 2x2, 3x3 and 4x4 grids, OEIS A007341), so small mazes recur in both; from size 9 on (557,568,000) they
/// practically never do.
public enum MazeStream: UInt64, Hashable, Sendable {
  /// The examples of `TrainingMazes`.
  case training = 0x7472_6169_6E69_6E67
  /// Everything that is looked at after training.
  case heldOut = 0x6865_6C64_206F_7574

  /// A generator that the stream, the seed and the number alone decide.
  package func generator(seed: UInt64, number: UInt64) -> SplitMix64 {
    // Each part passes through the generator's own mixing before the next is added: neighbouring numbers share no stretch of their streams.
    var state = rawValue
    for part in [seed, number] {
      var mixer = SplitMix64(seed: state ^ part)
      state = mixer.next() &+ 0x632B_E59B_D9B4_E019
    }
    return SplitMix64(seed: state)
  }
}

extension SplitMix64 {
  /// A number in 0..<count, by the high half of a product. The standard library's own choice may change with its version, and a seed must give
  /// the same maze for ever; the bias (count / 2^64) is beyond measuring.
  mutating func index(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }
}
