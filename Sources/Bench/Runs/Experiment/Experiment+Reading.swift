import Analyses
import Diagnostics
import ExperimentFile
import Interventions
import Patching
import Questions
import Workbenches

extension Experiment {
  /// Reads an experiment file and the prompt and vector files that it names.
  /// - Throws: `ExperimentError`, which names the file, the line and what would be right.
  public init(file: String) throws {
    try self.init(yaml: try readText(file), file: file)
  }

  /// Reads the text of an experiment file.
  /// - Parameter file: its name in messages; relative paths in it are relative to its folder.
  public init(yaml text: String, file: String) throws {
    guard let root = try Field(yaml: text, file: file) else { throw ExperimentError.noExperiment(file: file) }
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

  /// Prompts, or mazes instead.
  private static func inputs(_ keys: KeyedFields, folder: String) throws -> PromptSource {
    guard let mazes = keys["mazes"] else { return try keys.needed("prompts", in: .experiment).prompts(folder: folder) }
    // These keys are about tokens.
    let ofText = QuestionKind.all.filter { $0.inputs == .text }.map(\.key)
    try keys.refuse(["prompts", "prepend_bos"] + ofText + ["cache"], with: "mazes")
    return .mazes(try mazes.mazeSpec())
  }
}

extension Field {
  fileprivate func cache() throws -> CacheSpec {
    let keys = try map(.cache)
    let hooks = try keys.required("hooks").list(of: "hook names").map { try $0.nonEmptyText() }
    let runs = try keys["runs"].map { try $0.words(RunSide.self, of: "runs") } ?? RunSide.allCases
    return CacheSpec(hooks: hooks, runs: runs, place: keys.required("hooks").place)
  }
}
