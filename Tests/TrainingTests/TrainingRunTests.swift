import Checkpoints
import Diagnostics
import Execution
import Foundation
import TestSupport
import Testing
import Training

/// Whole runs in folders: what they write, and that it does not matter how often they were stopped.
@Suite struct TrainingRunTests {
  private struct PowerCut: Error {}

  /// What an uninterrupted run of the recipe writes, by file.
  private static func whole(_ recipe: Recipe) throws -> [String: Data] {
    let scratch = try TemporaryFolder()
    _ = try run(recipe, in: scratch)
    return try files(scratch)
  }

  private static func files(_ scratch: TemporaryFolder) throws -> [String: Data] {
    Dictionary(uniqueKeysWithValues: try scratch.files.map { ($0, try scratch.bytes($0)) })
  }

  private static let tasks = [
    ("a", [TaskExample(prompt: [1, 2], answers: [3], wrongs: [4])]),
    ("b", [TaskExample(prompt: [1], answers: [3, 5], wrongs: [4, 6])]),
  ]

  /// - Parameter failing: what is thrown when the document with that number is requested.
  @discardableResult
  private static func run(
    _ recipe: Recipe, in scratch: TemporaryFolder, resumes: Bool = false, threads: Int = 2,
    failing: (document: Int, error: any Error & Sendable)? = nil, report: (TrainingRun.Progress) -> Void = { _ in }
  ) throws -> TrainingState {
    let plain = Samples.source()
    let source = TokenSource { index in
      if let failing, failing.document <= index { throw failing.error }
      return try plain.document(index, seed: 0)
    }
    let trainer = Samples.trainer(recipe, source: source, tasks: tasks, threads: threads)
    return try TrainingRun(trainer, folder: scratch.path, files: [("note.txt", Array("hello".utf8))])
      .run(resumes: resumes, report: report)
  }

  // MARK: The result

  @Test func theFolderIsAModel() throws {
    let scratch = try TemporaryFolder()
    let recipe = try Samples.recipe()
    var reports: [(step: Int, before: Int, hasRecord: Bool)] = []
    let state = try Self.run(recipe, in: scratch) { reports.append(($0.step, $0.before, $0.record != nil)) }
    #expect(
      try scratch.files == [
        "checkpoint.safetensors", "config.json", "loss.csv", "loss.svg", "model.safetensors", "note.txt",
      ])
    let loaded = try LoadedModel(folder: scratch.path)
    #expect(loaded.spec as? TransformerSpec == recipe.spec as? TransformerSpec && loaded.spec is TransformerSpec)
    for (index, declaration) in loaded.model.graph.weights.enumerated() {
      let id = try #require(loaded.model.graph.weights.firstIndex { $0.name == declaration.name })
      let stored = Samples.trainer(recipe).graph.weights[index].name
      #expect(declaration.name == stored && id == index)
      let written = try SafetensorsFile(path: "\(scratch.path)/model.safetensors").storage(named: declaration.name)
      #expect(
        state.weights[index].withValues {
          $0.elementsEqual(UnsafeBufferPointer(start: written.base, count: written.count))
        })
    }
    #expect(try scratch.text("note.txt") == "hello")
    #expect(reports.map(\.step) == Array(1...8))
    #expect(reports.filter(\.hasRecord).map(\.step) == [3, 6, 8])
    #expect(reports.allSatisfy { $0.before == 0 })
    let lines = try scratch.text("loss.csv").split(separator: "\n")
    #expect(
      lines.first
        == "step,tokens,learning_rate,training_loss,validation_loss,a_accuracy,a_logit_difference,a_top,b_accuracy,b_logit_difference,b_top"
    )
    #expect(lines.dropFirst().map { $0.split(separator: ",")[0] } == ["3", "6", "8"])
    #expect(lines.allSatisfy { $0.split(separator: ",").count == 11 })
    #expect(try scratch.text("loss.svg").hasPrefix("<svg"))
    #expect(state.history.map(\.step) == [3, 6, 8] && state.history.last?.tokens == state.tokens)
  }

  // MARK: Resuming

  @Test func stoppedAtAnyDocumentAndResumedItIsTheSame() throws {
    let recipe = try Samples.recipe()
    let whole = try Self.whole(recipe)
    for document in 1...40 {
      let scratch = try TemporaryFolder()
      do {
        try Self.run(recipe, in: scratch, failing: (document, CancellationError()))
      } catch let error as TrainingError {
        guard case .interrupted(let step, 8, let folder) = error else {
          Issue.record("\(error)")
          return
        }
        #expect((folder == nil) == (step == 0))
        if step == 0 {
          #expect(try scratch.files.isEmpty)
          continue
        }
        #expect(try scratch.files == ["checkpoint.safetensors"])
      }
      let hasFinished = FileManager.default.fileExists(atPath: "\(scratch.path)/config.json")
      if !hasFinished { try Self.run(recipe, in: scratch, resumes: true, threads: 1 + document % 3) }
      #expect(try Self.files(scratch) == whole, "stopped at document \(document)")
    }
  }

  @Test func killedAgainAndAgainItIsTheSame() throws {
    let recipe = try Samples.recipe()
    let whole = try Self.whole(recipe)
    let scratch = try TemporaryFolder()
    var resumes = false
    var cuts = 0
    for document in stride(from: 12, to: 200, by: 9) {
      do {
        try Self.run(recipe, in: scratch, resumes: resumes, failing: (document, PowerCut()))
        break
      } catch is PowerCut {
        cuts += 1
        resumes = try scratch.files.contains("checkpoint.safetensors")
        // What a kill in the middle of writing leaves behind.
        try scratch.write("checkpoint.safetensors.123.partial", Data([1, 2, 3]))
      }
    }
    #expect(cuts > 2)
    #expect(try Self.files(scratch) == whole)
  }

  @Test func aFinishedRunTakenUpAgainIsTheSame() throws {
    let recipe = try Samples.recipe()
    let scratch = try TemporaryFolder()
    try Self.run(recipe, in: scratch)
    let whole = try Self.files(scratch)
    for name in try scratch.files where name != "checkpoint.safetensors" {
      try FileManager.default.removeItem(atPath: "\(scratch.path)/\(name)")
    }
    var before: [Int] = []
    try Self.run(recipe, in: scratch, resumes: true) { before.append($0.before) }
    #expect(before.isEmpty)
    #expect(try Self.files(scratch) == whole)
  }

  @Test func measuringMoreOftenLeavesTheWeightsAlone() throws {
    let whole = try Self.whole(try Samples.recipe())
    let other = try Self.whole(try Samples.recipe(validation: .init(every: 1, documents: 3), checkpointEvery: 5))
    #expect(whole["model.safetensors"] == other["model.safetensors"])
  }

  // MARK: What is refused

  private static func stopped(_ recipe: Recipe) throws -> TemporaryFolder {
    let scratch = try TemporaryFolder()
    #expect(throws: PowerCut.self) { try run(recipe, in: scratch, failing: (25, PowerCut())) }
    return scratch
  }

  @Test func anotherRecipesCheckpoint() throws {
    let recipe = try Samples.recipe()
    let scratch = try Self.stopped(recipe)
    var other = recipe
    other.steps = 9
    other.seed = 4
    other.optimizer.clip = nil
    other.optimizer.weightDecay = 0.25
    other.model = Samples.config([
      "n_layers": .integer(1), "n_heads": .integer(2), "d_model": .integer(8), "vocab_size": .integer(11),
      "n_ctx": .integer(9), "description": .string("with a\ttab and a\nline end \\ and a backslash"),
    ])
    let error = try #require(throws: TrainingError.self) { try Self.run(other, in: scratch, resumes: true) }
    guard case .otherRecipe(_, let differences) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(
      differences.map { "\($0.key): \($0.here) / \($0.there)" } == [
        "model.description: with a\ttab and a\nline end \\ and a backslash / not there", "steps: 9 / 8",
        "seed: 4 / 5", "optimizer.weight_decay: 0.25 / 0.1", "optimizer.clip: none / 1.0",
      ])
    #expect(!error.message.contains("\n"))
    // What is measured, and how often it is saved, may change.
    var same = recipe
    (same.checkpointEvery, same.validation.every) = (3, 2)
    try Self.run(same, in: scratch, resumes: true)
  }

  @Test func settingsAreReadBackAsTheyWereWritten() throws {
    var recipe = try Samples.recipe()
    recipe.data = "a\tb\nc\\n\r\nd \u{2028} \\t"
    let scratch = try Self.stopped(recipe)
    try Self.run(recipe, in: scratch, resumes: true)
  }

  @Test func foldersThatAreTakenOrEmpty() throws {
    let recipe = try Samples.recipe()
    let scratch = try TemporaryFolder()
    #expect(throws: TrainingError.noCheckpoint(folder: scratch.path)) {
      try Self.run(recipe, in: scratch, resumes: true)
    }
    #expect(try scratch.files.isEmpty)
    let stopped = try Self.stopped(recipe)
    #expect(throws: TrainingError.outputTaken(folder: stopped.path, isFinished: false)) {
      try Self.run(recipe, in: stopped)
    }
    try stopped.write("config.json", Data("{}".utf8))
    #expect(throws: TrainingError.outputTaken(folder: stopped.path, isFinished: true)) {
      try Self.run(recipe, in: stopped)
    }
    // A model that was not trained here.
    try scratch.write("config.json", Data("{}".utf8))
    #expect(throws: TrainingError.outputTaken(folder: scratch.path, isFinished: true)) {
      try Self.run(recipe, in: scratch)
    }
  }

  @Test func aCheckpointThatIsDamaged() throws {
    let recipe = try Samples.recipe()
    let scratch = try Self.stopped(recipe)
    let whole = try scratch.bytes("checkpoint.safetensors")
    func message() -> String {
      do {
        try Self.run(recipe, in: scratch, resumes: true)
        return "no error"
      } catch {
        guard let error = error as? any DiagnosedError else { return "undiagnosed: \(error)" }
        #expect(error.kind == .badData && !error.message.contains("\n"))
        return error.message
      }
    }
    for length in [0, 5, 8, 100, whole.count / 2, whole.count - 1] {
      try scratch.write("checkpoint.safetensors", whole.prefix(length))
      #expect(message().contains("checkpoint.safetensors: "), "\(length) bytes: \(message())")
    }
    let header = 8 + Int(whole.prefix(8).enumerated().reduce(0) { $0 + UInt64($1.element) << (8 * UInt64($1.offset)) })
    let text = String(decoding: whole[8..<header], as: UTF8.self)
    // Replaced by the same number of bytes, so that the header's length stays right.
    for (from, to, problem) in [
      ("patchbay-training", "patchbay-somewhat", "it was not written by patchbay train"),
      (#""step":""#, #""stop":""#, "'step' is no number"),
      (#""document":""#, #""documant":""#, "'document' is no number"),
      (#""loss_sum":""#, #""loss_sam":""#, "'loss_sum' is no number"),
      ("second/embed.weight", "second/embed.weihgt", "'second/embed.weight' is missing or of another shape"),
    ] {
      #expect(text.contains(from))
      let changed = text.replacingOccurrences(of: from, with: to)
      try scratch.write("checkpoint.safetensors", whole.prefix(8) + Data(changed.utf8) + whole.suffix(from: header))
      let message = message()
      #expect(message.hasSuffix("the checkpoint cannot be resumed: \(problem)"), "\(message)")
    }
    try scratch.write("checkpoint.safetensors", whole)
    #expect(message() == "no error")
  }

  @Test func aFolderThatCannotBeMade() throws {
    let scratch = try TemporaryFolder()
    try scratch.write("file", Data())
    let trainer = Samples.trainer(try Samples.recipe())
    let error = try #require(throws: TrainingError.self) {
      _ = try TrainingRun(trainer, folder: "\(scratch.path)/file/out").run(resumes: false)
    }
    #expect(error.kind == .cannotCreateOutput)
  }

  // MARK: Numbers that are not finite

  /// After some steps the weights overflow; the checkpoint that is left has only finite numbers.
  @Test(arguments: [1, 2, 3]) func theLastGoodCheckpointIsKept(every: Int) throws {
    let scratch = try TemporaryFolder()
    let optimizer = OptimizerSpec(learningRate: 3e37, warmUp: 8, decay: .constant, weightDecay: 0, clip: nil)
    let recipe = try Samples.recipe(
      steps: 50, optimizer: optimizer, validation: .init(every: 50, documents: 4), checkpointEvery: every)
    let error = try #require(throws: TrainingError.self) { try Self.run(recipe, in: scratch) }
    guard case .stopped(let step, _, let checkpoint, scratch.path) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(step < 50 && (checkpoint ?? 0) < step)
    #expect(try scratch.files.contains("checkpoint.safetensors") == (checkpoint != nil))
    if checkpoint != nil {
      #expect(try SafetensorsFile(path: "\(scratch.path)/checkpoint.safetensors").firstNonFinite() == nil)
    }
    #expect(try !scratch.files.contains("config.json"))
  }
}
