import Diagnostics

/// An error in a command's arguments, on one line.
struct UsageError: DiagnosedError {
  let kind = FailureKind.wrongUsage
  let message: String

  /// A problem that a command finds in its arguments after they have been parsed.
  init(_ problem: String, command: String) {
    message = "\(problem) (see `patchbay \(command) --help`)"
  }

  /// Arguments that ArgumentParser cannot parse.
  /// - Parameters:
  ///   - message: ArgumentParser's message, on one or more lines.
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
