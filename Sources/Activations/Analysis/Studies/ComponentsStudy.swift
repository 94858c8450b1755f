import ActivationStore
import Tensors

/// Principal components of every place, in one pass; a second pass projects the examples.
public struct ComponentsStudy: Study {
  public let name: String
  public let selection: Selection
  private let count: Int
  private let projects: Bool
  private let width: Int

  /// - Parameters:
  ///   - count: the number of components; fewer if activations are narrower.
  ///   - projects: whether to project every example.
  /// - Throws: `SelectionError`.
  public init(_ name: String, _ selection: Selection, count: Int = 10, projects: Bool = true) throws {
    self.name = name
    self.selection = selection
    width = try selection.commonWidth()
    self.count = min(count, width)
    self.projects = projects
  }

  public func work(at place: Selection.Place) -> Work { Work(width: width, count: count, projects: projects) }

  /// The components of one place.
  public struct Work: PlaceWork {
    private var moments: MomentAccumulator?
    private let count: Int
    private let projects: Bool
    private var components: PrincipalComponents?
    private var meanLength = 0.0
    private var items: [Int] = []
    private var projections: [Double] = []

    init(width: Int, count: Int, projects: Bool) {
      moments = MomentAccumulator(width: width)
      self.count = count
      self.projects = projects
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws {
      if let components {
        self.items += items
        projections += components.projections(of: rows).values
      } else {
        try moments?.add(rows)
      }
    }

    public mutating func endPass() throws -> Bool {
      guard let moments else { return false }
      self.moments = nil
      do {
        components = try PrincipalComponents(moments.moments(), count: count)
      } catch AnalysisError.noVariance {
        return false
      }
      return projects
    }

    public func outcome() -> Outcome {
      Outcome(components: components, items: items, projections: projections)
    }
  }

  /// What was found at one place.
  public struct Outcome: Sendable {
    /// nil if all activations are the same.
    let components: PrincipalComponents?
    let items: [Int]
    /// [items, components].
    let projections: [Double]
  }

  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "components", of: selection)
    arrays.addAxis("component", .range(count))
    arrays.addAxis("feature", .range(width))
    func rows(_ size: Int, _ value: (PrincipalComponents) -> [Double]) -> [[Double]] {
      outcomes.map { $0.components.map(value) ?? [Double](repeating: .nan, count: size) }
    }
    arrays.add(Schema.Analysis.explained, ["component"], rows(count, \.explained))
    arrays.add(Schema.Analysis.variance, ["component"], rows(count, \.variances))
    arrays.add(Schema.Analysis.totalVariance, rows(1) { [$0.totalVariance] }.map { $0[0] })
    arrays.add(Schema.Analysis.participationRatio, rows(1) { [$0.participationRatio] }.map { $0[0] })
    arrays.add(Schema.Analysis.axis, ["component", "feature"], rows(count * width, \.axes.values))
    arrays.add(Schema.Analysis.mean, ["feature"], rows(width, \.mean))
    if projects {
      arrays.addItems()
      arrays.add(
        Schema.Analysis.projection, ["component", "item"],
        outcomes.map { outcome in
          (0..<count).flatMap { component in
            arrays.spread(
              outcome.items.indices.map { outcome.projections[$0 * count + component] }, over: outcome.items)
          }
        })
    }
    let shownComponents = min(count, 4)
    return selection.table(
      "\(name): principal components (share of the variance), and how many directions share it; \(selection.examplesNote)",
      (0..<shownComponents).map { "PC\($0)" } + (count > 4 ? ["first \(count)"] : []) + ["participation ratio"],
      outcomes.map { outcome in
        guard let components = outcome.components else {
          return [String](repeating: "-", count: shownComponents + (count > 4 ? 2 : 1))
        }
        let shares = components.explained
        return shares.prefix(shownComponents).map { shown($0) } + (count > 4 ? [shown(shares.reduce(0, +))] : [])
          + [shown(components.participationRatio, 1)]
      }, arrays: arrays.arrays)
  }
}
