import Diagnostics

/// Arguments that make no sense, on one line.
struct UsageError: DiagnosedError {
  let kind = FailureKind.wrongUsage
  let message: String

  /// What a command says of its arguments once they are all understood.
  init(_ problem: String, command: String) {
    message = "\(problem) (see `patchbay \(command) --help`)"
  }

  /// Arguments that ArgumentParser does not understand.
  /// - Parameters:
  ///   - message: in ArgumentParser's words, on one or more lines.
  ///   - arguments: the whole command line.
  init(_ message: String, arguments: [String]) {
    let commands = Patchbay.configuration.subcommands.map { $0._commandName }
    let first = arguments.dropFirst().first
    if let first, !first.hasPrefix("-"), !commands.contains(first) {
      self.message = "unknown command '\(first)'\(suggestion(for: first, among: commands))"
    } else {
      let help = first.map { commands.contains($0) ? "patchbay \($0) --help" : "patchbay --help" } ?? "patchbay --help"
      let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
      self.message = "\(text.prefix(1).lowercased() + text.dropFirst()) (see `\(help)`)"
    }
  }
}
