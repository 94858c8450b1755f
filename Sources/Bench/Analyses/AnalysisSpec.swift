import Analysis
import ExperimentFile
import Interventions

/// One analysis of an analysis file or an experiment, as written.
public struct AnalysisSpec: Sendable {
  public let name: String
  public let kind: AnalysisKind
  public let labels: LabelSpec?
  public let split: SplitSpec
  public let select: SelectionSpec
  /// How many examples it uses at most, for computations that need all at once.
  public let limit: Int
  public let place: Place
}

/// What an analysis computes.
public enum AnalysisKind: Sendable {
  /// Methods are nil if the file omits them.
  case readers(ReadersStudy.Options, methods: [ReaderChoice]?)
  case probes(target: ProbesStudy.Target, penalty: Double, control: ProbesStudy.Control?, redraws: Int)
  case components(count: Int, projects: Bool)
  case separation(silhouette: Bool)
  case clusters(methods: [ClustersStudy.Method], count: Int?, restarts: Int, seed: UInt64)
  case similarity
  case norms(threshold: Double)
  case trajectory(TrajectorySpec)
  case units(UnitsStudy.Options, along: UnitDirection?)
  case matrix
}

/// What a trajectory is measured along.
public struct TrajectorySpec: Sendable {
  public let labels: LabelSpec
  public let select: SelectionSpec
  public let method: ReaderChoice
  public let penalty: Double
  public let shrinkage: Double
}

/// What units are projected on.
public enum UnitDirection: Sendable {
  /// One vector, or one per layer.
  case file([[Float]], isByLayer: Bool)
  /// The directions of a `readers` analysis; nil for its first method.
  case readers(analysis: String, method: ReaderChoice?)
}

/// A cache that an analysis file names.
public enum CacheEntry: Sendable {
  case file(name: String, path: String, place: Place)
  case made(CacheRecipe)

  public var place: Place {
    switch self {
    case .file(_, _, let place): place
    case .made(let recipe): recipe.place
    }
  }
}

/// An analysis file.
public struct AnalysisFile: Sendable {
  /// Letters, digits, `-` and `_`: the results are `NAME.analysis.h5`.
  public let name: String
  public let caches: [CacheEntry]
  /// Whether caches may be of different models.
  public let acrossModels: Bool
  /// In the order written; names are unique.
  public let analyses: [AnalysisSpec]
  /// The file's path, as the user can open it.
  public let file: String
  /// The file's whole text.
  public let text: String
}
