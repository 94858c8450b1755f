import Analysis
import ArgumentParser
import Commands
import Workbenches

struct HeadsArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "heads",
    abstract: "Show what every attention head does: where it attends, what it copies, which heads it composes with.",
    discussion: """
      Runs detectors (previous, current and first token, duplicate token, induction) on repeated random sequences and \
      on your own prompts, and computes copying scores of the OV and QK circuits and the Q-, K- and V-composition of \
      every head with every later one.

      Example: patchbay heads models/gpt2 --sequences 32 --output heads.h5
      """)

  @Argument(help: "A folder in Hugging Face layout, a .gguf file, or bundled:NAME.")
  var model: String
  @Option(
    help:
      "Prompts to run the detectors on as well: a file with one JSON object per line, as for cache; with pairs, the clean prompts."
  )
  var prompts: String?
  @Option(help: "How many random sequences.")
  var sequences = 16
  @Option(help: "How many random tokens to repeat; by default 50, or as many as the model takes.")
  var length: Int?
  @Option(help: "The seed of the random tokens.")
  var seed: UInt64 = 0
  @Option(help: "How many heads and pairs to show of each kind.")
  var top = 5
  @Option(help: "Gains of norms: folded into the weights that read through them, or left out (stored).")
  var gains = NormGains.folded
  @Flag(name: .customLong("json"), help: "Write JSON.")
  var isJSON = false
  @Option(name: .shortAndLong, help: "An HDF5 file to write all scores to.")
  var output: String?
  @Option(help: "Whether to put the beginning-of-text token first in prompts; auto: as the tokenizer does.")
  var prependBos = PrependBOS.automatic
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    if top < 1 { throw UsageError("--top must be 1 or more", command: "heads") }
    if sequences < 1 { throw UsageError("--sequences must be 1 or more", command: "heads") }
    if let length, length < 2 { throw UsageError("--length must be 2 or more", command: "heads") }
    try await HeadsCommand(
      model: model, prompts: prompts, sequences: sequences, length: length, seed: seed, top: top, gains: gains,
      isJSON: isJSON, output: output, prependBOS: prependBos
    ).run(on: console)
  }
}
