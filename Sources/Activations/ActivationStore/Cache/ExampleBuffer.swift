import ModelGraph

/// Room for one example of the largest activation, padded with NaN to the longest prompt; reused for each example.
///
/// A class because it owns memory; used by one writer only, under that writer's lock.
final class ExampleBuffer {
  private var floats: UnsafeMutableBufferPointer<Float>
  private var halves: UnsafeMutableBufferPointer<UInt16>

  /// - Parameter count: the numbers in the largest padded example.
  init(count: Int, halves needsHalves: Bool) {
    floats = .allocate(capacity: max(count, 1))
    floats.initialize(repeating: .nan)
    halves = .allocate(capacity: needsHalves ? max(count, 1) : 1)
    halves.initialize(repeating: Half.nan)
  }

  deinit {
    floats.deallocate()
    halves.deallocate()
  }

  /// One example's values, padded; the values themselves if they need no padding. Valid until the next call.
  /// - Parameter values: in the layout's order for `positions` tokens.
  /// - Precondition: `values` has as many numbers as that layout needs; `positions` is at most `longest`.
  func padded(
    _ values: UnsafeBufferPointer<Float>, _ layout: Layout, positions: Int, longest: Int
  ) -> UnsafeBufferPointer<Float> {
    if positions == longest { return values }
    guard let source = values.baseAddress, let target = floats.baseAddress else { return UnsafeBufferPointer(floats) }
    switch layout {
    case .perExample:
      return values
    case .perPosition:
      target.update(from: source, count: values.count)
      let rest = (longest - positions) * layout.width
      (target + values.count).update(repeating: .nan, count: rest)
      return UnsafeBufferPointer(start: target, count: values.count + rest)
    case .perPair(let heads):
      var (from, to) = (source, target)
      for _ in 0..<heads {
        for _ in 0..<positions {
          to.update(from: from, count: positions)
          (to + positions).update(repeating: .nan, count: longest - positions)
          from += positions
          to += longest
        }
        to.update(repeating: .nan, count: (longest - positions) * longest)
        to += (longest - positions) * longest
      }
      return UnsafeBufferPointer(start: target, count: heads * longest * longest)
    }
  }

  /// The values as binary16. Valid until the next call.
  /// - Returns: the first finite value that became infinite, if any, as well.
  func halved(_ values: UnsafeBufferPointer<Float>) -> (UnsafeBufferPointer<UInt16>, tooLarge: Float?) {
    var overflows = false
    for index in values.indices {
      let half = Half.bits(values[index])
      halves[index] = half
      overflows = overflows || (half & 0x7FFF == 0x7C00 && values[index].isFinite)
    }
    let tooLarge = overflows ? values.first { $0.isFinite && Half.bits($0) & 0x7FFF == 0x7C00 } : nil
    return (UnsafeBufferPointer(rebasing: halves[..<values.count]), tooLarge)
  }
}
