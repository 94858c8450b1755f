import Reports

/// `patchbay export`: report, notebook, figures and tables of a results file.
public struct ExportCommand: Sendable {
  public let results: String
  /// The folder that the experiment's own folder is made in.
  public let output: String

  /// Where reports go unless a folder is named.
  public static let defaultOutput = "notebooks-export"

  public init(results: String, output: String = ExportCommand.defaultOutput) {
    self.results = results
    self.output = output
  }

  /// - Throws: `StoreError`, `ReportError`, `FigureError`, `ConsoleError`, `CancellationError`. Files of an earlier export stay where this one did not come to.
  public func run(on console: Console) throws {
    let folder = "\(output)/\(try exportName(of: results))"
    let files = try writeExports(of: results, into: folder) { try Task.checkCancellation() }
    try console.print(files.lines.joined(separator: "\n"))
  }
}

extension ExportedFiles {
  /// What a command says of them.
  var lines: [String] { ["report: \(report)", "notebook: \(notebook)"] }
}
