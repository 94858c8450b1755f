import Diagnostics
import Testing
import Training

/// The wording of every error.
@Suite struct MessageTests {
  @Test(
    arguments: [
      (.notFinite(step: 7, what: "loss"), .badData, "the loss of step 7 is not a finite number"),
      (
        .stopped(step: 7, what: "gradient", checkpoint: 5, folder: "out"), .badData,
        "the gradient of step 7 is not a finite number; the last good checkpoint, of step 5, is in out; try a lower learning rate, "
          + "a longer warm-up or clipping"
      ),
      (
        .stopped(step: 1, what: "loss", checkpoint: nil, folder: "out"), .badData,
        "the loss of step 1 is not a finite number; no checkpoint had been written; try a lower learning rate, a longer warm-up or clipping"
      ),
      (
        .nothingToPredict, .badData, "the text has no document of two tokens or more, so there is nothing to predict"
      ),
      (
        .nothingToValidate, .badData,
        "the validation text has no document of two tokens or more; give more text, or more validation documents"
      ),
      (
        .noCheckpoint(folder: "out"), .inputNotFound,
        "out: there is no checkpoint to resume from; leave out --resume to start over"
      ),
      (
        .otherRecipe(
          file: "c",
          differences: [.init(key: "steps", here: "9", there: "8"), .init(key: "data", here: "a\nb", there: "c")]
        ), .badData,
        "c: the checkpoint is from another recipe: steps is 9 here and 8 there; data is a\\nb here and c there"
      ),
      (
        .damagedCheckpoint(file: "c", problem: "'step' is no number"), .badData,
        "c: the checkpoint cannot be resumed: 'step' is no number"
      ),
      (
        .outputTaken(folder: "out", isFinished: true), .cannotCreateOutput,
        "out: it already holds a trained model; choose another --output, or remove the model first"
      ),
      (
        .outputTaken(folder: "out", isFinished: false), .cannotCreateOutput,
        "out: it already holds a checkpoint; give --resume to continue from it, or choose another --output"
      ),
      (.cannotWrite(file: "out/a", reason: "no space"), .cannotCreateOutput, "out/a: cannot be written: no space"),
      (
        .interrupted(step: 3, of: 9, folder: "out"), .interrupted,
        "interrupted after 3 of 9 steps; the checkpoint is in out; continue with --resume"
      ),
      (
        .interrupted(step: 0, of: 9, folder: nil), .interrupted,
        "interrupted before the first step; nothing was written"
      ),
    ] as [(TrainingError, FailureKind, String)])
  func wording(error: TrainingError, kind: FailureKind, message: String) {
    #expect(error.message == message)
    #expect(error.kind == kind)
  }
}
