import Tensors

/// The work of studies that need the rows of all places together: it keeps them.
public struct KeptRows: PlaceWork {
  /// The rows of one place.
  public struct Outcome: Sendable {
    /// Ascending.
    let items: [Int]
    /// [items, width].
    let rows: Tensor
  }

  private var collector: RowCollector
  private var values: Tensor?

  /// - Parameter collector: which rows are kept.
  init(_ collector: RowCollector) { self.collector = collector }

  public mutating func add(_ rows: Matrix, items: [Int]) throws { try collector.add(rows, items: items) }

  public mutating func endPass() -> Bool {
    values = collector.take()
    return false
  }

  public func outcome() -> Outcome {
    guard let values else { preconditionFailure("the outcome is known only after the pass") }
    return Outcome(items: collector.items, rows: values)
  }
}
