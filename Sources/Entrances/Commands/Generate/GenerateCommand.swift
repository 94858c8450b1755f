import ActivationStore
import Checkpoints
import Diagnostics
import Execution
import ExperimentFile
import Interventions
import ModelGraph
import Workbenches

/// `patchbay generate`: continues a prompt, with the model unchanged and with its activations edited.
public struct GenerateCommand: Sendable {
  public let model: String
  public let prompt: PromptSpec.Prompt
  public let additions: [SteeringAddition]
  /// Further edits, after the vectors are added.
  public let edits: [TextEdit]
  /// Where vectors that are the same at every position are added, and where edits apply; nil for vectors from the
  /// prompt's last token on and edits everywhere. Vectors with one per position are added from the prompt's first token
  /// on.
  public let positions: SteeredPositions?
  /// How many tokens.
  public let count: Int
  public let sampling: Sampling
  /// Whether vectors may be from another model or site.
  public let allowsMismatch: Bool
  public let isJSON: Bool
  public let prependBOS: PrependBOS

  public init(
    model: String, prompt: PromptSpec.Prompt, additions: [SteeringAddition] = [], edits: [TextEdit] = [],
    positions: SteeredPositions? = nil, count: Int = 40, sampling: Sampling = .greedy, allowsMismatch: Bool = false,
    isJSON: Bool = false,
    prependBOS: PrependBOS = .automatic
  ) {
    self.model = model
    self.prompt = prompt
    self.additions = additions
    self.edits = edits
    self.positions = positions
    self.count = count
    self.sampling = sampling
    self.allowsMismatch = allowsMismatch
    self.isJSON = isJSON
    self.prependBOS = prependBOS
  }

  /// - Throws: `CheckpointError`, `TokenizerError`, `StoreError`, `RunError`, `InterventionError`, `CommandError`,
  ///   `ConsoleError`, `CancellationError`.
  public func run(on console: Console) async throws {
    let vectors = try additions.map { try WrittenVector(path: $0.file) }
    let steerings = try zip(additions, vectors).map {
      try PlacedSteering($0, $1.vector, allowsMismatch: allowsMismatch)
    }
    let notes = vectors.compactMap(\.note) + edits.flatMap(\.origins).compactMap(\.note)
    for note in Set(notes).sorted() { console.note(note) }
    let steered = try SteeredRow(steerings, edits, positions)
    let bench = try await Workbench.loading(ModelReference(model))
    let graphModel = bench.loaded.model(.needed(by: steered.sites))
    let reader = try PromptReader(bench, prependBOS: prependBOS)
    let tokens: [Int32]
    do {
      tokens = try reader.tokens(of: prompt, key: "--prompt", instead: "--prompt-tokens")
    } catch let problem as FileProblem {
      throw CommandError.wrongPrompt(problem)
    }
    try checkModel(of: vectors, bench.loaded)
    let placed = try steered.edits(graphModel.graph, prompt: tokens.count, new: count)
    let report = try generate(graphModel, tokens, steered, placed, ends: try bench.endsOfText(), reader, console)
    try console.print(isJSON ? report.json : report.text)
  }

  private func checkModel(of vectors: [WrittenVector], _ loaded: LoadedModel) throws {
    let origins = edits.flatMap { edit in edit.origins.map { (edit, $0) } }.filter { $1.modelSHA256 != nil }
    guard !allowsMismatch, !(vectors.allSatisfy { $0.modelSHA256 == nil } && origins.isEmpty) else { return }
    let sha256 = try loaded.folder.sha256()
    if let (addition, other) = zip(additions, vectors).first(where: { ($1.modelSHA256 ?? sha256) != sha256 }) {
      throw CommandError.steeringOfOtherModel(file: addition.file, found: other.vector.model, model: model)
    }
    if let (edit, origin) = origins.first(where: { $1.modelSHA256 != sha256 }) {
      let problem = FileProblem.vectorOfOtherModel(found: origin.model, model: model)
      throw CommandError.wrongEdit(edit.text, reason: problem.text, .badData)
    }
  }

  private func generate(
    _ model: Model, _ prompt: [Int32], _ steered: SteeredRow, _ edits: [[PlacedEdit]], ends: Set<Int32>,
    _ reader: PromptReader, _ console: Console
  ) throws -> GenerateReport {
    let progress = ProgressLine("generating", total: count, unit: "tokens", on: console)
    defer { progress.finish() }
    do {
      let generation = TextGeneration(model: model, prompt: prompt, edits: edits, ends: ends)
      let result = try generation.run(count, sampling, comparing: true) { step in
        try Task.checkCancellation()
        if step > 0 { progress.advance(by: 1) }
      }
      progress.finish()
      guard let unedited = result.unedited else { preconditionFailure("the two are compared") }
      return GenerateReport(
        command: self, reader: reader, prompt: prompt, parts: Array(zip(steered.parts, result.changeNorms)),
        steered: result.edited, without: unedited)
    } catch RunError.logitsNotFinite where !edits.isEmpty {
      throw CommandError.steeredTooFar
    }
  }
}
