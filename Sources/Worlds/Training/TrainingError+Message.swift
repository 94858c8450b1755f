import Diagnostics

extension TrainingError {
  public var message: String {
    switch self {
    case .notFinite(let step, let what): "the \(what) of step \(step) is not a finite number"
    case .stopped(let step, let what, let checkpoint, let folder):
      "the \(what) of step \(step) is not a finite number; "
        + (checkpoint.map { "the last good checkpoint, of step \($0), is in \(folder); " }
          ?? "no checkpoint had been written; ")
        + "try a lower learning rate, a longer warm-up or clipping"
    case .nothingToPredict: "the text has no document of two tokens or more, so there is nothing to predict"
    case .nothingToValidate:
      "the validation text has no document of two tokens or more; give more text, or more validation documents"
    case .noCheckpoint(let folder): "\(folder): there is no checkpoint to resume from; leave out --resume to start over"
    case .otherRecipe(let file, let differences):
      "\(file): the checkpoint is from another recipe: "
        + differences.map { "\(visible($0.key)) is \(visible($0.here)) here and \(visible($0.there)) there" }.joined(
          separator: "; ")
    case .damagedCheckpoint(let file, let problem): "\(file): the checkpoint cannot be resumed: \(problem)"
    case .outputTaken(let folder, let isFinished):
      isFinished
        ? "\(folder): it already holds a trained model; choose another --output, or remove the model first"
        : "\(folder): it already holds a checkpoint; give --resume to continue from it, or choose another --output"
    case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
    case .interrupted(let step, let steps, let folder):
      folder.map { "interrupted after \(step) of \(steps) steps; the checkpoint is in \($0); continue with --resume" }
        ?? "interrupted before the first step; nothing was written"
    }
  }
}
