import Reports

/// `patchbay export`: report, notebook, figures and tables of a file of results, analyses or heads.
public struct ExportCommand: Sendable {
  public let results: String
  /// The folder that the file's own folder is made in.
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
  /// Exports what a command has just written: below the folder it was written to, or where reports go when that is the usual one.
  static func exporting(_ file: String, writtenTo folder: String) throws -> ExportedFiles {
    let output = folder == RunCommand.defaultOutput ? ExportCommand.defaultOutput : folder
    return try writeExports(of: file, into: "\(output)/\(try exportName(of: file))") { try Task.checkCancellation() }
  }

  /// What a command says of them.
  var lines: [String] { ["report: \(report)", "notebook: \(notebook)"] }
}
