import ActivationStore
import ModelGraph
import Tensors

/// Where tokens lie between two classes, from layer to layer and along a growing context.
///
/// At each hook the followed activations are measured by the centroids of labelled examples at the same hook of the
/// same model: their coordinate along the direction, the share of the way from one centroid to the other, and the
/// distance to each.
public struct TrajectoryStudy: Study {
  /// How to find centroids and direction.
  public struct Training: Sendable {
    public var selection: Selection
    public var method: ReaderChoice
    public var penalty: Double
    public var shrinkage: Double

    /// - Parameter selection: with two classes and one position.
    public init(
      _ selection: Selection, method: ReaderChoice = .meanDifference, penalty: Double = 1, shrinkage: Double = 0.1
    ) {
      self.selection = selection
      self.method = method
      self.penalty = penalty
      self.shrinkage = shrinkage
    }
  }

  public let name: String
  public let selection: Selection
  private let training: Selection
  private let method: ReaderChoice
  /// [source][hook].
  private let centroids: [[Centroids]]
  private let width: Int

  /// Finds the centroids.
  /// - Parameter check: called between blocks; an error it throws ends the reading.
  /// - Throws: `SelectionError`, `StudyError`, `StoreError`.
  public init(
    _ name: String, _ selection: Selection, _ training: Training, limit: Int = 50_000, seed: UInt64 = 0,
    threads: Int? = nil, check: @escaping @Sendable () throws -> Void = {}
  ) throws {
    self.name = name
    self.selection = selection
    self.training = training.selection
    method = training.method
    width = try selection.commonWidth()
    guard training.selection.rules.count == 1, training.selection.headCount == selection.headCount else {
      throw StudyError(
        study: name, place: "'train'",
        reason: "it needs exactly one position, and heads one by one where 'select' has them")
    }
    let study = try CentroidStudy(
      name, training.selection, method: training.method, penalty: training.penalty, shrinkage: training.shrinkage,
      limit: limit, seed: seed)
    let found = zip(training.selection.places, try StudyRunner.outcomes(of: study, threads: threads, check: check))
    func key(_ selection: Selection, _ source: Int, _ hook: Int) -> [String] {
      [selection.sources[source].parts[0].cache.modelSHA256, selection.hooks[hook].text]
    }
    var byPlace: [[String]: Centroids] = [:]
    for (place, centroids) in found where byPlace[key(training.selection, place.source, place.hook)] == nil {
      byPlace[key(training.selection, place.source, place.hook)] = centroids
    }
    centroids = try selection.sources.indices.map { source in
      try selection.hooks.indices.map { hook in
        guard let centroids = byPlace[key(selection, source, hook)] else {
          throw SelectionError.noTraining(source: selection.sources[source].name, hook: selection.hooks[hook].text)
        }
        return centroids
      }
    }
  }

  public func work(at place: Selection.Place) -> Work { Work(centroids: centroids[place.source][place.hook]) }

  /// The coordinates at one place.
  public struct Work: PlaceWork {
    private let centroids: Centroids
    private var items: [Int] = []
    private var coordinates: [Double] = []
    private var distances: [[Double]] = [[], []]

    init(centroids: Centroids) { self.centroids = centroids }

    public mutating func add(_ rows: Matrix, items: [Int]) throws {
      try rows.requireFinite()
      self.items += items
      coordinates += rows.rowProducts(with: centroids.direction)
      for label in 0..<2 {
        let mean = centroids.means[label]
        distances[label] += (0..<rows.rows).map { Vectors.norm(Vectors.minus(rows.doubles(row: $0), mean)) }
      }
    }

    public mutating func endPass() -> Bool { false }

    public func outcome() -> Outcome { Outcome(items: items, coordinates: coordinates, distances: distances) }
  }

  /// What was measured at one place.
  public struct Outcome: Sendable {
    let items: [Int]
    let coordinates: [Double]
    /// [class][items].
    let distances: [[Double]]
  }

  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    let places = selection.places
    let classes = training.classNames
    let ends = places.map { place in
      (0..<2).map { centroids[place.source][place.hook].coordinate(ofClass: $0) }
    }
    let shares = zip(outcomes, ends).map { outcome, ends in
      outcome.coordinates.map { ($0 - ends[0]) / (ends[1] - ends[0]) }
    }
    var arrays = PlaceArrays(name, kind: "trajectory", of: selection)
    arrays.addItems()
    arrays.addAxis("centroid", .texts(classes))
    arrays.addAxis("feature", .range(width))
    arrays.add(Schema.Analysis.coordinate, ["item"], outcomes.map { arrays.spread($0.coordinates, over: $0.items) })
    arrays.add(Schema.Analysis.share, ["item"], zip(outcomes, shares).map { arrays.spread($1, over: $0.items) })
    arrays.add(
      Schema.Analysis.distance, ["centroid", "item"],
      outcomes.map { outcome in outcome.distances.flatMap { arrays.spread($0, over: outcome.items) } })
    arrays.add(Schema.Analysis.centroidCoordinate, ["centroid"], ends)
    arrays.add(Schema.Analysis.direction, ["feature"], places.map { centroids[$0.source][$0.hook].direction })
    arrays.add(
      Schema.Analysis.centroidMean, ["centroid", "feature"],
      places.map { centroids[$0.source][$0.hook].means.flatMap(\.self) })
    arrays.set(Schema.Analysis.method, .text(method.rawValue))
    arrays.set(Schema.Analysis.trainLabels, .text(training.labelName ?? ""))
    return selection.table(
      "\(name): how far along the way from '\(classes[0])' (0) to '\(classes[1])' (1), mean over examples; "
        + selection.examplesNote, groups.map(\.name),
      zip(places, zip(outcomes, shares)).map { place, found in means(found.1, of: found.0.items, at: place) },
      arrays: arrays.arrays)
  }

  /// The columns of the table: one for each class of the followed examples, or one for all.
  private var groups: [(name: String, label: Int?)] {
    selection.classNames.isEmpty || selection.classNames.count > 8
      ? [("share", nil)] : selection.classNames.enumerated().map { ($1, $0) }
  }

  private func means(_ shares: [Double], of items: [Int], at place: Selection.Place) -> [String] {
    let table = selection.sources[place.source].table.items
    return groups.map { group in
      let own = zip(shares, items).filter { group.label == nil || table[$1].label == group.label }.map(\.0)
      guard !own.isEmpty else { return "-" }
      let interval = Bootstrap(redraws: 200).mean(of: own)
      return "\(shown(interval.value, 2)) [\(shown(interval.low, 2)), \(shown(interval.high, 2))]"
    }
  }
}
