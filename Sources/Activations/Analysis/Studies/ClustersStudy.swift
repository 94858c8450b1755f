import ActivationStore
import Tensors

/// Clusters of the examples of every place, and how far they agree with the classes.
public struct ClustersStudy: Study {
  /// A way of clustering.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    case kmeans, ward, average, complete

    var linkage: AgglomerativeClusters.Linkage? { AgglomerativeClusters.Linkage(rawValue: rawValue) }
  }

  /// The largest number of examples for agglomerative clustering, which keeps all their distances.
  public static let agglomerativeLimit = 5000

  public let name: String
  public let selection: Selection
  private let methods: [Method]
  private let count: Int
  private let restarts: Int
  private let seed: UInt64
  private let wanted: [Set<Int>]

  /// - Parameters:
  ///   - count: the number of clusters; nil for the number of classes, or 2 without classes.
  /// - Throws: `StudyError` for fewer examples than clusters.
  public init(
    _ name: String, _ selection: Selection, methods: [Method] = [.kmeans, .ward], count: Int? = nil, restarts: Int = 10,
    seed: UInt64 = 0, limit: Int = 50_000
  ) throws {
    self.name = name
    self.selection = selection
    self.methods = methods
    self.count = count ?? max(2, selection.classNames.count)
    self.restarts = restarts
    self.seed = seed
    let limit = methods == [.kmeans] ? limit : min(limit, Self.agglomerativeLimit)
    wanted = selection.sources.map { sample($0.count, limit, seed: seed) }
    if let small = selection.sources.first(where: { $0.count < self.count }) {
      throw StudyError(
        study: name, place: small.name,
        reason: AnalysisError.tooMany(what: "clusters", asked: self.count, limit: small.count).message)
    }
  }

  public func work(at place: Selection.Place) -> Work {
    Work(study: self, source: place.source, width: selection.widths[place.hook])
  }

  /// The clusters at one place.
  public struct Work: PlaceWork {
    private let study: ClustersStudy
    private let source: Int
    private var rows: RowCollector
    private var found: Outcome?

    init(study: ClustersStudy, source: Int, width: Int) {
      self.study = study
      self.source = source
      rows = RowCollector(width: width, wanted: study.wanted[source])
    }

    public mutating func add(_ rows: Matrix, items: [Int]) throws { try self.rows.add(rows, items: items) }

    public mutating func endPass() throws -> Bool {
      let (items, values) = (rows.items, DenseMatrix(rows.take().matrix))
      let labels = items.map { study.selection.sources[source].table.items[$0].label }
      var outcome = Outcome(items: items)
      for method in study.methods {
        let clusters: [Int]
        if let linkage = method.linkage {
          clusters = try AgglomerativeClusters(values, linkage: linkage).clusters(study.count)
        } else {
          let found = try KMeans(values, count: study.count, restarts: study.restarts, seed: study.seed, threads: 1)
          clusters = found.clusters
          outcome.inertia = found.inertia
        }
        outcome.clusters.append(clusters)
        let known = labels.compactMap(\.self)
        if known.count == labels.count { outcome.agreements.append(try ClusterAgreement(clusters, known)) }
      }
      found = outcome
      return false
    }

    public func outcome() -> Outcome {
      guard let found else { preconditionFailure("the outcome is known only after the pass") }
      return found
    }
  }

  /// What was found at one place.
  public struct Outcome: Sendable {
    let items: [Int]
    /// [method][items].
    var clusters: [[Int]] = []
    /// [method]; empty if there are no labels.
    var agreements: [ClusterAgreement] = []
    /// For k-means.
    var inertia = Double.nan

    init(items: [Int]) { self.items = items }
  }

  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    var arrays = PlaceArrays(name, kind: "clusters", of: selection)
    arrays.addItems()
    arrays.addAxis("method", .texts(methods.map(\.rawValue)))
    let most = selection.sources.map(\.count).max() ?? 0
    arrays.add(
      Schema.Analysis.cluster, ["method", "item"],
      integers: outcomes.map { outcome in
        outcome.clusters.flatMap { clusters in
          var all = [Int](repeating: -1, count: most)
          for (cluster, item) in zip(clusters, outcome.items) { all[item] = cluster }
          return all
        }
      })
    arrays.set(Schema.Analysis.clusters, .integer(count))
    if methods.contains(.kmeans) { arrays.add(Schema.Analysis.inertia, outcomes.map(\.inertia)) }
    let hasLabels = outcomes.allSatisfy { !$0.agreements.isEmpty }
    if hasLabels {
      arrays.add(Schema.Analysis.adjustedRand, ["method"], outcomes.map { $0.agreements.map(\.adjustedRand) })
      arrays.add(
        Schema.Analysis.normalizedInformation, ["method"], outcomes.map { $0.agreements.map(\.normalizedInformation) })
    }
    let agreement = hasLabels ? ", and their agreement with '\(selection.labelName ?? "")' (adjusted Rand index)" : ""
    return selection.table(
      "\(name): \(count) clusters\(agreement); \(selection.examplesNote(using: wanted.map(\.count)))",
      methods.map { "\($0.rawValue)\(hasLabels ? "" : " sizes")" },
      outcomes.map { outcome in
        hasLabels
          ? outcome.agreements.map { shown($0.adjustedRand) }
          : outcome.clusters.map { clusters in
            (0..<count).map { cluster in "\(clusters.count { $0 == cluster })" }.joined(separator: " ")
          }
      }, arrays: arrays.arrays)
  }
}
