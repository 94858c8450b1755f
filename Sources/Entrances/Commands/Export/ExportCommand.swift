import Reports

/// `patchbay export`: writes the report, notebook, figures and tables of a file of results, analyses or heads.
public struct ExportCommand: Sendable {
  public let results: String
  /// The folder in which the file's own folder is created.
  public let output: String

  /// The default folder of reports.
  public static let defaultOutput = "notebooks-export"

  public init(results: String, output: String = ExportCommand.defaultOutput) {
    self.results = results
    self.output = output
  }

  /// - Throws: `StoreError`, `ReportError`, `FigureError`, `ConsoleError`, `CancellationError`. Files of an earlier
  ///   export remain if this one did not get to them.
  public func run(on console: Console) throws {
    let folder = "\(output)/\(try exportName(of: results))"
    let files = try writeExports(of: results, into: folder) { try Task.checkCancellation() }
    try console.print(files.lines.joined(separator: "\n"))
  }
}

extension ExportedFiles {
  /// Exports what a command has just written: below the folder of that file, or in the folder of reports if that is the
  /// default one.
  static func exporting(_ file: String, writtenTo folder: String) throws -> ExportedFiles {
    let output = folder == RunCommand.defaultOutput ? ExportCommand.defaultOutput : folder
    return try writeExports(of: file, into: "\(output)/\(try exportName(of: file))") { try Task.checkCancellation() }
  }

  /// The lines that a command prints about them.
  var lines: [String] { ["report: \(report)", "notebook: \(notebook)"] }
}
