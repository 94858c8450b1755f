import Tensors
import Testing

/// Rows gathered, repeated and summed: copies are exact.
@Suite struct RowTests {
  @Test func gatheredAndRepeated() {
    var numbers = Numbers(seed: 1)
    for rows in 1...4 {
      for width in 0...4 {
        let x = numbers.tensor([rows, width])
        for indices in [[], [0], [rows - 1, 0], Array((0..<rows).reversed()), [0, 0, rows - 1, 0]] {
          let found = x.gatheringRows(indices)
          #expect(found.shape == [indices.count, width])
          #expect(largestError(found.values, ReferenceKernels.gatheringRows(x, indices)) == 0)
        }
        for copies in 0...3 {
          let found = x.repeatingRows(copies)
          #expect(found.shape == [rows, copies, width])
          #expect(largestError(found.values, ReferenceKernels.repeatingRows(x, copies)) == 0)
        }
        #expect(x.reshaped([rows, 1, width]).gatheringRows([0]).shape == [1, 1, width])
      }
    }
  }

  @Test func summedOverHeads() {
    var numbers = Numbers(seed: 2)
    for rows in 0...4 {
      for heads in [0, 1, 2, 3, 4, 17] {
        for width in [1, 2, 3, 4, 17, 33] {
          let x = numbers.tensor([rows, heads, width])
          for bias in [nil, numbers.view(1, width)] {
            let found = x.summedOverSecondAxis(bias: bias)
            #expect(found.shape == [rows, width])
            let plain = ReferenceKernels.summedOverSecondAxis(x, bias: bias)
            #expect(largestError(found.values, plain) < 1e-5, "\(rows)x\(heads)x\(width)")
          }
        }
      }
    }
  }
}
