import ActivationStore
import LabelledArrays
import Tensors

/// A question to cached activations: what it makes of the rows of each place, and what the places come to together.
///
/// Rows are fed block by block, so that what is kept is up to the study; all studies of a file share one reading of it.
public protocol Study: Sendable {
  associatedtype Work: PlaceWork

  /// What results call it.
  var name: String { get }
  var selection: Selection { get }
  /// What is to be done at a place.
  func work(at place: Selection.Place) throws -> Work
  /// The study's result.
  /// - Parameter outcomes: one for each place, in the selection's order.
  func result(_ outcomes: [Work.Outcome]) throws -> StudyResult
}

/// What a study makes of the rows of one place.
public protocol PlaceWork: Sendable {
  associatedtype Outcome: Sendable

  /// Whether the rows are of use only when all places have been read once.
  var waitsForOthers: Bool { get }
  /// Takes some rows.
  /// - Parameters:
  ///   - rows: [items, width].
  ///   - items: of the source's table, ascending over all calls of a pass.
  mutating func add(_ rows: Matrix, items: [Int]) throws
  /// All rows have been seen.
  /// - Returns: whether they are wanted once more.
  mutating func endPass() throws -> Bool
  func outcome() throws -> Outcome
}

extension PlaceWork {
  public var waitsForOthers: Bool { false }
}

/// What a study has found: arrays to store, and a table to be shown.
public struct StudyResult: Sendable {
  public let arrays: ArrayGroup
  /// What the table is of, in a line.
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

/// Keeps the rows of a place, for what needs all at once.
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

  /// All rows that were kept, [items, width]; the blocks are given up.
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
