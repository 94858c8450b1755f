import ArgumentParser
import Commands

struct ExportArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Make a report, notebook, figures and tables from a results file.",
    discussion: """
      Writes report.html, a self-contained page, NAME.ipynb, a notebook for further work, figures/ (SVG and PNG) and \
      tables/ (CSV) to notebooks-export/NAME, where NAME is the experiment's. `patchbay run` does the same when it is \
      done. The partial file of an unfinished run (NAME.h5.partial) can also be exported; its report says so.

      Example: patchbay export activations/ioi.h5
      """)

  @Argument(help: "A results file of `patchbay run`.")
  var results: String
  @Option(name: .shortAndLong, help: "The folder in which to create NAME.")
  var output = ExportCommand.defaultOutput
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws { try ExportCommand(results: results, output: output).run(on: console) }
}
