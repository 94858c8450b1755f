import ArgumentParser
import Commands

struct AnalyzeArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Analyse cached activations: directions, probes, components, clusters, trajectories, units.",
    discussion: """
      Reads an analysis file, makes the caches that it describes, and writes NAME.analysis.h5. The file's keys are in \
      Documentation/analysis-file.md.

      Example: patchbay analyze experiments/agency.yaml
      """)

  @Argument(help: "The analysis file (YAML).")
  var analysis: String
  @Option(help: "A model for the file's caches, instead of the one that it names.")
  var model: String?
  @Option(name: .shortAndLong, help: "The folder for results and new caches.")
  var output = RunCommand.defaultOutput
  @Option(help: "How many processors to use; all if not given.")
  var threads: Int?
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    if let threads, threads < 1 { throw UsageError("--threads must be 1 or more", command: "analyze") }
    try await AnalyzeCommand(analysis: analysis, model: model, output: output, threads: threads).run(on: console)
  }
}
