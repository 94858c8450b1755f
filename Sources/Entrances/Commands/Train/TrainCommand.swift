import Diagnostics
import Foundation
import Training

/// `patchbay train`: trains a model by a recipe, in a folder of its own.
public struct TrainCommand: Sendable {
  public let recipe: String
  public let output: String
  public let resumes: Bool
  public let threads: Int?
  /// Replaces the recipe's own.
  public let seed: UInt64?

  public init(recipe: String, output: String, resumes: Bool = false, threads: Int? = nil, seed: UInt64? = nil) {
    self.recipe = recipe
    self.output = output
    self.resumes = resumes
    self.threads = threads
    self.seed = seed
  }

  /// - Throws: `ExperimentError`, `TrainingError`, `CheckpointError`, `TokenizerError`, `DatasetError`, `ConsoleError`.
  public func run(on console: Console) throws {
    let file = try RecipeFile(file: recipe, seed: seed)
    let trainer = Trainer(
      file.recipe, data: file.data, tasks: file.tasks, threads: threads)
    let unit = file.data.unit
    let parameters = trainer.graph.weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
    var line: ProgressLine?
    defer { line?.finish() }
    var rate: Double?
    let start = ContinuousClock.now
    let state = try TrainingRun(trainer, folder: output, files: file.files).run(resumes: resumes) { now in
      rate = rate.map { 0.95 * $0 + 0.05 * now.tokensPerSecond } ?? now.tokensPerSecond
      if line == nil {
        console.note(
          "\(parameters) parameters, \(file.recipe.steps) steps of \(unit == "mazes" ? "" : "about ")\(file.recipe.batchTokens) \(unit) on "
            + "\(threads ?? ProcessInfo.processInfo.activeProcessorCount) processors")
      }
      let progress =
        line ?? ProgressLine("training", total: file.recipe.steps, unit: "steps", before: now.before, on: console)
      line = progress
      if let record = now.record {
        progress.finish()
        console.note(Self.line(record))
      }
      progress.advance(
        to: now.step, title: "loss \(decimal(now.loss, 3)), \(Int(rate ?? 0)) \(unit) a second")
    }
    line?.finish()
    try console.print(report(state, unit: unit, seconds: (ContinuousClock.now - start) / .seconds(1)))
  }

  private static func line(_ record: TrainingRecord) -> String {
    let tasks = record.tasks.map {
      "\($0.name) \(decimal(100 * $0.accuracy, 1)) % (\(decimal($0.logitDifference, 1)))"
    }
    return
      (["step \(record.step): loss \(decimal(record.trainingLoss, 3)), validation \(decimal(record.validationLoss, 3))"]
      + tasks).joined(separator: ", ")
  }

  private func report(_ state: TrainingState, unit: String, seconds: Double) -> String {
    var parts = ["\(output): \(state.step) steps, \(state.tokens) \(unit), \(Int(seconds)) s in this run"]
    if let last = state.history.last, !last.tasks.isEmpty {
      var table = TextTable(
        header: ["task", "accuracy", "logit difference", "top answer"], alignments: [.left, .right, .right, .right])
      for task in last.tasks {
        table.add([
          task.name, "\(decimal(100 * task.accuracy, 1)) %", decimal(task.logitDifference, 2),
          "\(decimal(100 * task.top, 1)) %",
        ])
      }
      parts.append("held-out \(unit == "mazes" ? unit : "pairs"):\n\n\(table.text)")
    }
    return parts.joined(separator: "\n\n")
  }
}

extension TrainingData {
  /// The unit in which batches are counted.
  fileprivate var unit: String {
    switch self {
    case .documents: "tokens"
    case .pictures: "mazes"
    }
  }
}
