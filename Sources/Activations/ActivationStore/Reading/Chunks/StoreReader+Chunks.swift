import Foundation
import Tensors

extension StoreReader {
  /// A range of the first axis of a float dataset. It is read without HDF5 where the dataset's layout allows, so that
  /// threads need not wait for each other, and with HDF5 otherwise or if anything is odd. Both give the same bits.
  /// - Returns: [range, the other axes...]
  /// - Throws: `StoreError.missing`, `.wrongType`, `.wrongShape` (the range does not exist), `.tooLarge`, `.damaged`.
  public func tensor(at dataset: String, first range: Range<Int>) throws -> Tensor {
    try directTensor(at: dataset, first: range) ?? tensorByLibrary(at: dataset, first: range)
  }

  /// The same without HDF5; nil if that is impossible.
  /// - Throws: `StoreError.missing`, `.damaged` if the dataset cannot be opened.
  package func directTensor(at dataset: String, first range: Range<Int>) throws -> Tensor? {
    let table = try chunkTable(of: dataset)
    // The table reads through the descriptor that the reader keeps open.
    return withExtendedLifetime(self) { table?.read(range) }
  }

  /// Has the system fetch a range of the first axis from the disk, without waiting; does nothing where HDF5 has to
  /// read.
  /// - Throws: as `directTensor`.
  func prefetch(_ dataset: String, first range: Range<Int>) throws {
    let table = try chunkTable(of: dataset)
    withExtendedLifetime(self) { table?.prefetch(range) }
  }

  private func chunkTable(of dataset: String) throws -> ChunkTable? {
    if let known = chunkTables.table(of: dataset) { return known.table }
    let table = try withDataset(dataset) { try ChunkTable($0, in: bytes) }
    chunkTables.set(table, of: dataset)
    return table
  }
}

/// The tables of the datasets read so far.
///
/// A class because readers are shared; `@unchecked Sendable`: the lock guards everything in it.
final class ChunkTables: @unchecked Sendable {
  /// `table` is nil for a dataset that has none.
  struct Known {
    let table: ChunkTable?
  }

  private let lock = NSLock()
  private var known: [String: Known] = [:]

  func table(of dataset: String) -> Known? { lock.withLock { known[dataset] } }

  func set(_ table: ChunkTable?, of dataset: String) { lock.withLock { known[dataset] = Known(table: table) } }
}
