import Diagnostics

/// The two separate families of random streams from which mazes are drawn.
///
/// A generator is seeded with a seed (and an example's number) and the stream's own constant, so that evaluation draws
/// are independent of everything drawn in training, whatever the seeds. Independent does not mean different: there are
/// only 4 mazes of size 3, 192 of size 5 and 100,352 of size 7 (spanning trees of 2x2, 3x3 and 4x4 grids, OEIS
/// A007341), so small mazes occur in both; from size 9 on (557,568,000) this practically never happens.
public enum MazeStream: UInt64, Hashable, Sendable {
  /// The examples of `TrainingMazes`.
  case training = 0x7472_6169_6E69_6E67
  /// Everything used after training.
  case heldOut = 0x6865_6C64_206F_7574

  /// A generator that depends only on the stream, the seed and the number.
  package func generator(seed: UInt64, number: UInt64) -> SplitMix64 {
    // Each part passes through the generator's own mixing before the next is added, so that neighbouring numbers share
    // no part of their streams.
    var state = rawValue
    for part in [seed, number] {
      var mixer = SplitMix64(seed: state ^ part)
      state = mixer.next() &+ 0x632B_E59B_D9B4_E019
    }
    return SplitMix64(seed: state)
  }
}

extension SplitMix64 {
  /// A number in 0..<count, from the high half of a product. The standard library's own method may change with its
  /// version, and a seed must always give the same maze; the bias (count / 2^64) is too small to measure.
  mutating func index(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }
}
