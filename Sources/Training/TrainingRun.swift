import Checkpoints
import Diagnostics
import Foundation
import Tensors

/// A training run in a folder: steps, measurements and checkpoints to the end, and the model's folder as its result.
public struct TrainingRun: Sendable {
  public let trainer: Trainer
  /// The folder that everything goes to.
  public let folder: String
  /// Files that become part of the result, by name: the tokenizer, the recipe.
  public let files: [(name: String, bytes: [UInt8])]

  /// How far a run is.
  public struct Progress: Sendable {
    public let step: Int
    /// The running mean of the loss.
    public let loss: Double
    public let tokensPerSecond: Double
    /// What was measured at this step, if anything was.
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
  ///   - resumes: whether to go on from a checkpoint.
  ///   - report: called after every step.
  /// - Returns: the last state. The folder then holds `config.json`, `model.safetensors`, `loss.csv`, `loss.svg` and `files`; the checkpoint stays.
  /// - Throws: `TrainingError`, `CheckpointError`, whatever the source throws. Whatever it is, the last checkpoint is in the folder.
  public func run(resumes: Bool, report: (Progress) -> Void = { _ in }) throws -> TrainingState {
    try makeFolder()
    let hasCheckpoint = FileManager.default.fileExists(atPath: checkpoint)
    let isFinished = FileManager.default.fileExists(atPath: "\(folder)/config.json")
    var state: TrainingState
    if resumes {
      guard hasCheckpoint else { throw TrainingError.noCheckpoint(folder: folder) }
      state = try TrainingCheckpoint.read(checkpoint, for: trainer)
    } else {
      if hasCheckpoint || isFinished { throw TrainingError.outputTaken(folder: folder, isFinished: isFinished) }
      state = trainer.start()
    }
    var lastSaved: Int? = resumes ? state.step : nil
    do {
      try train(&state, &lastSaved, report)
    } catch TrainingError.notFinite(let step, let what) {
      throw TrainingError.stopped(step: step, what: what, checkpoint: lastSaved, folder: folder)
    } catch is CancellationError {
      if state.step > lastSaved ?? 0 { try TrainingCheckpoint.write(state, trainer, to: checkpoint) }
      throw TrainingError.interrupted(step: state.step, of: trainer.recipe.steps, folder: folder)
    }
    try write(state)
    return state
  }

  private func train(_ state: inout TrainingState, _ lastSaved: inout Int?, _ report: (Progress) -> Void) throws {
    let recipe = trainer.recipe
    var (sum, count) = (0.0, 0)
    var running: Double?
    var clock = ContinuousClock.now
    while state.step < recipe.steps {
      try Task.checkCancellation()
      let (loss, tokens) = try trainer.step(&state)
      sum += loss * Double(tokens)
      count += tokens
      running = running.map { 0.95 * $0 + 0.05 * loss } ?? loss
      var record: TrainingRecord?
      let isLast = state.step == recipe.steps
      if state.step % recipe.validation.every == 0 || isLast {
        let (validation, tasks) = try trainer.validate(state)
        // Since the last record; a run that was taken up again has only what came after.
        let own = TrainingRecord(
          step: state.step, tokens: state.tokens,
          learningRate: recipe.optimizer.rate(step: state.step - 1, of: recipe.steps),
          trainingLoss: sum / Double(count),
          validationLoss: validation, tasks: tasks)
        state.history.append(own)
        record = own
        (sum, count) = (0, 0)
      }
      if state.step % recipe.checkpointEvery == 0 || isLast {
        try TrainingCheckpoint.write(state, trainer, to: checkpoint)
        lastSaved = state.step
      }
      let now = ContinuousClock.now
      report(
        Progress(
          step: state.step, loss: running ?? loss, tokensPerSecond: Double(tokens) / ((now - clock) / .seconds(1)),
          record: record))
      clock = .now
    }
  }

  // MARK: The result

  private func write(_ state: TrainingState) throws {
    var weights = SafetensorsWriter(metadata: ["format": "pt"])
    for (declaration, tensor) in zip(trainer.graph.weights, state.weights) { try weights.add(declaration.name, tensor) }
    try weights.write(to: "\(folder)/model.safetensors")
    for (name, bytes) in files { try write(bytes, to: name) }
    try write(Array(LossCurve.csv(state.history).utf8), to: "loss.csv")
    try write(Array(LossCurve.svg(state.history).utf8), to: "loss.svg")
    // Last: a folder with a config is a model.
    try write(Array(config.utf8), to: "config.json")
  }

  private var config: String {
    var config = JSONObject()
    config.append(key: "model_type", value: .string("patchbay"))
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

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw TrainingError.cannotWrite(file: folder, reason: (error as NSError).localizedDescription)
    }
  }
}
