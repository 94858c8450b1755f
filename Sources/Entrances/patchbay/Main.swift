import ArgumentParser
import Commands
import Foundation

/// A command that writes to a console.
protocol ConsoleCommand: ParsableCommand {
  var console: ConsoleOptions { get }

  func work(on console: Console) async throws
}

@main
enum Main {
  static func main() {
    do {
      var parsed = try Patchbay.parseAsRoot()
      guard let command = parsed as? any ConsoleCommand else {
        // Help, which is thrown.
        try parsed.run()
        return
      }
      let box = CommandBox(command: command)
      CommandShell.run(on: Console(isQuiet: command.console.isQuiet)) { try await box.command.work(on: $0) }
    } catch {
      stop(error)
    }
  }

  /// Writes help to standard output, or what is wrong with the arguments to standard error.
  private static func stop(_ error: any Error) -> Never {
    let isHelp = Patchbay.exitCode(for: error).isSuccess
    let text = isHelp ? Patchbay.fullMessage(for: error) : Patchbay.message(for: error)
    CommandShell.run(on: Console()) { console in
      guard isHelp else { throw UsageError(text, arguments: CommandLine.arguments) }
      try console.print(text)
    }
  }
}

/// `@unchecked Sendable`: created on the main thread, which hands it to the command's task and does not use it again.
private struct CommandBox: @unchecked Sendable {
  let command: any ConsoleCommand
}
