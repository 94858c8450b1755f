import Diagnostics
import Interventions
import Patching

extension Experiment {
  /// Reads an experiment file and the prompt and vector files that it names.
  /// - Throws: `ExperimentError`, which names the file, the line and what would be right.
  public init(file: String) throws {
    try self.init(yaml: try readText(file), file: file)
  }

  /// Reads the text of an experiment file.
  /// - Parameter file: what messages call it, and what relative paths in it are relative to the folder of.
  public init(yaml text: String, file: String) throws {
    guard let node = try compose(text, file: file) else { throw ExperimentError.noExperiment(file: file) }
    let root = Field(source: .yaml(node), place: Place(file: file, line: 1), path: "")
    let keys = try root.map(.experiment)
    let folder = folder(of: file)
    self.file = file
    self.text = text
    name = try keys.required("name").experimentName()
    model = try keys["model"].map { ModelReference(try $0.nonEmptyText(), relativeTo: folder) }
    bench = nil
    prompts = try Self.inputs(keys, folder: folder)
    prependBOS = try keys["prepend_bos"].map { try $0.prependBOS() } ?? .automatic
    direction = try keys["direction"].map { try $0.choice(PatchingDirection.self) } ?? .denoise
    metrics = try keys["metrics"].map { try $0.words(Metric.self, of: "metrics") } ?? [.logitDiff]
    questions = try QuestionKind.questions(
      in: keys, QuestionReading(folder: folder, inputs: prompts, metrics: metrics))
    cache = try keys["cache"].map { try $0.cache() }
    analyses = try Self.analyses(keys, hasCache: cache != nil, folder: folder)
    if questions.isEmpty, cache == nil { throw root.error(.nothingToDo) }
  }

  private static func analyses(_ keys: KeyedFields, hasCache: Bool, folder: String) throws -> [AnalysisSpec] {
    guard let field = keys["analyses"] else {
      let names = KeyTable.analysisDefaults.map(\.name)
      if let stray = keys.members.first(where: { names.contains($0.key) }) {
        throw stray.field.error(.noAnalyses(key: stray.key))
      }
      return []
    }
    guard hasCache else { throw field.error(.analysesNeedCache) }
    return try field.analyses(
      over: try keys.analysisDefaults(over: AnalysisDefaults(), folder: folder), folder: folder)
  }

  /// Prompts, or mazes in their place.
  private static func inputs(_ keys: KeyedFields, folder: String) throws -> PromptSource {
    guard let mazes = keys["mazes"] else { return try keys.needed("prompts", in: .experiment).prompts(folder: folder) }
    // What is about tokens.
    let ofText = QuestionKind.all.filter { $0.inputs == .text }.map(\.key)
    try keys.refuse(["prompts", "prepend_bos"] + ofText + ["cache"], with: "mazes")
    return .mazes(try mazes.mazeSpec())
  }
}

/// Whether a text can name an experiment or a sweep: letters, digits, `-` and `_`.
func isName(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
}

/// Whether a text can name a sweep or a readout: points between the letters as well (`into-9.9-q`).
func isPartName(_ text: String) -> Bool {
  !text.hasPrefix(".") && isName(text.replacing(".", with: "_"))
}

extension Field {
  /// What an experiment or an analysis file is called.
  func experimentName() throws -> String {
    let name = try text()
    guard isName(name) else {
      throw error(.badValue(path: path, value: quoted(name), expected: "letters, digits, - and _ only"))
    }
    return name
  }

  /// A text with something in it.
  func nonEmptyText() throws -> String {
    let text = try text()
    guard !text.isEmpty else { throw error(.badValue(path: path, value: "empty", expected: "some text")) }
    return text
  }

  /// A list of words, each once.
  func words<T: RawRepresentable & CaseIterable & Hashable>(_ type: T.Type, of expected: String) throws -> [T]
  where T.RawValue == String {
    var words: [T] = []
    for element in try list(of: expected) {
      let word = try element.choice(type)
      if words.contains(word) { throw element.error(.repeated(path: path, word: word.rawValue)) }
      words.append(word)
    }
    return words
  }

  func prependBOS() throws -> PrependBOS {
    switch try content() {
    case .bool(true): return .always
    case .bool(false): return .never
    case .text("auto"): return .automatic
    case let other: throw error(.wrongType(path: path, found: other.description, expected: "auto, true or false"))
    }
  }

  fileprivate func cache() throws -> CacheSpec {
    let keys = try map(.cache)
    let hooks = try keys.required("hooks").list(of: "hook names").map { try $0.nonEmptyText() }
    let runs = try keys["runs"].map { try $0.words(RunSide.self, of: "runs") } ?? RunSide.allCases
    return CacheSpec(hooks: hooks, runs: runs, place: keys.required("hooks").place)
  }
}
