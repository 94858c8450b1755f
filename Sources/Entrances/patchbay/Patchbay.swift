import ActivationStore
import ArgumentParser

/// The root of all commands.
struct Patchbay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay",
    abstract: "A workbench for patching the internal activations of neural networks.",
    discussion: """
      MODEL is a folder in Hugging Face layout (config.json, model.safetensors, tokenizer.json), a .gguf file or bundled:NAME. \
      Results go to standard output, progress and messages to standard error.

      Exit status: 0 done; 64 wrong usage; 65 bad data; 66 input not found; 73 output cannot be created; 74 reading or \
      writing failed; 130 interrupted.
      """,
    version: PatchbayVersion.text,
    subcommands: [
      RunArguments.self, TrainArguments.self, DatasetArguments.self, LogitsArguments.self, CacheArguments.self,
      AnalyzeArguments.self, VectorArguments.self, GenerateArguments.self, HooksArguments.self, HeadsArguments.self,
      MazesArguments.self, InspectArguments.self, ExportArguments.self, ModelsArguments.self,
    ])
}

/// Options of every command.
struct ConsoleOptions: ParsableArguments {
  @Flag(name: .customLong("quiet"), help: "No progress and no messages; errors only.")
  var isQuiet = false
}
