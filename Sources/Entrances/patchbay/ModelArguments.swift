import ArgumentParser
import Commands

struct HooksArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "hooks", abstract: "List the activations of a model: their names, axes and sizes.",
    discussion: """
      Names are those of TransformerLens. The length of an axis without a number depends on the prompts.

      Example: patchbay hooks models/gpt2 --json
      """)

  @Argument(help: "A folder in Hugging Face layout, a .gguf file, or bundled:NAME.")
  var model: String
  @Flag(name: .customLong("json"), help: "Write JSON: name, axes, sizes (null if they depend on prompts), on_request.")
  var isJSON = false
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws { try HooksCommand(model: model, isJSON: isJSON).run(on: console) }
}

struct ModelsArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the bundled models and the kinds of models that can be loaded.",
    discussion: "Example: patchbay models")

  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws { try ModelsCommand().run(on: console) }
}
