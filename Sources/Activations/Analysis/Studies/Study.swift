import ActivationStore
import LabelledArrays
import Tensors

/// A question about cached activations: what to compute from the rows of each place, and how the places' outcomes
/// combine.
///
/// Rows arrive block by block, so the study decides what to keep; all studies of a file share one reading of it.
public protocol Study: Sendable {
  associatedtype Work: PlaceWork

  /// Its name in results.
  var name: String { get }
  var selection: Selection { get }
  /// What to do at a place.
  func work(at place: Selection.Place) throws -> Work
  /// The study's result.
  /// - Parameter outcomes: one for each place, in the selection's order.
  func result(_ outcomes: [Work.Outcome]) throws -> StudyResult
}

/// What a study computes from the rows of one place.
public protocol PlaceWork: Sendable {
  associatedtype Outcome: Sendable

  /// Whether the rows are useful only after all places have been read once.
  var waitsForOthers: Bool { get }
  /// Processes some rows.
  /// - Parameters:
  ///   - rows: [items, width].
  ///   - items: their items in the source's table, ascending over all calls of a pass.
  mutating func add(_ rows: Matrix, items: [Int]) throws
  /// Called when all rows have been seen.
  /// - Returns: whether they are needed once more.
  mutating func endPass() throws -> Bool
  func outcome() throws -> Outcome
}

extension PlaceWork {
  public var waitsForOthers: Bool { false }
}

/// What a study has found: arrays to store, and a table to show.
public struct StudyResult: Sendable {
  public let arrays: ArrayGroup
  /// What the table shows, in one line.
  public let title: String
  public let header: [String]
  public let rows: [[String]]
  /// Lines below the table.
  public var notes: [String] = []

  public init(arrays: ArrayGroup, title: String, header: [String], rows: [[String]]) {
    self.arrays = arrays
    self.title = title
    self.header = header
    self.rows = rows
  }
}

/// Keeps the rows of a place, for analyses that need all at once.
public struct RowCollector: Sendable {
  /// The items that are kept, ascending.
  public private(set) var items: [Int] = []
  private var blocks: [Tensor] = []
  private let wanted: Set<Int>?
  private let width: Int

  /// - Parameters:
  ///   - wanted: the only items to keep; nil for all.
  public init(width: Int, wanted: Set<Int>? = nil) {
    self.width = width
    self.wanted = wanted
  }

  /// - Throws: `AnalysisError.notFinite`.
  public mutating func add(_ rows: Matrix, items new: [Int]) throws(AnalysisError) {
    try rows.requireFinite()
    guard let wanted else {
      items += new
      blocks.append(rows.tensor)
      return
    }
    let kept = new.indices.filter { wanted.contains(new[$0]) }
    guard !kept.isEmpty else { return }
    items += kept.map { new[$0] }
    blocks.append(kept.count == new.count ? rows.tensor : rows.picking(kept))
  }

  /// All rows that were kept, [items, width]; the blocks are released.
  public mutating func take() -> Tensor {
    if blocks.count == 1 {
      defer { blocks = [] }
      return blocks[0]
    }
    let all = blocks
    blocks = []
    return Tensor(shape: [items.count, width]) { out in
      var offset = 0
      for block in all {
        block.withValues { values in
          guard let source = values.baseAddress else { return }
          (out.baseAddress! + offset).initialize(from: source, count: values.count)
          offset += values.count
        }
      }
    }
  }
}
