import ActivationStore
import ExperimentFile
import Foundation
import LabelledArrays
import Runs
import Synchronization

/// Results of stopped runs.
extension Corpus {
  /// The name under which results are resumed.
  static let resumed = "made"
  /// The case that is resumed and completed.
  static let underWay = "results-under-way"
  /// The table in one of the files.
  static let table = "mazes"

  /// - Parameter inputs: the folder with the model.
  /// - Returns: the path of what the run left behind.
  static func stoppedRun(_ inputs: String) throws -> String {
    let text = TextCases.reading[.results] ?? ""
    try write([("stopped.yaml", text)], to: inputs)
    let run = try ExperimentRun(try Experiment(file: "\(inputs)/stopped.yaml"), threads: 1, memory: 128 << 20)
    let asked = Atomic(0)
    let folder = "\(inputs)/stopped"
    do {
      _ = try run.run(into: folder, shouldStop: { asked.add(1, ordering: .relaxed).newValue > 6 })
    } catch ExperimentError.interruptedWithRest(_, _, let file) {
      return file
    }
    throw Unsound("the run was not stopped")
  }

  /// A partial file with a table, as in maze studies.
  static func laidOutByHand(_ inputs: String) throws -> String {
    let path = "\(inputs)/by-hand.h5"
    let axes = [LabelledAxis("layer", .range(2)), LabelledAxis("sender", .texts(["0.1", "mlp.0"]))]
    let file = try PartialResults(
      creating: path,
      header: ResultsHeader(
        experiment: "name: by-hand", model: "model", modelSHA256: "00", direction: "denoise",
        patchbayVersion: PatchbayVersion.text),
      prompts: [PromptRow(cleanTokens: [1, 2], corruptedTokens: [1, 3], answerToken: 2, wrongToken: 3)],
      baselines: [(.clean, ["logit_diff"]), (.corrupted, ["logit_diff"])],
      sweeps: [.init(SweepDeclaration(name: "one", axes: axes, metrics: ["logit_diff"]), passes: [.run, .estimate])],
      tables: [.init(name: table, width: 4)])
    try file.write(
      sweep: "one", .run, span: 0..<2, examples: 0..<1, done: [0, 1],
      datasets: [("logit_diff", [1, 2]), (Schema.Sweep.changeNorm, [0, 1])])
    try file.write(table: table, example: 0, values: [1, 2, 3, 4])
    file.keep()
    return PartialResults.path(of: path)
  }
}
