import ArgumentParser
import Commands

struct ExportArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Make report, notebook, figures and tables of a results file.",
    discussion: """
      Writes report.html, one page that needs nothing else, NAME.ipynb, a notebook to go on from, figures/ (SVG and PNG) and tables/ (CSV) to \
      notebooks-export/NAME, NAME being the experiment's. Run does the same when it is done. A file that a run has left unfinished \
      (NAME.h5.partial) will do; its report says so.

      Example: patchbay export activations/ioi.h5
      """)

  @Argument(help: "A results file that run has written.")
  var results: String
  @Option(name: .shortAndLong, help: "The folder that NAME is made in.")
  var output = ExportCommand.defaultOutput
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws { try ExportCommand(results: results, output: output).run(on: console) }
}
