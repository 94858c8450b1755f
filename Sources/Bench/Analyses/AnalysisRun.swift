import ActivationStore
import Analysis
import Diagnostics
import ExperimentFile
import LabelledArrays
import ModelGraph

/// The results of a run of analyses.
public struct AnalysisOutcome: Sendable {
  /// The results file.
  public let path: String
  /// One per analysis, in the order written.
  public let results: [StudyResult]
}

/// Analyses and their caches.
public struct AnalysisRun: Sendable {
  public let name: String
  public let analyses: [AnalysisSpec]
  public let caches: [ActivationCache]
  public let acrossModels: Bool
  /// The file that contains them, and its text.
  public let file: String
  public let text: String
  /// nil for one per processor core.
  public let threads: Int?

  public init(
    name: String, analyses: [AnalysisSpec], caches: [ActivationCache], acrossModels: Bool = false, file: String,
    text: String, threads: Int? = nil
  ) {
    self.name = name
    self.analyses = analyses
    self.caches = caches
    self.acrossModels = acrossModels
    self.file = file
    self.text = text
    self.threads = threads
  }

  /// Reads the caches and writes `NAME.analysis.h5`. After an error, the file does not exist, or an existing one is
  /// unchanged.
  /// - Parameters:
  ///   - folder: where the file goes; it must exist.
  ///   - progress: called with the number of hooks read, by one thread at a time.
  ///   - check: called between blocks; what it throws ends the run.
  /// - Throws: `ExperimentError` with the line of the analysis at fault, `StoreError`.
  public func run(
    into folder: String, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in },
    check: @escaping @Sendable () throws -> Void = {}
  ) throws -> AnalysisOutcome {
    let path = resolvedPath("\(name).analysis.h5", relativeTo: folder)
    let output = try ArraysFile(
      creating: path, format: .analysis,
      attributes: [
        Schema.AnalysisRoot.analysis: .text(text), Schema.AnalysisRoot.caches: .texts(caches.map(\.name)),
        Schema.AnalysisRoot.cacheFiles: .texts(caches.map(\.file)),
        Schema.Root.modelSHA256: .texts(caches.map(\.modelSHA256)),
        Schema.Root.patchbayVersion: .text(PatchbayVersion.text),
      ])
    var found: [String: StudyResult] = [:]
    // Units along the directions of readers need those readers first.
    let isLate = analyses.map { if case .units(_, .readers?) = $0.kind { true } else { false } }
    for late in [false, true] {
      let specs = zip(analyses, isLate).filter { $0.1 == late }.map(\.0)
      if specs.isEmpty { continue }
      let studies = try specs.map { spec in
        try located(spec) { try study(spec, after: found, check: check) }
      }
      let results = try located(nil) {
        try StudyRunner(studies, threads: threads).run(progress: progress, check: check)
      }
      for (spec, result) in zip(specs, results) { found[spec.name] = result }
    }
    let results = analyses.compactMap { found[$0.name] }
    for result in results {
      try check()
      try output.write(result.arrays)
    }
    try output.finish()
    return AnalysisOutcome(path: path, results: results)
  }

  /// Gives errors the line of the analysis that causes them.
  private func located<R>(_ spec: AnalysisSpec?, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let error as StudyError {
      throw ExperimentError.wrapping(error, at: (analyses.first { $0.name == error.study } ?? spec)?.place)
    } catch {
      throw spec.map { ExperimentError.wrapping(error, at: $0.place) } ?? error
    }
  }

  private func selection(_ spec: SelectionSpec, _ labels: LabelSpec?) throws -> Selection {
    try Selection(spec, labels: labels, in: caches, acrossModels: acrossModels)
  }

  private func study(
    _ spec: AnalysisSpec, after found: [String: StudyResult], check: @escaping @Sendable () throws -> Void
  ) throws -> any Study {
    let selection = try selection(spec.select, spec.labels)
    switch spec.kind {
    case .readers(let options, let methods):
      var options = options
      let arePaired = options.pairs != nil || spec.labels?.source == .run
      options.methods = methods ?? ReaderChoice.allCases.filter { $0 != .pairedComponent || arePaired }
      return try ReadersStudy(spec.name, selection, options, split: spec.split, limit: spec.limit)
    case .probes(let target, let penalty, let control, let redraws):
      return try ProbesStudy(
        spec.name, selection, target: target, penalty: penalty, control: control, redraws: redraws, split: spec.split,
        limit: spec.limit)
    case .components(let count, let projects):
      return try ComponentsStudy(spec.name, selection, count: count, projects: projects)
    case .separation(let silhouette):
      return try SeparationStudy(spec.name, selection, silhouette: silhouette, seed: spec.split.seed)
    case .clusters(let methods, let count, let restarts, let seed):
      return try ClustersStudy(
        spec.name, selection, methods: methods, count: count, restarts: restarts, seed: seed, limit: spec.limit)
    case .similarity: return try SimilarityStudy(spec.name, selection, limit: spec.limit, seed: spec.split.seed)
    case .norms(let threshold): return try NormsStudy(spec.name, selection, threshold: threshold)
    case .trajectory(let trajectory):
      let training = try self.selection(trajectory.select, trajectory.labels)
      return try TrajectoryStudy(
        spec.name, selection,
        TrajectoryStudy.Training(
          training, method: trajectory.method, penalty: trajectory.penalty, shrinkage: trajectory.shrinkage),
        limit: spec.limit, seed: spec.split.seed, threads: threads, check: check)
    case .units(let options, let along):
      return try UnitsStudy(
        spec.name, selection, options, along: try along.map { try directions($0, spec, selection, found) })
    case .matrix: return try MatrixStudy(spec.name, selection)
    }
  }

  // MARK: Directions

  /// A direction for each hook of a selection.
  private func directions(
    _ along: UnitDirection, _ spec: AnalysisSpec, _ selection: Selection, _ found: [String: StudyResult]
  ) throws -> [[Double]] {
    switch along {
    case .file(let rows, let isByLayer):
      return try selection.hooks.map { hook in
        let layer = isByLayer ? hook.layer ?? 0 : 0
        guard rows.indices.contains(layer) else {
          throw StudyError(study: spec.name, place: hook.text, reason: "the file of directions has no row \(layer)")
        }
        return rows[layer].map(Double.init)
      }
    case .readers(let name, let method):
      guard let arrays = found[name]?.arrays else { preconditionFailure("readers come before units") }
      return try selection.hooks.map { hook in
        do {
          return try ReaderDirections(arrays).direction(hook: hook, method: method?.rawValue)
        } catch let reason as ReaderDirections.Refusal {
          throw StudyError(study: spec.name, place: hook.text, reason: "analysis '\(name)' \(reason.text)")
        }
      }
    }
  }
}

/// The directions in the arrays of a `readers` analysis.
struct ReaderDirections {
  struct Refusal: Error {
    let text: String
  }

  private let arrays: ArrayGroup

  init(_ arrays: ArrayGroup) { self.arrays = arrays }

  /// - Parameters:
  /// - hook: the direction's hook, or the only other hook of its layer.
  ///   - method: nil for the first.
  /// - Throws: `Refusal` if there is none, or more than one.
  func direction(hook: HookName, method: String?) throws(Refusal) -> [Double] {
    guard let directions = arrays[Schema.Analysis.direction] else { throw Refusal(text: "has no directions") }
    let entries = try directions.axes.dropLast().map { axis throws(Refusal) in
      (axis.name, try entry(of: axis, hook, method))
    }
    do throws(LabelledArrayError) {
      var direction = directions
      for (axis, entry) in entries { direction = try direction.select(axis, at: entry) }
      return try direction.numbers().map(Double.init)
    } catch {
      throw Refusal(text: "cannot be read: \(error.message)")
    }
  }

  /// The entry on one of the axes before `feature`.
  private func entry(of axis: LabelledAxis, _ hook: HookName, _ method: String?) throws(Refusal) -> Int {
    let labels = axis.labels.texts
    switch axis.name {
    case "hook":
      let ofLayer = hook.layer.map { layer in labels.indices.filter { HookName(labels[$0]).layer == layer } } ?? []
      guard let place = labels.firstIndex(of: hook.text) ?? (ofLayer.count == 1 ? ofLayer[0] : nil) else {
        throw Refusal(text: "has no direction at '\(hook)'")
      }
      return place
    case "method":
      guard let place = method.map({ labels.firstIndex(of: $0) }) ?? 0 else {
        throw Refusal(text: "has no method '\(method ?? "")'" + suggestion(for: method ?? "", among: labels))
      }
      return place
    default:
      guard labels.count == 1 else {
        throw Refusal(text: "has \(labels.count) directions along '\(axis.name)'; select one there")
      }
      return 0
    }
  }
}
