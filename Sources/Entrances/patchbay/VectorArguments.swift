import Analysis
import ArgumentParser
import Commands
import Interventions
import Workbenches

struct VectorArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "vector",
    abstract: "Make a steering vector from prompt pairs.",
    discussion: """
      The vector steers towards the clean prompts. Experiments add it with \
      edit: {add: {vector: FILE.h5, coefficient: [...]}}. Documentation/steering.md has the definitions.

      Example: patchbay vector bundled:ioi --prompts experiments/minds.jsonl --site resid_post --output activations/mind.h5
      """)

  @Argument(help: "A folder in Hugging Face layout, a .gguf file, or bundled:NAME.")
  var model: String
  @Option(help: "Prompt pairs, one JSON object per line: clean, corrupted.")
  var prompts: String
  @Option(help: "The kind of activation.")
  var site = SiteName.residPre
  @Option(
    help:
      "mean-difference over pairs; paired-component: the first principal component of their differences; difference: of one pair, position by position; random."
  )
  var method = VectorCommand.Method.meanDifference
  @Option(help: "Which token: a number, mean, or {LABEL} for the words that a label of the prompt holds.")
  var position = PositionArgument(index: -1)
  @Option(help: "The seed of a random vector.")
  var seed: UInt64 = 0
  @Option(name: .shortAndLong, help: "The HDF5 file to write; a control vector of llama.cpp if its name ends in .gguf.")
  var output: String
  @Option(help: "Whether to put the beginning-of-text token first in prompts; auto: as the tokenizer does.")
  var prependBos = PrependBOS.automatic
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    try await VectorCommand(
      model: model, prompts: prompts, site: site, method: method, position: position.rule, seed: seed, output: output,
      prependBOS: prependBos
    ).run(on: console)
  }
}

/// Which token of a prompt.
struct PositionArgument: ExpressibleByArgument {
  let rule: PositionRule

  init(index: Int) {
    rule = .index(index)
    defaultValueDescription = "\(index)"
  }

  init?(argument: String) {
    defaultValueDescription = argument
    if let index = Int(argument) {
      rule = .index(index)
    } else if argument == "mean" {
      rule = .mean
    } else if argument.hasPrefix("{"), argument.hasSuffix("}"), argument.count > 2 {
      rule = .span(label: String(argument.dropFirst().dropLast()), occurrence: -1, edge: .last)
    } else {
      return nil
    }
  }

  /// The position as it is written; the help shows it for the default.
  let defaultValueDescription: String
}
