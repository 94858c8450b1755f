/// A dense array of 32-bit floats, last axis fastest. A value: shared storage is copied before it is written.
public struct Tensor: Sendable {
  /// Sizes of the axes, outermost first; naming them is up to the owner of the tensor.
  public let shape: [Int]
  private var storage: Storage

  /// The number of elements: the product of the shape.
  public var count: Int { storage.count }

  /// A tensor whose numbers are written by `fill` before anything reads them.
  /// - Parameter fill: receives all `count` numbers, uninitialised, and must set every one.
  public init(shape: [Int], filledBy fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    let count = shape.reduce(1, *)
    precondition(shape.allSatisfy { $0 >= 0 }, "negative size in \(shape)")
    self.shape = shape
    storage = Storage(uninitialized: count)
    try fill(UnsafeMutableBufferPointer(start: storage.base, count: count))
  }

  /// A tensor with the same number everywhere.
  public init(shape: [Int], repeating value: Float = 0) {
    self.init(shape: shape) { $0.initialize(repeating: value) }
  }

  /// A tensor with the given numbers.
  /// - Precondition: there are as many values as the shape needs.
  public init(shape: [Int], _ values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
    self.init(shape: shape) { _ = $0.initialize(from: values) }
  }

  /// All numbers of read-only memory.
  /// - Precondition: the storage has the size of the shape.
  public init(shape: [Int], borrowing storage: Storage) {
    precondition(storage.count == shape.reduce(1, *), "\(storage.count) values for shape \(shape)")
    self.shape = shape
    self.storage = storage
  }

  /// The same numbers under another shape of the same size.
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, borrowing: storage) }

  /// The numbers as an array.
  public var values: [Float] { withValues { Array($0) } }

  /// Calls `body` with all numbers.
  public func withValues<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.base, count: storage.count))
  }

  /// Calls `body` with all numbers for changes in place; shared or read-only storage is copied first.
  public mutating func withMutableValues<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
    if !storage.isMutable || !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(uninitialized: storage.count)
      copy.base.initialize(from: storage.base, count: storage.count)
      storage = copy
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: storage.count))
  }

  /// The number at a flat index.
  public subscript(flat: Int) -> Float {
    precondition(flat >= 0 && flat < count, "index \(flat) of \(count)")
    return storage.base[flat]
  }

  /// The number at these indices, one for each axis.
  public subscript(indices: [Int]) -> Float {
    precondition(indices.count == shape.count, "\(indices.count) indices for shape \(shape)")
    var flat = 0
    for (index, size) in zip(indices, shape) {
      precondition(index >= 0 && index < size, "index \(indices) outside \(shape)")
      flat = flat * size + index
    }
    return storage.base[flat]
  }

  /// The whole tensor as a matrix, with the last axis as columns.
  public var matrix: Matrix {
    let columns = shape.last ?? 1
    return Matrix(
      storage: storage, offset: 0, rows: columns == 0 ? 0 : count / columns, columns: columns, rowStride: columns)
  }
}

extension Tensor: Equatable {
  /// Same shape and same numbers (NaN differs from itself).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.withValues { x in b.withValues { y in x.elementsEqual(y) } }
  }
}
