import ActivationStore
import Tensors

/// How far classes lie apart at every place.
public struct SeparationStudy: Study {
  /// The largest number of examples to compute silhouettes for.
  public static let silhouetteLimit = 5000

  public let name: String
  public let selection: Selection
  private let wanted: [Set<Int>]?

  /// - Parameters:
  ///   - silhouette: whether to compute silhouettes.
  ///   - seed: decides which examples to use if there are too many.
  /// - Throws: `SelectionError`, `StudyError`.
  public init(_ name: String, _ selection: Selection, silhouette: Bool = true, seed: UInt64 = 0) throws {
    guard selection.labelName != nil else { throw SelectionError.noLabels(kind: "separation") }
    guard selection.classNames.count > 1 else {
      throw StudyError(
        study: name, place: "labels '\(selection.labelName ?? "")'",
        reason: AnalysisError.oneClass(selection.classNames.first ?? "").message)
    }
    self.name = name
    self.selection = selection
    wanted = silhouette ? selection.sources.map { sample($0.count, Self.silhouetteLimit, seed: seed) } : nil
  }

  public func work(at place: Selection.Place) -> Work {
    Work(
      width: selection.widths[place.hook], classes: selection.classNames.count,
      labels: selection.sources[place.source].table.items.map { $0.label ?? 0 }, wanted: wanted?[place.source])
  }

  /// The separation at one place.
  public struct Work: PlaceWork {
    private var moments: MomentAccumulator?
    private var rows: RowCollector?
    private let labels: [Int]
    private var found: Outcome?

    init(width: Int, classes: Int, labels: [Int], wanted: Set<Int>?) {
      moments = MomentAccumulator(width: width, classes: classes)
      rows = wanted.map { RowCollector(width: width, wanted: $0) }
      self.labels = labels
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws {
      try moments?.add(rows, classes: items.map { labels[$0] })
      try self.rows?.add(rows, items: items)
    }

    public mutating func endPass() throws -> Bool {
      guard let moments else { return false }
      self.moments = nil
      let separation: ClassSeparation
      do {
        separation = try ClassSeparation(moments.moments())
      } catch AnalysisError.noVariance {
        rows = nil
        found = Outcome(separation: nil, silhouette: nil)
        return false
      }
      let silhouette = try rows.map { rows in
        var rows = rows
        let items = rows.items
        return try Silhouette.mean(DenseMatrix(rows.take().matrix), classes: items.map { labels[$0] })
      }
      rows = nil
      found = Outcome(separation: separation, silhouette: silhouette)
      return false
    }

    public func outcome() -> Outcome {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  /// What was found at one place.
  public struct Outcome: Sendable {
    /// nil if all activations are the same.
    let separation: ClassSeparation?
    let silhouette: Double?
  }

  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "separation", of: selection)
    arrays.add(Schema.Analysis.betweenOverWithin, outcomes.map { $0.separation?.betweenOverWithin ?? .nan })
    arrays.add(Schema.Analysis.explained, outcomes.map { $0.separation?.explained ?? .nan })
    if wanted != nil { arrays.add(Schema.Analysis.silhouette, outcomes.map { $0.silhouette ?? .nan }) }
    return selection.table(
      "\(name): how far the classes of '\(selection.labelName ?? "")' lie apart; \(selection.examplesNote)",
      ["between/within", "explained"] + (wanted == nil ? [] : ["silhouette"]),
      outcomes.map { outcome in
        [shown(outcome.separation?.betweenOverWithin ?? .nan), shown(outcome.separation?.explained ?? .nan)]
          + (wanted == nil ? [] : [shown(outcome.silhouette ?? .nan)])
      }, arrays: arrays.arrays)
  }
}
