import Analysis
import ExperimentFile
import Interventions
import Workbenches

extension KeyedFields {
  /// What an analysis of a kind computes.
  /// - Parameter folder: the folder that paths are relative to.
  func kind(_ kind: AnalysisKindName, folder: String, defaults: AnalysisDefaults) throws -> AnalysisKind {
    switch kind {
    case .readers: return try readers()
    case .probes: return try probes()
    case .components:
      return .components(
        count: try self["count"].map { try $0.integer(from: 1, to: 1 << 20) } ?? 10,
        projects: try self["project"].map { try $0.flag() } ?? true)
    case .separation: return .separation(silhouette: try self["silhouette"].map { try $0.flag() } ?? true)
    case .clusters:
      return .clusters(
        methods: try self["methods"].map { try $0.words(ClustersStudy.Method.self, of: "methods") } ?? [
          .kmeans, .ward,
        ],
        count: try self["count"].map { try $0.integer(from: 2, to: 1 << 20) },
        restarts: try self["restarts"].map { try $0.integer(from: 1, to: 10_000) } ?? 10,
        seed: try self["seed"].map { UInt64(try $0.integer(from: 0)) } ?? 0)
    case .similarity: return .similarity
    case .norms: return .norms(threshold: try number("threshold", positive: true) ?? 6)
    case .trajectory: return try trajectory(folder: folder, defaults: defaults)
    case .units: return try units(folder: folder)
    case .matrix: return .matrix
    }
  }

  private func number(_ key: String, positive: Bool = false) throws -> Double? {
    guard let field = self[key] else { return nil }
    let value = Double(try field.float())
    guard !positive || value > 0 else {
      throw field.error(.badValue(path: field.path, value: "\(value)", expected: "above 0"))
    }
    return value
  }

  private func shrinkage() throws -> Double {
    try self["shrinkage"].map { Double(try $0.float(from: 0, to: 1)) } ?? 0.1
  }

  /// A number is kept per redraw until all are drawn.
  private static let mostRedraws = 100_000

  private func readers() throws -> AnalysisKind {
    var options = ReadersStudy.Options(methods: [])
    options.penalty = try number("penalty", positive: true) ?? 1
    options.shrinkage = try shrinkage()
    options.pairs = try self["pairs"].map { try $0.nonEmptyText() }
    options.redraws = try self["redraws"].map { try $0.integer(from: 0, to: Self.mostRedraws) } ?? 1000
    if let field = self["curve"] {
      var sizes: [Int] = []
      for element in try field.oneOrMore(of: "numbers of pairs") {
        let size = try element.integer(from: 1, to: 1 << 24)
        if sizes.contains(size) { throw element.error(.repeated(path: field.path, word: "\(size)")) }
        sizes.append(size)
      }
      options.curve = sizes.sorted()
    }
    options.draws = try self["draws"].map { try $0.integer(from: 1, to: 10_000) } ?? 10
    options.influence = try self["influence"].map { try $0.flag() } ?? false
    return .readers(options, methods: try self["methods"].map { try $0.words(ReaderChoice.self, of: "methods") })
  }

  private func probes() throws -> AnalysisKind {
    .probes(
      target: try self["target"].map { try $0.choice(ProbesStudy.Target.self) } ?? .classes,
      penalty: try number("penalty", positive: true) ?? 1,
      control: try self["control"].map { field in
        let word = try field.nonEmptyText()
        return word == "token" ? .token : .label(word)
      },
      redraws: try self["redraws"].map { try $0.integer(from: 0, to: Self.mostRedraws) } ?? 1000)
  }

  private func trajectory(folder: String, defaults: AnalysisDefaults) throws -> AnalysisKind {
    let field = required("train")
    let keys = try field.map(.trajectoryTraining)
    var bare = AnalysisDefaults()
    bare.select.hooks = defaults.select.hooks
    bare.select.layers = defaults.select.layers
    let training = try keys.analysisDefaults(over: bare, folder: folder)
    guard let labels = training.labelSpec else { preconditionFailure("'labels' is required by its table") }
    let methods: [ReaderChoice] = [.meanDifference, .logistic, .discriminant, .leace]
    let method = try self["method"].map { field in
      try field.choice(of: methods.map(\.rawValue))
    }
    return .trajectory(
      TrajectorySpec(
        labels: labels, select: training.select,
        method: methods.first { $0.rawValue == method } ?? .meanDifference,
        penalty: try number("penalty", positive: true) ?? 1, shrinkage: try shrinkage()))
  }

  private func units(folder: String) throws -> AnalysisKind {
    var options = UnitsStudy.Options()
    if let field = self["units"] { options.units = try field.selector() }
    options.top = try self["top"].map { try $0.integer(from: 0, to: 1000) } ?? 5
    options.bins = try self["bins"].map { try $0.integer(from: 0, to: 10_000) } ?? 40
    options.threshold = try number("threshold") ?? 0
    guard let field = self["along"] else {
      if let stray = self["method"] { throw stray.error(.cannotCombine(key: "method", other: "units", path: path)) }
      return .units(options, along: nil)
    }
    try refuse(["units"], with: "along")
    let word = try field.nonEmptyText()
    if word.lowercased().hasSuffix(".npy") || word.lowercased().hasSuffix(".json") || ControlVector.isNamed(by: word) {
      try refuse(["method"], with: "along")
      do {
        let vector = try VectorFile(path: resolvedPath(word, relativeTo: folder))
        guard vector.layers == nil || vector.layers == Array(vector.rows.indices) else {
          throw ExperimentError.badVector(file: word, problem: "it must have a vector for each layer from 0 on")
        }
        return .units(options, along: .file(vector.rows, isByLayer: vector.isByLayer))
      } catch let error as ExperimentError where error.kind == .inputNotFound {
        throw ExperimentError.nested(field.place, error.kind, error.message)
      }
    }
    return .units(
      options, along: .readers(analysis: word, method: try self["method"].map { try $0.choice(ReaderChoice.self) }))
  }
}
