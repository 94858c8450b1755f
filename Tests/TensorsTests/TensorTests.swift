import Tensors
import Testing

/// A tensor is a value, whoever owns its memory.
@Suite struct TensorTests {
  /// Memory that counts as someone else's: a tensor that borrows it must not write it.
  private final class Owner {
    let numbers: UnsafeMutablePointer<Float>
    let onEnd: () -> Void

    init(_ values: [Float], onEnd: @escaping () -> Void) {
      numbers = .allocate(capacity: values.count)
      numbers.initialize(from: values, count: values.count)
      self.onEnd = onEnd
    }

    deinit {
      numbers.deallocate()
      onEnd()
    }
  }

  @Test func aSharedTensorIsCopiedWhenItIsWritten() {
    let first = Tensor(shape: [2, 2], [1, 2, 3, 4])
    var second = first
    var third = first.reshaped([4])
    let view = first.matrix
    second.withMutableValues { $0[0] = 10 }
    third.add(Tensor(shape: [4], repeating: 1))
    #expect(first.values == [1, 2, 3, 4])
    #expect(second.values == [10, 2, 3, 4])
    #expect(third.values == [2, 3, 4, 5])
    #expect(view.tensor == first)
  }

  @Test func aTensorThatNobodyElseHoldsIsWrittenInPlace() {
    var tensor = Tensor(shape: [3], [1, 2, 3])
    let before = tensor.withValues { $0.baseAddress }
    tensor.withMutableValues { $0[1] = 5 }
    #expect(tensor.withValues { $0.baseAddress } == before)
    #expect(tensor.values == [1, 5, 3])
  }

  @Test func aMatrixKeepsItsNumbersWhenTheTensorItCameFromIsWritten() {
    var tensor = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
    let columns = tensor.matrix.columns(1..<3)
    tensor.withMutableValues { $0.update(repeating: 0) }
    #expect(columns.tensor.values == [2, 3, 5, 6])
    #expect(tensor.values == [0, 0, 0, 0, 0, 0])
  }

  @Test func borrowedMemoryIsNeverWrittenAndLivesAsLongAsItsTensors() {
    var ended = 0
    var owner: Owner? = Owner([1, 2, 3, 4]) { ended += 1 }
    guard let held = owner else { return }
    let numbers = held.numbers
    var storage: Storage? = Storage(borrowing: UnsafePointer(numbers), count: 4, owner: held)
    guard let borrowed = storage else { return }
    var tensor = Tensor(shape: [2, 2], borrowing: borrowed)
    #expect(tensor.withValues { $0.baseAddress } == UnsafePointer(numbers))
    tensor.withMutableValues { $0[0] = 9 }
    #expect(numbers[0] == 1)
    #expect(tensor.values == [9, 2, 3, 4])
    storage = nil
    owner = nil
    _ = (storage, owner)
    withExtendedLifetime(held) {}
    #expect(ended == 0)
  }

  @Test func theOwnerOfBorrowedMemoryIsLetGoWithTheLastView() {
    var ended = 0
    func view() -> Matrix {
      let owner = Owner([1, 2, 3, 4]) { ended += 1 }
      let storage = Storage(borrowing: UnsafePointer(owner.numbers), count: 4, owner: owner)
      return Matrix(storage: storage, offset: 1, rows: 1, columns: 3, rowStride: 3)
    }
    do {
      let matrix = view()
      #expect(ended == 0)
      #expect(matrix.tensor.values == [2, 3, 4])
    }
    #expect(ended == 1)
  }

  @Test func numbersAreFoundByFlatAndByNestedIndex() {
    let tensor = Tensor(shape: [2, 3, 2], (0..<12).map(Float.init))
    var flat = 0
    for i in 0..<2 {
      for j in 0..<3 {
        for k in 0..<2 {
          #expect(tensor[[i, j, k]] == Float(flat) && tensor[flat] == Float(flat))
          flat += 1
        }
      }
    }
    #expect(Tensor(shape: [], [7])[[Int]()] == 7)
  }

  @Test func equalityIsOfShapeAndNumbers() {
    let tensor = Tensor(shape: [2], [1, 2])
    #expect(tensor == Tensor(shape: [2], [1, 2]))
    #expect(tensor != Tensor(shape: [2, 1], [1, 2]))
    #expect(tensor != Tensor(shape: [2], [1, 3]))
    #expect(Tensor(shape: [1], [.nan]) != Tensor(shape: [1], [.nan]))
    #expect(Tensor(shape: [0, 3]) == Tensor(shape: [0, 3], repeating: 5))
  }

  @Test func everyViewOfASmallMatrixHoldsItsNumbers() {
    let whole = Tensor(shape: [4, 4], (0..<16).map(Float.init)).matrix
    for top in 0...4 {
      for bottom in top...4 {
        for left in 0...4 {
          for right in left...4 {
            let expected = (top..<bottom).flatMap { row in (left..<right).map { Float(row * 4 + $0) } }
            let view = whole.rows(top..<bottom).columns(left..<right)
            #expect(view.tensor.values == expected && view.tensor.shape == [bottom - top, right - left])
            #expect(whole.columns(left..<right).rows(top..<bottom).tensor == view.tensor)
            for row in 0..<bottom - top {
              let start = row * (right - left)
              #expect(view.withRow(row) { Array($0) } == Array(expected[start..<start + right - left]))
            }
          }
        }
      }
    }
  }
}
