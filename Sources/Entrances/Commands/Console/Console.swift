import Foundation

/// Where a command's output goes: results to standard output, progress and messages to standard error.
public struct Console: Sendable {
  /// Whether to suppress progress and messages; errors are always printed.
  public let isQuiet: Bool
  private let output: Int32
  private let messages: Int32

  /// - Parameters:
  ///   - output: the file descriptor that results go to.
  ///   - messages: the file descriptor that progress, messages and errors go to.
  public init(isQuiet: Bool = false, output: Int32 = STDOUT_FILENO, messages: Int32 = STDERR_FILENO) {
    self.isQuiet = isQuiet
    self.output = output
    self.messages = messages
  }

  /// Writes a result and a line end, immediately.
  /// - Throws: `ConsoleError.readerGone` if the reader has closed the pipe, `.cannotWrite` for any other failure.
  public func print(_ text: String) throws(ConsoleError) {
    switch writeAll(text + "\n", to: output) {
    case 0: return
    case EPIPE: throw .readerGone
    case let number: throw .cannotWrite(reason: String(cString: strerror(number)))
    }
  }

  /// Writes a message for the user, unless the console is quiet.
  public func note(_ text: String) {
    if !isQuiet { writeMessage(text + "\n") }
  }

  /// Writes an error's line.
  public func error(_ message: String) { writeMessage("error: \(message)\n") }

  /// Whether messages go to a terminal, where a line can be overwritten.
  var showsMessagesOnTerminal: Bool { isatty(messages) == 1 }

  /// How many characters fit a line of results; nil if they do not go to a terminal.
  var outputColumns: Int? {
    var size = winsize()
    guard isatty(output) == 1, ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Ignores failures: there is nowhere to report them.
  func writeMessage(_ text: String) { _ = writeAll(text, to: messages) }
}

/// Writes all bytes of a text; returns 0, or the number of the operating system's error.
private func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
  let bytes = Array(text.utf8)
  return bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let written = write(descriptor, start, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
