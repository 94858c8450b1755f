import ArgumentParser
import Experiments
import Foundation

/// A command that writes to a console.
protocol ConsoleCommand: ParsableCommand {
  var console: ConsoleOptions { get }

  func work(on console: Console) async throws
}

@main
enum Main {
  static func main() async {
    let command: any ParsableCommand
    do {
      command = try Patchbay.parseAsRoot()
    } catch {
      exit(await stop(error))
    }
    guard let command = command as? any ConsoleCommand else {
      exit(await stop(CleanExit.helpRequest(command)))
    }
    let console = Console(isQuiet: command.console.isQuiet)
    let box = CommandBox(command: command)
    exit(await CommandShell.run(on: console) { try await box.command.work(on: $0) })
  }

  /// Writes help to standard output, or what is wrong with the arguments to standard error.
  /// - Returns: the exit status.
  private static func stop(_ error: any Error) async -> Int32 {
    let console = Console()
    if Patchbay.exitCode(for: error).isSuccess {
      let text = Patchbay.fullMessage(for: error)
      return await CommandShell.run(on: console) { try $0.print(text) }
    }
    return CommandShell.report(
      UsageError(message: Patchbay.message(for: error), arguments: CommandLine.arguments), on: console)
  }
}

/// `@unchecked Sendable`: made on the main task, which hands it on to the command's and does not look at it again.
private struct CommandBox: @unchecked Sendable {
  let command: any ConsoleCommand
}
