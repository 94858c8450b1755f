import Diagnostics
import Foundation

/// What every command runs in: it turns an error into one line and an exit status, and a signal into a cancelled task.
public enum CommandShell {
  /// The signals that stop a command, which then removes unfinished output.
  private static let stoppingSignals = [SIGINT, SIGTERM, SIGHUP]

  /// Runs a command and ends the process with its exit status.
  ///
  /// To be called on the main thread, before the process has other threads: signals are blocked in all threads and
  /// awaited in this one.
  public static func run(on console: Console, _ body: @escaping @Sendable (Console) async throws -> Void) -> Never {
    // A closed reader, or a limit on the size of files, is an error of `write`; it must not end the process.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var signals = blockStoppingSignals()
    let task = Task { try await body(console) }
    Task {
      do {
        try await task.value
        exit(0)
      } catch {
        exit(report(error, on: console))
      }
    }
    // Not `dispatchMain`, which lets all signals through again.
    while true {
      var number: Int32 = 0
      if sigwait(&signals, &number) == 0 { task.cancel() }
    }
  }

  /// Prints an error's line.
  /// - Returns: the corresponding exit status.
  private static func report(_ error: any Error, on console: Console) -> Int32 {
    switch error {
    case ConsoleError.readerGone:
      return 0
    case is CancellationError:
      console.error("interrupted")
      return FailureKind.interrupted.rawValue
    case let error as any DiagnosedError:
      console.error(printable(error.message))
      return error.kind.rawValue
    default:
      let lines = "\(error)".split(whereSeparator: \.isNewline)
      console.error(lines.joined(separator: " "))
      return FailureKind.ioFailed.rawValue
    }
  }

  private static func blockStoppingSignals() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in stoppingSignals where !(number == SIGHUP && isIgnored(number)) { sigaddset(&signals, number) }
    // An ignored signal would not be delivered to `sigwait` either.
    signal(SIGINT, SIG_DFL)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return signals
  }

  /// Whether the process should survive the signal (nohup).
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
