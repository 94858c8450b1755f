import Foundation

/// Tries mutants in child processes, so that one that crashes or hangs is known by its number and affects no other.
struct Supervisor: Sendable {
  /// This program.
  let executable: String
  let corpus: String
  let scratch: String
  let seed: UInt64
  /// The most bytes that a mutant may take; `seconds`, its time limit.
  let memory: Int
  let seconds: Int
  /// Whether checksums of HDF5 files are recomputed after damage.
  let isForged: Bool

  /// Tries mutants of a kind in a child process, and starts another after each mutant that ends it.
  /// - Parameters:
  ///   - lane: distinguishes children that run at the same time.
  ///   - found: called for each finding, while the mutant is still at the path.
  /// - Throws: an error if children cannot be started.
  func run(
    _ kind: Kind, _ numbers: Range<Int>, lane: Int, found: (Outcome, _ mutant: String) throws -> Void
  ) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    var next = numbers.lowerBound
    while next < numbers.upperBound {
      let child = try Child(
        executable,
        [
          "child", "--kind", kind.rawValue, "--seed", "\(seed)", "--from", "\(next)", "--to", "\(numbers.upperBound)",
          "--corpus", corpus, "--scratch", "\(scratch)/lane-\(lane)-\(kind)", "--memory", "\(memory)",
        ] + (isForged ? ["--forged"] : []))
      var trying: (number: Int, mutant: String)?
      // Before the first mutant is announced, the child checks the undamaged cases.
      while let line = child.nextLine(within: trying == nil ? max(60, seconds) : seconds) {
        if line.hasPrefix("try ") {
          let words = line.split(separator: " ", maxSplits: 2)
          trying = (Int(words[1]) ?? next, String(words[2]))
        } else if let outcome = Outcome(line: line) {
          outcomes.append(outcome)
          if outcome.isFinding, let trying { try found(outcome, trying.mutant) }
          next = outcome.number + 1
          trying = nil
        }
      }
      let ending = child.end()
      if let trying {
        let outcome = Outcome(
          number: trying.number, verdict: ending.isHang ? .hung : .crashed,
          milliseconds: ending.isHang ? seconds * 1000 : 0,
          message: ending.text)
        outcomes.append(outcome)
        try found(outcome, trying.mutant)
        next = trying.number + 1
      } else if next < numbers.upperBound {
        throw Unsound("the child that tries \(kind) ended before mutant \(next): \(ending.text)")
      }
    }
    return outcomes
  }
}

/// A running child and its output. A class because reading advances it; used by one thread.
private final class Child {
  private let process = Process()
  private let output = Pipe()
  private let errors: String
  private var buffer: [UInt8] = []
  private var isSilent = false

  init(_ executable: String, _ arguments: [String]) throws {
    errors = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-fuzz-\(UUID().uuidString)").path
    guard FileManager.default.createFile(atPath: errors, contents: nil) else { throw Unsound("cannot write \(errors)") }
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    // A crash should end the child at once: a backtrace takes seconds, and can be made when the crash is investigated.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
  }

  deinit { unlink(errors) }

  /// The next line; nil if none comes in time, or there are no more.
  func nextLine(within seconds: Int) -> Substring? {
    let descriptor = output.fileHandleForReading.fileDescriptor
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line[...]
      }
      var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&polled, 1, Int32(seconds * 1000))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else {
        isSilent = true
        return nil
      }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      buffer += bytes[..<count]
    }
  }

  /// Ends the child if it is still running, and returns how it ended.
  func end() -> (isHang: Bool, text: String) {
    if isSilent, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    let data = FileManager.default.contents(atPath: errors) ?? Data()
    let said = String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    if isSilent { return (true, "no answer in time; \(said)") }
    let how = process.terminationReason == .uncaughtSignal ? "signal" : "status"
    return (false, "\(how) \(process.terminationStatus); \(said.prefix(400))")
  }
}
