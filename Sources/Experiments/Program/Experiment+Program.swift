import Diagnostics
import Interventions
import Patching

extension Experiment {
  /// An experiment put together by a program rather than read from a file. `ExperimentRun` carries it out and writes what `patchbay run` would.
  /// - Parameters:
  ///   - name: letters, digits, `-` and `_`; the results are `NAME.h5`.
  ///   - pairs: at least one; clean and corrupted must have as many tokens, an answer must be one token, which is found out when it is planned.
  ///   - direction: `.denoise` puts clean activations into the corrupted run, `.noise` corrupted ones into the clean run.
  ///   - metrics: at least one, each once; the first is shown.
  ///   - sweeps: with names of their own.
  ///   - cache: activations to store in `NAME.cache.h5` beside the results.
  ///   - file: with `line`, what messages name.
  /// - Throws: `ExperimentError` for what an experiment file would be refused for.
  public init(
    name: String, model: ModelReference, pairs: [PromptSpec], direction: PatchingDirection = .denoise,
    metrics: [Metric] = [.logitDiff], sweeps: [SweepSpec], readouts: [ReadoutSpec] = [], cache: CacheSpec? = nil,
    file: String = #fileID, line: Int = #line
  ) throws {
    let place = Place(file: file, line: line)
    guard isName(name) else {
      throw ExperimentError.inFile(
        place, .badValue(path: "name", value: quoted(name), expected: "letters, digits, - and _ only"))
    }
    for (path, isEmpty) in [("pairs", pairs.isEmpty), ("metrics", metrics.isEmpty)] where isEmpty {
      throw ExperimentError.inFile(place, .emptyList(path: path, expected: path == "pairs" ? "pairs of prompts" : path))
    }
    if let metric = metrics.enumerated().first(where: { metrics[..<$0].contains($1) })?.element {
      throw ExperimentError.inFile(place, .repeated(path: "metrics", word: metric.rawValue))
    }
    for (index, sweep) in sweeps.enumerated() {
      try sweep.check(metrics: metrics)
      if let first = sweeps[..<index].first(where: { $0.name == sweep.name }) {
        throw ExperimentError.inFile(
          sweep.place, .duplicateName(of: "a sweep", name: sweep.name, firstLine: first.place.line))
      }
    }
    if sweeps.isEmpty, readouts.isEmpty, cache == nil { throw ExperimentError.inFile(place, .nothingToDo) }
    self.name = name
    self.model = model
    prompts = .written(pairs)
    prependBOS = .automatic
    self.direction = direction
    self.metrics = metrics
    questions = sweeps as [any Question] + readouts
    self.cache = cache
    analyses = []
    self.file = file
    text =
      DescribedExperiment(
        name: name, model: model, pairs: pairs, direction: direction, metrics: metrics, sweeps: sweeps
      ).text
  }
}

extension SweepSpec {
  /// A sweep over a site, asked for by a program.
  /// - Parameters:
  ///   - method: whether cells are run, estimated from a gradient, or both.
  ///   - file: with `line`, what messages name.
  public init(_ sweep: Sweep, method: SweepMethod = .exact, file: String = #fileID, line: Int = #line) {
    self.init(name: sweep.name, .site(sweep), method: method, place: Place(file: file, line: line))
  }

  /// - Throws: `ExperimentError` for what a sweep of an experiment file would be refused for.
  fileprivate func check(metrics: [Metric]) throws {
    guard isPartName(name) else {
      throw ExperimentError.inFile(
        place, .badValue(path: "name", value: quoted(name), expected: "letters, digits, -, _ and points only"))
    }
    guard method.estimates else { return }
    for metric in metrics {
      guard let reason = metric.reasonAgainstEstimate else { continue }
      throw ExperimentError.inFile(place, .noEstimate(path: "method", metric: metric.rawValue, reason: reason))
    }
    if let sweep, !sweep.standing.isEmpty {
      throw ExperimentError.inFile(place, .noEstimateWithOtherEdits(path: "method"))
    }
  }
}

extension PromptSpec {
  /// A pair of prompts as texts, given by a program.
  /// - Parameters:
  ///   - answer: what should follow the clean prompt, its leading space included: one token.
  ///   - wrong: what the answer is compared with; nil where no metric compares.
  ///   - file: with `line`, what messages name.
  public init(
    clean: String, corrupted: String, answer: String, wrong: String? = nil, labels: [String: String] = [:],
    file: String = #fileID, line: Int = #line
  ) {
    self.init(
      clean: .text(clean), corrupted: .text(corrupted), answers: [.text(answer)],
      wrongs: wrong.map { [.text($0)] } ?? [],
      labels: labels, place: Place(file: file, line: line))
  }
}

extension CacheSpec {
  /// Activations to store, asked for by a program.
  /// - Parameter hooks: names, or patterns with `*` and `?`.
  public init(
    hooks: [String], runs: [RunSide] = RunSide.allCases, file: String = #fileID, line: Int = #line
  ) {
    self.init(hooks: hooks, runs: runs, place: Place(file: file, line: line))
  }
}
