/// A read-only view of rows of numbers that need not be adjacent: a weight, or some columns of one.
public struct Matrix: Sendable {
  private let storage: Storage
  private let offset: Int
  public let rows: Int
  public let columns: Int
  /// Numbers from the start of one row to the start of the next.
  public let rowStride: Int

  /// - Precondition: the view lies within the storage.
  public init(storage: Storage, offset: Int, rows: Int, columns: Int, rowStride: Int) {
    precondition(offset >= 0 && rows >= 0 && columns >= 0 && rowStride >= columns, "a view runs forward")
    precondition(rows == 0 || offset + (rows - 1) * rowStride + columns <= storage.count, "a view lies in its storage")
    self.storage = storage
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
  }

  /// Some of the columns, without a copy.
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(
      storage: storage, offset: offset + range.lowerBound, rows: rows, columns: range.count, rowStride: rowStride)
  }

  /// Some of the rows, without a copy.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(
      storage: storage, offset: offset + range.lowerBound * rowStride, rows: range.count, columns: columns,
      rowStride: rowStride)
  }

  /// Calls `body` with the first number of the first row.
  public func withPointer<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafePointer(storage.base + offset))
  }

  /// Calls `body` with one row.
  public func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    return try withPointer { try body(UnsafeBufferPointer(start: $0 + row * rowStride, count: columns)) }
  }

  /// A copy of the numbers, [rows, columns].
  public var tensor: Tensor {
    Tensor(shape: [rows, columns]) { out in
      withPointer { source in
        for row in 0..<rows {
          (out.baseAddress! + row * columns).initialize(from: source + row * rowStride, count: columns)
        }
      }
    }
  }
}
