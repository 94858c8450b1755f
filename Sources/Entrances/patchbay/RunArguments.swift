import ArgumentParser
import Commands

struct RunArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run an experiment file and write its results.",
    discussion: """
      Writes NAME.h5 to the output folder, and NAME.cache.h5 if the experiment asks for a cache. The files appear when \
      they are complete; the results of a run that was stopped or killed are in NAME.h5.partial, and --resume \
      continues from there. Report, notebook, figures and tables go to notebooks-export/NAME, or with --output to NAME \
      in the output folder.

      Example: patchbay run experiments/ioi.yaml --model models/gpt2 --output results
      """)

  @Argument(help: "The experiment, a YAML file.")
  var experiment: String
  @Option(help: "A folder in Hugging Face layout, a .gguf file or bundled:NAME, instead of the experiment's own model.")
  var model: String?
  @Option(name: .shortAndLong, help: "The folder to write to; created if necessary.")
  var output = RunCommand.defaultOutput
  @Option(help: "How many processors to use; all if not given.")
  var threads: Int?
  @Option(
    help: """
      Memory that runs may take besides the weights, such as 512M or 4G; half of what is free if not given. With less, \
      fewer processors work at once.
      """)
  var memory: MemorySize?
  @Flag(help: "Resume an earlier run of the same experiment; compute only what is missing.")
  var resume = false
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws {
    if let threads, threads < 1 { throw UsageError("--threads must be 1 or more", command: "run") }
    try RunCommand(
      experiment: experiment, model: model, output: output, threads: threads, memory: memory?.bytes,
      isResuming: resume
    ).run(on: console)
  }
}

/// A number of bytes, with K, M, G or T for powers of 1024.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    var digits = Substring(argument)
    if let last = digits.last, last == "B" || last == "b" { digits = digits.dropLast() }
    var factor = 1
    if let unit = digits.last?.uppercased(), let power = ["K", "M", "G", "T"].firstIndex(of: unit) {
      factor = 1 << (10 * (power + 1))
      digits = digits.dropLast()
    }
    guard let number = Double(digits), number > 0, number * Double(factor) < 1e18 else { return nil }
    bytes = Int(number * Double(factor))
  }
}
