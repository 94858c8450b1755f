import Diagnostics
import ExperimentFile
import Patching
import Questions
import Workbenches

extension Experiment {
  /// An experiment built by a program: `try Experiment("ioi", bench, [pair]) { heads; .edges(); .logitLens() }`.
  ///
  /// It is checked like a file, and its `text` is an experiment file with the same questions.
  /// - Parameters:
  ///   - name: letters, digits, `-` and `_`; the results are `NAME.h5`.
  ///   - bench: the model; runs use it as loaded.
  ///   - pairs: at least one.
  ///   - direction: `.denoise` puts clean activations into the corrupted run, `.noise` corrupted ones into the clean
  ///     run.
  ///   - metrics: at least one, without repetition; the first is shown.
  ///   - cache: activations to store in `NAME.cache.h5` next to the results.
  ///   - file: with `line`, the place named in messages.
  ///   - questions: with unique names within each kind.
  /// - Throws: `ExperimentError` for anything that would be an error in an experiment file, or that no file can
  ///   express.
  public init(
    _ name: String, _ bench: Workbench, _ pairs: [PromptSpec], direction: PatchingDirection = .denoise,
    metrics: [Metric] = [.logitDiff], cache: CacheSpec? = nil, file: String = #fileID, line: Int = #line,
    @QuestionBuilder asking questions: () throws -> [any Question]
  ) throws {
    try self.init(
      name, bench, .written(pairs), direction: direction, metrics: metrics, cache: cache, file: file, line: line,
      asking: questions)
  }

  /// The same with prompts drawn from a dataset, or with mazes.
  /// - Parameter prependBOS: whether text prompts start with a beginning-of-text token.
  /// - Throws: as the other initializer.
  public init(
    _ name: String, _ bench: Workbench, _ prompts: PromptSource, prependBOS: PrependBOS = .automatic,
    direction: PatchingDirection = .denoise, metrics: [Metric] = [.logitDiff], cache: CacheSpec? = nil,
    file: String = #fileID, line: Int = #line, @QuestionBuilder asking questions: () throws -> [any Question]
  ) throws {
    let asked = try questions()
    let place = Place(file: file, line: line)
    guard isName(name) else {
      throw ExperimentError.inFile(
        place, .badValue(path: "name", value: quoted(name), expected: "letters, digits, - and _ only"))
    }
    if metrics.isEmpty { throw ExperimentError.inFile(place, .emptyList(path: "metrics", expected: "metrics")) }
    if let metric = metrics.enumerated().first(where: { metrics[..<$0].contains($1) })?.element {
      throw ExperimentError.inFile(place, .repeated(path: "metrics", word: metric.rawValue))
    }
    try prompts.check(at: place)
    let reading = QuestionReading(folder: "", inputs: prompts, metrics: metrics)
    self.questions = try QuestionKind.all.flatMap { kind in
      try kind.checked(asked.filter { type(of: $0).questionKind.key == kind.key }, reading)
    }
    if asked.isEmpty, cache == nil { throw ExperimentError.inFile(place, .nothingToDo) }
    if case .mazes = prompts, let cache {
      throw ExperimentError.inFile(cache.place, .cannotCombine(key: "cache", other: "mazes", path: ""))
    }
    self.name = name
    model = bench.reference
    self.bench = bench
    self.prompts = prompts
    self.prependBOS = prependBOS
    self.direction = direction
    self.metrics = metrics
    self.cache = cache
    analyses = []
    self.file = file
    text = Self.text(
      name: name, model: bench.reference, prompts: prompts, prependBOS: prependBOS, direction: direction,
      metrics: metrics, questions: self.questions, cache: cache)
  }

  /// The events of a run that starts when they are iterated over; results and, if requested, the cache go to a folder.
  /// The last event has the outcome.
  /// - Parameters:
  ///   - folder: where the files go; created if it does not exist.
  ///   - resuming: whether to resume an earlier run's partial file.
  /// - Throws: while iterating, what `ExperimentRun` throws when it is created and run.
  public func events(
    into folder: String = "activations", resuming: Bool = false
  ) -> AsyncThrowingStream<RunEvent, any Error> {
    do {
      return try ExperimentRun(self).events(into: folder, resuming: resuming)
    } catch {
      return AsyncThrowingStream { $0.finish(throwing: error) }
    }
  }
}

extension QuestionKind {
  /// A program's questions of this kind, checked like those of a file: each is written as in a file and read again.
  fileprivate func checked(_ questions: [any Question], _ reading: QuestionReading) throws -> [any Question] {
    for (index, question) in questions.enumerated() {
      let field = Field(source: .json(question.written), place: question.place, path: "\(key)[\(index)]")
      try checkInputs(reading, at: field)
      if let first = questions[..<index].first(where: { $0.name == question.name }) {
        throw field.error(.duplicateName(of: one, name: question.name, firstLine: first.place.line))
      }
      guard try read(field, reading).written == question.written else {
        throw field.error(.notWritable(one: one, name: question.name))
      }
    }
    return questions
  }
}

extension PromptSource {
  /// - Throws: `ExperimentError` for what no experiment file can express.
  fileprivate func check(at place: Place) throws {
    func field(_ value: JSONValue, _ place: Place, _ path: String) -> Field {
      Field(source: .json(value), place: place, path: path)
    }
    switch self {
    case .written(let pairs):
      if pairs.isEmpty { throw ExperimentError.inFile(place, .emptyList(path: "pairs", expected: "pairs of prompts")) }
      for (index, pair) in pairs.enumerated() {
        let field = field(pair.written, pair.place, "prompts.pairs[\(index)]")
        guard try field.pair() == pair else { throw field.error(.notWritable(one: "a pair", name: "\(index)")) }
      }
    case .template(let template):
      let field = field(template.written, template.place, "prompts.template")
      guard try field.template() == template else {
        throw field.error(.notWritable(one: "a template", name: template.task.rawValue))
      }
    case .mazes(let mazes):
      let field = field(mazes.written, mazes.place, "mazes")
      guard try field.mazeSpec() == mazes else { throw field.error(.notWritable(one: "a map", name: "mazes")) }
    }
  }
}

extension CacheSpec {
  /// Activations to store, requested by a program.
  /// - Parameter hooks: names, or patterns with `*` and `?`.
  public init(
    hooks: [String], runs: [RunSide] = RunSide.allCases, file: String = #fileID, line: Int = #line
  ) {
    self.init(hooks: hooks, runs: runs, place: Place(file: file, line: line))
  }
}
