import Tensors

/// The means of two classes at every place and a direction from one to the other, by which trajectories are measured.
struct CentroidStudy: Study {
  let name: String
  let selection: Selection
  private let method: ReaderChoice
  private let penalty: Double
  private let shrinkage: Double
  private let wanted: [Set<Int>]

  init(
    _ name: String, _ selection: Selection, method: ReaderChoice, penalty: Double, shrinkage: Double, limit: Int,
    seed: UInt64
  ) throws {
    guard selection.labelName != nil else { throw SelectionError.noLabels(kind: "trajectory") }
    self.name = name
    self.selection = selection
    self.method = method
    self.penalty = penalty
    self.shrinkage = shrinkage
    wanted = selection.sources.map { sample($0.count, limit, seed: seed) }
    let classes = selection.classNames
    if classes.count != 2 {
      let error: AnalysisError =
        classes.count < 2
        ? .oneClass(classes.first ?? "") : .notTwoClasses(method: "a trajectory", found: classes.count)
      throw StudyError(study: name, place: "labels '\(selection.labelName ?? "")' of 'train'", reason: error.message)
    }
  }

  func work(at place: Selection.Place) -> Work {
    Work(
      study: self, labels: selection.sources[place.source].table.items.map { $0.label ?? 0 },
      rows: RowCollector(width: selection.widths[place.hook], wanted: wanted[place.source]))
  }

  struct Work: PlaceWork {
    let study: CentroidStudy
    let labels: [Int]
    var rows: RowCollector
    private var found: Centroids?

    init(study: CentroidStudy, labels: [Int], rows: RowCollector) {
      self.study = study
      self.labels = labels
      self.rows = rows
    }

    mutating func add(_ rows: Matrix, items: [Int]) throws { try self.rows.add(rows, items: items) }

    mutating func endPass() throws -> Bool {
      let (items, values) = (rows.items, rows.take())
      let examples = try Examples(
        rows: values.matrix, classes: items.map { labels[$0] }, names: study.selection.classNames)
      // If all activations are the same, there is no direction from one class to the other.
      let direction =
        examples.rows.varies
        ? try Reader(
          study.method.method(penalty: study.penalty, shrinkage: study.shrinkage, seed: 0), training: examples
        ).direction.unit : [Double](repeating: 0, count: examples.width)
      let means = try examples.moments(covariance: .none).classMeans
      found = Centroids(
        direction: direction, means: (0..<2).map(means.row),
        counts: (0..<2).map { label in
          examples.classes.count { $0 == label }
        })
      return false
    }

    func outcome() -> Centroids {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  func result(_ outcomes: [Centroids]) throws -> StudyResult {
    selection.table(
      name, [], outcomes.map { _ in [] }, arrays: PlaceArrays(name, kind: "centroids", of: selection).arrays)
  }
}

/// The means of two classes and a direction of length 1 between them.
struct Centroids: Sendable {
  let direction: [Double]
  /// [class][width].
  let means: [[Double]]
  let counts: [Int]

  /// The coordinate of a class's mean along the direction.
  func coordinate(ofClass label: Int) -> Double { Vectors.dot(direction, means[label]) }
}
