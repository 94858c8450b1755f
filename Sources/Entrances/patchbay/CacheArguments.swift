import ActivationStore
import ArgumentParser
import Commands
import Workbenches

struct CacheArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Store activations of many prompts in an HDF5 file.",
    discussion: """
      The prompt file has one JSON object per line: {"prompt": "text"} (or "text"), {"tokens": [1, 2]}, or pairs \
      {"clean": ..., "corrupted": ...}, whose two runs are stored under clean/ and corrupted/. The keys label, answer \
      and wrong are stored with the prompts. Memory does not grow with the number of prompts; the output appears when \
      it is complete.

      Example: patchbay cache models/gpt2 --prompts prompts.jsonl --hooks 'blocks.*.hook_resid_pre' --output resid.h5
      """)

  @Argument(help: "A folder in Hugging Face layout, a .gguf file, or bundled:NAME.")
  var model: String
  @Option(help: "A file with one JSON object per line.")
  var prompts: String
  @Option(help: "Names of activations, separated by commas, with * and ? as wildcards; may be repeated.")
  var hooks: [String]
  @Option(name: .shortAndLong, help: "The HDF5 file to write.")
  var output: String
  @Option(help: "How numbers are stored.")
  var dtype = CachePlan.Precision.float32
  @Flag(help: "Compress: smaller and several times slower.")
  var compress = false
  @Option(help: "Whether to put the beginning-of-text token first; auto: as the tokenizer does.")
  var prependBos = PrependBOS.automatic
  @Option(help: "How many processors to use; all if not given.")
  var threads: Int?
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    if let threads, threads < 1 { throw UsageError("--threads must be 1 or more", command: "cache") }
    try await CacheCommand(
      model: model, prompts: prompts, hooks: hooks.flatMap { $0.split(separator: ",").map(String.init) },
      output: output,
      precision: dtype, compress: compress, prependBOS: prependBos, threads: threads
    ).run(on: console)
  }
}
