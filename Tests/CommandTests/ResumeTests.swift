import ActivationStore
import Foundation
import TestSupport
import Testing

/// Nothing is lost: a run that is killed, stopped or fails can be resumed, and ends with the values of an unbroken run.
@Suite struct ResumeTests {
  /// Large enough that a run takes a second or more.
  private static func place(pairs: Int = 12) throws -> Workplace {
    var model = TinyModel()
    (model.layers, model.dModel, model.dMlp, model.heads) = (6, 64, 256, 8)
    let place = try Workplace(model)
    try place.write("long.yaml", text(pairs: pairs))
    return place
  }

  /// - Parameter pairs: how often each of two pairs is repeated.
  private static func text(head: String = "", pairs: Int = 12) -> String {
    let pair = """
          - clean: "When Mary and John went to the store John gave a drink to"
            corrupted: "When Mary and John went to the store Mary gave a drink to"
            answer: "Mary"
            wrong: "John"
          - clean: "When Tom and Mary went to"
            corrupted: "When Tom and John went to"
            answer: "Tom"
            wrong: "Mary"

      """
    return head + "name: long\nmodel: model\nprompts:\n  pairs:\n" + String(repeating: pair, count: pairs) + """
      metrics: [logit_diff, prob]
      sweeps:
        - {name: z, site: z, over: [layer, position, head], method: both}
        - {name: estimate, site: resid_pre, over: [layer, position], method: attribution}
        - {name: into, path: {senders: heads, receivers: ["4.1.q", "5.2.v"], freeze: heads, together: false}}
        - {name: edges, path: {edges: heads, inputs: [q]}}
      readouts:
        - {name: lens, read: logit_lens}
      cache: {hooks: ["blocks.*.hook_resid_pre"], runs: [clean]}

      """
  }

  private static let arguments = ["run", "long.yaml", "--output", "out", "--threads", "2"]
  private static let datasets = [
    "z": ["logit_diff", "prob", "change_norm", "logit_diff_attribution", "prob_attribution"],
    "estimate": ["logit_diff_attribution", "prob_attribution", "change_norm"], "into": ["logit_diff", "change_norm"],
    "edges": ["logit_diff", "prob", "change_norm"],
  ]

  /// All values of a file, as bits, so that NaN equals NaN.
  private func values(_ path: String) throws -> [String: [UInt32]] {
    let reader = try ResultsReader(path)
    var values: [String: [UInt32]] = [:]
    for (sweep, names) in Self.datasets {
      for name in names {
        values["\(sweep)/\(name)"] = try reader.values(sweep: sweep, dataset: name).values.map(\.bitPattern)
      }
    }
    return values
  }

  /// The cells that a partial file marks as done: how many, after checking that they are those of the unbroken run.
  private func check(_ partial: String, against whole: [String: [UInt32]]) throws -> Int {
    let reader = try ResultsReader(partial)
    #expect(!reader.store.isComplete)
    var done = 0
    for (sweep, names) in Self.datasets {
      for name in names {
        let pass = name.hasSuffix("_attribution") || sweep == "estimate" ? "estimate" : "run"
        let flags = try reader.store.integers(at: "/progress/sweeps/\(sweep)/\(pass)/done")
        let found = try reader.values(sweep: sweep, dataset: name).values
        let right = try #require(whole["\(sweep)/\(name)"])
        #expect(flags.count == found.count && found.count == right.count)
        let wrong = flags.indices.filter { flags[$0] == 1 && found[$0].bitPattern != right[$0] }
        #expect(wrong.isEmpty, "\(sweep)/\(name): \(wrong.count) cells are flagged and not there")
        done += flags.count { $0 == 1 }
      }
    }
    return done
  }

  @Test func fiftyKillsLoseNothing() throws {
    let place = try Self.place(pairs: 5)
    let start = Date()
    #expect(try Tool.run(Self.arguments, in: place.path).status == 0)
    let whole = min(1, Date().timeIntervalSince(start))
    let results = "\(place.out)/long.h5"
    let right = try values(results)
    try FileManager.default.removeItem(atPath: results)
    var generator = SystemRandomNumberGenerator()
    var (kills, done, rounds) = (0, 0, 0)
    while kills < 50 {
      let running = try Tool.start(Tool.path, Self.arguments + ["--resume"], in: place.path)
      usleep(UInt32(1_000_000 * whole * Double.random(in: 0..<0.8, using: &generator)))
      let wasRunning = running.process.isRunning
      kill(running.process.processIdentifier, SIGKILL)
      let finished = try Tool.finish(running)
      if finished.status == 0 || !wasRunning {
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(try values(results) == right)
        #expect(!FileManager.default.fileExists(atPath: results + ".partial"))
        try FileManager.default.removeItem(atPath: results)
        (done, rounds) = (0, rounds + 1)
        continue
      }
      kills += 1
      if FileManager.default.fileExists(atPath: results) {
        // Between the last two steps of a run.
        #expect(try values(results) == right)
      } else if FileManager.default.fileExists(atPath: results + ".partial") {
        let now = try check(results + ".partial", against: right)
        #expect(now >= done, "what was done before a kill is gone after the next")
        done = now
      } else {
        #expect(done == 0)
      }
    }
    #expect(try Tool.run(Self.arguments + ["--resume"], in: place.path).status == 0)
    #expect(try values(results) == right)
    #expect(try ResultsReader(results).store.isComplete)
    #expect(try CacheReader("\(place.out)/long.cache.h5").store.isComplete)
  }

  /// Stops a run after some cells are done, later and later, until it says so.
  private func stop(_ place: Workplace, _ signal: Int32) throws -> Tool.Finished {
    for tenths in UInt32(1)..<20 {
      let finished = try stop(place, signal, after: tenths)
      let isEarly =
        signal == SIGKILL
        ? try PartialResults(reopening: "\(place.out)/long.h5").isEmpty
        : finished.errorLines.last == "error: interrupted"
      if !isEarly { return finished }
    }
    throw CocoaError(.fileReadUnknown)
  }

  private func stop(_ place: Workplace, _ signal: Int32, after tenths: UInt32) throws -> Tool.Finished {
    let partial = "\(place.out)/long.h5.partial"
    let running = try Tool.start(Tool.path, Self.arguments, in: place.path)
    let deadline = Date(timeIntervalSinceNow: 60)
    while !FileManager.default.fileExists(atPath: partial), running.process.isRunning, Date() < deadline {
      usleep(1000)
    }
    usleep(100_000 * tenths)
    kill(running.process.processIdentifier, signal)
    return try Tool.finish(running)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aStoppedRunSaysHowToResume(signal: Int32) throws {
    let place = try Self.place()
    let stopped = try stop(place, signal)
    #expect(stopped.status == 130)
    let line = try #require(stopped.errorLines.last)
    let pattern =
      /error: interrupted; (\d+) of (\d+) runs are in 'out\/long\.h5\.partial': run the same command with --resume to continue/
    let match = try #require(line.wholeMatch(of: pattern), "\(line)")
    let (done, total) = (try #require(Int(match.1)), try #require(Int(match.2)))
    #expect(done > 0 && done < total)
    #expect(try place.written() == ["long.h5.partial"])
    let resumed = try Tool.run(Self.arguments + ["--resume"], in: place.path)
    #expect(resumed.status == 0, "\(resumed.errors)")
    // Cells may have been finished between the message and the end.
    let before = try #require(
      resumed.errors.firstMatch(of: /(\d+) of \d+ runs were already done/).flatMap { Int($0.1) })
    #expect(before >= done)
    #expect(try place.written().contains("long.h5") && !place.written().contains("long.h5.partial"))
    let again = try Tool.run(Self.arguments + ["--resume"], in: place.path)
    #expect(again.status == 0 && again.errors.contains("'out/long.h5' is already complete"))
    #expect(again.output == resumed.output)
  }

  @Test func aRunOfSomethingElseIsRefusedWithTheDifference() throws {
    let place = try Self.place()
    #expect(try stop(place, SIGKILL).status != 0)
    let kept = try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/long.h5.partial"))
    func refused(_ difference: String, _ arguments: [String] = []) throws {
      let finished = try Tool.run(Self.arguments + ["--resume"] + arguments, in: place.path)
      #expect(finished.status == 65)
      #expect(
        finished.errors.contains("error: 'out/long.h5.partial' cannot be resumed: \(difference)"),
        "\(finished.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/long.h5.partial")) == kept)
    }
    try place.write("long.yaml", Self.text(head: "# Other words.\n"))
    try refused("the experiment file has changed: line 1 was 'name: long' and is '# Other words.'")
    try place.write("long.yaml", Self.text())
    var other = TinyModel()
    (other.layers, other.dModel, other.dMlp, other.heads, other.seed) = (6, 64, 256, 8, 99)
    try other.write(to: "\(place.path)/other")
    try refused("its model is 'model' with weights ", ["--model", "other"])
    // The same applies to finished results.
    #expect(try Tool.run(Self.arguments + ["--resume"], in: place.path).status == 0)
    let finished = try Tool.run(Self.arguments + ["--resume", "--model", "other"], in: place.path)
    #expect(finished.status == 65 && finished.errors.contains("'out/long.h5' cannot be resumed: its model is"))
  }

  @Test func withoutResumeTheEarlierRunIsSetAside() throws {
    let place = try Self.place()
    #expect(try stop(place, SIGKILL).status != 0)
    let finished = try Tool.run(Self.arguments, in: place.path)
    #expect(finished.status == 0)
    #expect(finished.errors.contains("started over; what an earlier run had done is in 'out/long.h5.partial.old'"))
    #expect(try ResultsReader("\(place.out)/long.h5.partial.old").store.isComplete == false)
  }

  @Test(arguments: [[], ["--resume"]])
  func aSecondRunIntoTheSameFileIsRefused(arguments: [String]) throws {
    let place = try Self.place()
    let partial = "\(place.out)/long.h5.partial"
    let first = try Tool.start(Tool.path, Self.arguments, in: place.path)
    while !FileManager.default.fileExists(atPath: partial), first.process.isRunning { usleep(1000) }
    kill(first.process.processIdentifier, SIGSTOP)
    let second = try Tool.run(Self.arguments + arguments, in: place.path)
    #expect(second.status == 73)
    #expect(second.errors.contains("another run is writing this file"), "\(second.errors)")
    kill(first.process.processIdentifier, SIGCONT)
    #expect(try Tool.finish(first).status == 0)
  }

  @Test func filesOfPromptsThatHaveChangedAreNoticed() throws {
    let place = try Self.place()
    let line = """
      {"clean": "When Mary and John went to the store John gave a drink to", \
      "corrupted": "When Mary and John went to the store Mary gave a drink to", "answer": "Mary", "wrong": "John"}

      """
    try place.write("prompts.jsonl", String(repeating: line, count: 24))
    let text = Self.text()
    let (from, to) = (try #require(text.range(of: "prompts:")), try #require(text.range(of: "metrics:")))
    try place.write(
      "long.yaml",
      text.replacingCharacters(in: from.lowerBound..<to.lowerBound, with: "prompts: {file: prompts.jsonl}\n"))
    #expect(try stop(place, SIGKILL).status != 0)
    try place.write(
      "prompts.jsonl", String(repeating: line, count: 23) + line.replacingOccurrences(of: "drink", with: "store"))
    let finished = try Tool.run(Self.arguments + ["--resume"], in: place.path)
    #expect(finished.status == 65)
    #expect(finished.errors.contains("the prompts that the experiment reads from other files have changed"))
  }

  #if os(Linux)
    /// A limit on file sizes has the effect of a full disk.
    @Test func aFullDiskLeavesEarlierResultsAsTheyWere() throws {
      let place = try Self.place()
      #expect(try Tool.run(Self.arguments, in: place.path).status == 0)
      let earlier = try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/long.h5"))
      let line = "ulimit -f 200; \"$PATCHBAY\" \(Self.arguments.joined(separator: " "))"
      let finished = try Tool.shell(line, in: place.path)
      #expect(finished.status == 74, "\(finished.errors)")
      #expect(finished.errors.contains("error: 'out/long.h5': writing"), "\(finished.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/long.h5")) == earlier)
    }
  #endif

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func aFolderThatCannotBeWrittenIsRefused() throws {
    let place = try Self.place()
    #expect(chmod(place.out, 0o500) == 0)
    defer { chmod(place.out, 0o700) }
    let finished = try Tool.run(Self.arguments, in: place.path)
    #expect(finished.status == 73 && finished.errors.contains("cannot be created"))
  }
}

extension PartialResults {
  /// Whether nothing is done in it; the file is not changed.
  fileprivate var isEmpty: Bool {
    defer { keep() }
    return done == 0
  }
}
