import Tensors
import Testing

@Suite struct NormTests {
  private static let widths = [1, 2, 3, 4, 16, 17, 33, 65]

  @Test(arguments: [false, true])
  func scaleAndNormalised(centred: Bool) {
    var numbers = Numbers(seed: 1)
    for rows in 1...4 {
      for width in Self.widths {
        for range: ClosedRange<Float> in [-2...2, -2e3...2e3, -2e-3...2e-3, 99...101] {
          for epsilon: Float in [1e-5, 1e-12, 0.5] {
            let x = numbers.tensor([rows, width], in: range)
            let scale = x.normScale(epsilon: epsilon, centred: centred)
            let plainScale = ReferenceKernels.normScale(x, epsilon: epsilon, centred: centred)
            #expect(scale.shape == [rows, 1])
            // The rounding of a mean is that of the numbers themselves, however small the remainder is.
            let bound = 4 * Double(width.bitWidth - width.leadingZeroBitCount) * 0x1p-24
            let magnitude = Double(max(abs(range.lowerBound), abs(range.upperBound)))
            for (fast, plain) in zip(scale.values, plainScale) {
              #expect(abs(Double(fast) - plain) <= bound * (plain + magnitude), "\(rows)x\(width) in \(range)")
            }
            let normalized = x.normalized(by: scale, centred: centred)
            let plain = ReferenceKernels.normalized(x, by: scale, centred: centred)
            let units = scale.values.flatMap { [Double](repeating: magnitude / Double($0), count: width) }
            #expect(largestError(normalized.values, plain, scale: units) < bound, "\(rows)x\(width) in \(range)")
          }
        }
      }
    }
  }

  @Test func largeAndSmallNumbers() {
    for magnitude: Float in [1e-18, 1e-9, 1e9, 1e18] {
      let x = Tensor(shape: [1, 3], [magnitude, -2 * magnitude, 3 * magnitude])
      for centred in [false, true] {
        let scale = x.normScale(epsilon: 0, centred: centred)
        let plain = ReferenceKernels.normScale(x, epsilon: 0, centred: centred)
        #expect(largestError(scale.values, plain, scale: plain) < 4e-7, "\(magnitude)")
      }
    }
  }

  @Test func equalNumbersCentredAreZero() {
    let x = Tensor(shape: [2, 4], repeating: 3)
    let scale = x.normScale(epsilon: 0.25, centred: true)
    #expect(scale.values == [0.5, 0.5])
    #expect(x.normalized(by: scale, centred: true).values == [Float](repeating: 0, count: 8))
  }

  @Test func aNumberThatIsNoneReachesItsRowOnly() {
    for width in Self.widths {
      for place in 0..<width {
        var x = Tensor(shape: [3, width], repeating: 0.5)
        x.withMutableValues { $0[width + place] = .nan }
        for centred in [false, true] {
          let scale = x.normScale(epsilon: 1e-5, centred: centred)
          #expect(scale.values.map(\.isNaN) == [false, true, false])
          let rows = x.normalized(by: scale, centred: centred).values
          for i in rows.indices { #expect(rows[i].isNaN == (i / width == 1)) }
        }
      }
    }
  }

  @Test func affine() {
    var numbers = Numbers(seed: 2)
    for rows in 0...4 {
      for width in Self.widths {
        let x = numbers.tensor([rows, width])
        let gain = numbers.view(1, width)
        for offset: Float in [0, 1] {
          for bias in [nil, numbers.view(1, width)] {
            let fast = x.affine(gain: gain, offset: offset, bias: bias)
            let plain = ReferenceKernels.affine(x, gain: gain, offset: offset, bias: bias)
            #expect(fast.shape == [rows, width])
            #expect(largestError(fast.values, plain) < 2e-6)
          }
        }
      }
    }
  }
}
