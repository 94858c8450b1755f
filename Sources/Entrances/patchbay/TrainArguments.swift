import ArgumentParser
import Commands

struct TrainArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model from a recipe.",
    discussion: """
      During training, checkpoints go to checkpoint.safetensors in the output folder. At the end it is a model's \
      folder, with config.json, model.safetensors, the tokenizer, the recipe, and the loss as loss.csv and loss.svg. \
      With --resume a run that was stopped or killed continues from its checkpoint and ends with the same weights, bit \
      for bit.

      Example: patchbay train recipe.yaml --output models/mine
      """)

  @Argument(help: "The recipe, a YAML file.")
  var recipe: String
  @Option(name: .shortAndLong, help: "The folder to write to; created if necessary.")
  var output: String
  @Flag(help: "Resume from the checkpoint in the output folder.")
  var resume = false
  @Option(help: "How many processors to use; all if not given. The weights do not depend on it.")
  var threads: Int?
  @Option(help: "A seed for the initial weights and the order of the text, instead of the recipe's.")
  var seed: UInt64?
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws {
    if let threads, threads < 1 { throw UsageError("--threads must be 1 or more", command: "train") }
    try TrainCommand(recipe: recipe, output: output, resumes: resume, threads: threads, seed: seed).run(on: console)
  }
}
