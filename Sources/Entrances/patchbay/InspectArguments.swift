import ArgumentParser
import Commands

struct InspectArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show the contents of a results or cache file.",
    discussion: """
      Shows the header, every dataset with its axes, and for each sweep the cells that changed the metric most.

      Example: patchbay inspect activations/ioi-denoise.h5
      """)

  @Argument(help: "An HDF5 file of `patchbay run` or `patchbay cache`.")
  var file: String
  @Flag(name: .customLong("json"), help: "Write JSON.")
  var isJSON = false
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws { try InspectCommand(file: file, isJSON: isJSON).run(on: console) }
}
