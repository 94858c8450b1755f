import Checkpoints
import Diagnostics
import Foundation
import Tensors

/// A training run in a folder: steps, measurements and checkpoints to the end, and the model's folder as its result.
public struct TrainingRun: Sendable {
  public let trainer: Trainer
  /// The folder for all output.
  public let folder: String
  /// Files that become part of the result, by name: the tokenizer, the recipe.
  public let files: [(name: String, bytes: [UInt8])]

  /// The progress of a run.
  public struct Progress: Sendable {
    /// How many steps have been done.
    public let step: Int
    /// How many of them were done by an earlier run.
    public let before: Int
    /// The running mean of the training loss, in nats.
    public let loss: Double
    public let tokensPerSecond: Double
    /// What was measured at this step, if anything.
    public let record: TrainingRecord?
  }

  public init(_ trainer: Trainer, folder: String, files: [(name: String, bytes: [UInt8])] = []) {
    self.trainer = trainer
    self.folder = folder
    self.files = files
  }

  private var checkpoint: String { "\(folder)/\(TrainingCheckpoint.fileName)" }

  /// Trains from the beginning, or from the checkpoint in the folder, to the recipe's last step.
  /// - Parameters:
  ///   - resumes: whether to resume from a checkpoint.
  ///   - report: called after every step.
  /// - Returns: the last state. The folder then has `config.json`, `model.safetensors`, `loss.csv`, `loss.svg` and
  ///   `files`; the checkpoint stays.
  /// - Throws: `TrainingError`, `CheckpointError`, whatever the source throws. In any case the last checkpoint is in
  ///   the folder.
  public func run(resumes: Bool, report: (Progress) -> Void = { _ in }) throws -> TrainingState {
    let hasCheckpoint = FileManager.default.fileExists(atPath: checkpoint)
    var state: TrainingState
    if resumes {
      guard hasCheckpoint else { throw TrainingError.noCheckpoint(folder: folder) }
      state = try TrainingCheckpoint.read(checkpoint, for: trainer)
    } else {
      let isFinished = FileManager.default.fileExists(atPath: "\(folder)/config.json")
      if hasCheckpoint || isFinished { throw TrainingError.outputTaken(folder: folder, isFinished: isFinished) }
      state = trainer.start()
    }
    try makeFolder(folder)
    removeLeftOvers()
    var lastSaved: Int? = resumes ? state.step : nil
    do {
      // Every step needs the same memory; what one releases is reused by the next.
      try Tensor.keepingMemory(Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)) {
        try train(&state, &lastSaved, report)
      }
    } catch TrainingError.notFinite(let step, let what) {
      throw TrainingError.stopped(step: step, what: what, checkpoint: lastSaved, folder: folder)
    } catch is CancellationError {
      if state.step > lastSaved ?? 0 { try save(state, &lastSaved) }
      throw TrainingError.interrupted(step: state.step, of: trainer.recipe.steps, folder: lastSaved.map { _ in folder })
    }
    try write(state)
    return state
  }

  private func train(_ state: inout TrainingState, _ lastSaved: inout Int?, _ report: (Progress) -> Void) throws {
    let recipe = trainer.recipe
    let before = state.step
    if before == 0 { try keepSnapshot(state) }
    var running: Double?
    while state.step < recipe.steps {
      try Task.checkCancellation()
      let start = ContinuousClock.now
      let (loss, tokens) = try trainer.step(&state)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      running = running.map { 0.95 * $0 + 0.05 * loss } ?? loss
      let isLast = state.step == recipe.steps
      var record: TrainingRecord?
      if state.step % recipe.validation.every == 0 || isLast { record = try measure(&state) }
      if state.step % recipe.checkpointEvery == 0 || isLast { try save(state, &lastSaved) }
      try keepSnapshot(state)
      report(
        Progress(
          step: state.step, before: before, loss: running ?? loss, tokensPerSecond: Double(tokens) / seconds,
          record: record))
    }
  }

  /// Validates, and begins a new record of the training loss.
  private func measure(_ state: inout TrainingState) throws -> TrainingRecord {
    let (loss, tasks) = try trainer.validate(state)
    let recipe = trainer.recipe
    let record = TrainingRecord(
      step: state.step, tokens: state.tokens,
      learningRate: recipe.optimizer.rate(step: state.step - 1, of: recipe.steps),
      trainingLoss: state.lossTokens > 0 ? state.lossSum / Double(state.lossTokens) : .nan, validationLoss: loss,
      tasks: tasks)
    state.history.append(record)
    (state.lossSum, state.lossTokens) = (0, 0)
    return record
  }

  /// Writes a checkpoint, unless training could not be resumed from it.
  private func save(_ state: TrainingState, _ lastSaved: inout Int?) throws {
    // A step may leave non-finite weights that only the next step's loss would reveal.
    guard state.isFinite(threads: trainer.threads) else {
      throw TrainingError.notFinite(step: state.step, what: "outcome")
    }
    try TrainingCheckpoint.write(state, trainer, to: checkpoint)
    lastSaved = state.step
  }

  /// Removes files left half written by a run that was killed.
  private func removeLeftOvers() {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return }
    for case let name as String in names where TrainingCheckpoint.isLeftOver(name) { unlink("\(folder)/\(name)") }
  }

  // MARK: Results

  private func write(_ state: TrainingState) throws {
    try write(Array(LossCurve.csv(state.history).utf8), to: "loss.csv")
    try write(Array(LossCurve.svg(state.history).utf8), to: "loss.svg")
    try writeModel(state, below: "")
  }

  /// Keeps the current model as `step-N`, if the recipe says so.
  private func keepSnapshot(_ state: TrainingState) throws {
    guard trainer.recipe.snapshots.contains(state.step) else { return }
    let name = "step-\(state.step)"
    try makeFolder("\(folder)/\(name)")
    try writeModel(state, below: "\(name)/")
  }

  /// - Parameter prefix: prepended to the files' names in the folder.
  private func writeModel(_ state: TrainingState, below prefix: String) throws {
    var weights = SafetensorsWriter(metadata: ["format": "pt"])
    for (declaration, tensor) in zip(trainer.graph.weights, state.weights) { try weights.add(declaration.name, tensor) }
    try weights.write(to: "\(folder)/\(prefix)model.safetensors")
    for (name, bytes) in files { try write(bytes, to: prefix + name) }
    // Last, since a folder with a config is a model.
    try write(Array(config.utf8), to: "\(prefix)config.json")
  }

  private var config: String {
    var config = JSONObject()
    config.append(key: "model_type", value: .string(trainer.recipe.spec.family))
    for member in trainer.recipe.model.members { config.append(key: member.key, value: member.value) }
    return JSONValue.object(config).text + "\n"
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
    } catch {
      throw TrainingError.cannotWrite(file: "\(folder)/\(name)", reason: (error as NSError).localizedDescription)
    }
  }

  private func makeFolder(_ folder: String) throws {
    if let reason = makeFolders(folder) { throw TrainingError.cannotWrite(file: folder, reason: reason) }
  }
}
