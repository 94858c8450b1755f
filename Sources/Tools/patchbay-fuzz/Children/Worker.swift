import Commands
import Diagnostics
import Foundation

/// Tries mutants one after another in this process, printing each number before and each outcome after.
struct Worker {
  let kind: Kind
  let seed: UInt64
  let numbers: Range<Int>
  let corpus: String
  /// A folder of the worker's own, which holds the mutant while it is tried.
  let scratch: String
  /// The most bytes that a mutant may take.
  let memory: Int
  /// Whether checksums of HDF5 files are recomputed after damage.
  let isForged: Bool

  private struct Case {
    let name: String
    /// The files to damage, with their undamaged bytes.
    let targets: [(path: String, bytes: [UInt8], seals: [Seal])]
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let cases = try loadCases()
    let nowhere = open("/dev/null", O_WRONLY)
    let console = Console(isQuiet: true, output: nowhere, messages: nowhere)
    // Whatever is created once (threads, tables) is created now.
    for place in cases.indices {
      do {
        try trial(cases[place], console, isDrawn: true).run()
      } catch let error as any DiagnosedError where cases[place].name.hasSuffix(".yaml") {
        // The repository's experiments are made for other models than the tiny one.
        _ = error
      } catch {
        throw Unsound("the undamaged case \(kind)/\(cases[place].name) fails: \(text(of: error))")
      }
    }
    Memory.limit(growth: memory)
    for number in numbers {
      var chance = Chance(seed: seed, kind: kind, number: number)
      let chosen = cases[chance.below(cases.count)]
      let target = chosen.targets[chance.below(chosen.targets.count)]
      let mutant = try Mutation.apply(target.bytes, kind.format, seals: target.seals, isForged: isForged, &chance)
      try replace(target.path, mutant)
      try say("try \(number) \(target.path)")
      try say(try outcome(of: number, trial(chosen, console, isDrawn: number % 16 == 0)).line)
      try replace(target.path, target.bytes)
    }
  }

  private func outcome(of number: Int, _ trial: Trial) throws -> Outcome {
    let before = Memory.resident
    Memory.forgetPeak()
    let start = ContinuousClock.now
    var (verdict, message) = (Outcome.Verdict.accepted, "")
    do {
      try trial.run()
    } catch let error as any DiagnosedError {
      message = printable(error.message)
      let isSound = !message.isEmpty && message.split(separator: "\n").count < 100
      verdict = isSound ? .refused : .flawed
    } catch is CancellationError {
      verdict = .accepted
    } catch {
      (verdict, message) = (.flawed, text(of: error))
    }
    let duration = ContinuousClock.now - start
    let (seconds, attoseconds) = duration.components
    return Outcome(
      number: number, verdict: verdict, milliseconds: Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000),
      kibibytes: max(0, Memory.peak - before) >> 10, message: String(message.prefix(300)))
  }

  private func text(of error: any Error) -> String {
    (error as? any DiagnosedError)?.message ?? "\(type(of: error)): \(error)"
  }

  private func trial(_ chosen: Case, _ console: Console, isDrawn: Bool) throws -> Trial {
    let out = "\(scratch)/out"
    if FileManager.default.fileExists(atPath: out) { try FileManager.default.removeItem(atPath: out) }
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    return Trial(kind: kind, folder: "\(scratch)/\(chosen.name)", out: out, isDrawn: isDrawn, console: console)
  }

  /// A new file each time: the old one may still be mapped.
  private func replace(_ path: String, _ bytes: [UInt8]) throws {
    unlink(path)
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw Unsound("cannot write \(path)")
    }
  }

  private func loadCases() throws -> [Case] {
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    return try FileManager.default.contentsOfDirectory(atPath: "\(corpus)/\(kind)").sorted().map { name in
      let folder = "\(scratch)/\(name)"
      if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.copyItem(atPath: "\(corpus)/\(kind)/\(name)", toPath: folder)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { file in
        kind.endings.contains { file.hasSuffix($0) }
      }
      return Case(
        name: name,
        targets: try files.map { file in
          let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")))
          return ("\(folder)/\(file)", bytes, kind.format == .hdf5 ? Seal.find(in: bytes) : [])
        })
    }
  }

  /// Writes to standard output at once, whatever else the process does.
  private func say(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else { throw Unsound("the parent is gone") }
  }
}
