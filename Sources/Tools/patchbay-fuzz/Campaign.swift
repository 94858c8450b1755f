import Foundation

/// All mutants of some kinds, distributed over child processes, with their outcomes.
///
/// A class because threads add to it; `@unchecked Sendable`: the lock guards everything that changes.
final class Campaign: @unchecked Sendable {
  private let supervisor: Supervisor
  /// The folder for findings.
  private let findings: String
  private let lock = NSLock()
  private var outcomes: [Kind: [Outcome]] = [:]
  private var failures: [any Error] = []
  private var waiting: [(kind: Kind, numbers: Range<Int>)] = []

  init(supervisor: Supervisor, findings: String) {
    self.supervisor = supervisor
    self.findings = findings
  }

  var findingCount: Int { lock.withLock { outcomes.values.reduce(0) { $0 + $1.count(where: \.isFinding) } } }

  /// Tries the mutants with these numbers, for every kind.
  /// - Throws: the first failure of a child that no mutant caused.
  func run(_ kinds: [Kind], _ numbers: Range<Int>, batch: Int, jobs: Int) throws {
    waiting = kinds.flatMap { kind in
      stride(from: numbers.lowerBound, to: numbers.upperBound, by: max(1, batch)).map {
        (kind, $0..<min($0 + max(1, batch), numbers.upperBound))
      }
    }.reversed()
    DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { lane in
      while let (kind, numbers) = lock.withLock({ waiting.popLast() }) {
        do {
          let done = try supervisor.run(kind, numbers, lane: lane) { try keep($0, kind, mutant: $1) }
          lock.withLock { outcomes[kind, default: []] += done }
        } catch {
          lock.withLock { failures.append(error) }
        }
      }
    }
    if let failure = failures.first { throw failure }
  }

  /// Stores and prints a finding, with the command that repeats it.
  private func keep(_ outcome: Outcome, _ kind: Kind, mutant: String) throws {
    let name = "\(kind)-\(supervisor.seed)-\(outcome.number)"
    try lock.withLock {
      let folder = "\(findings)/\(name)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let url = URL(fileURLWithPath: mutant)
      let copy = URL(fileURLWithPath: "\(folder)/\(url.lastPathComponent)")
      if let bytes = FileManager.default.contents(atPath: mutant) { try bytes.write(to: copy) }
      let how =
        "patchbay-fuzz --kind \(kind) --seed \(supervisor.seed) --only \(outcome.number)\(supervisor.isForged ? " --forged" : "")"
      let text =
        "\(outcome.verdict): \(outcome.message)\ncase \(url.deletingLastPathComponent().lastPathComponent)\n\(how)\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/finding.txt"))
      print("\(name): \(outcome.verdict.rawValue): \(outcome.message)")
    }
  }

  /// A row for each kind.
  func table(_ kinds: [Kind]) -> String {
    let header = ["kind", "mutants", "refused", "accepted", "findings", "worst time", "worst memory"]
    var rows = [header]
    lock.withLock {
      var all: [Outcome] = []
      for kind in kinds {
        let done = outcomes[kind] ?? []
        all += done
        rows.append(Self.row(kind.rawValue, done))
      }
      if kinds.count > 1 { rows.append(Self.row("all", all)) }
    }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let gap = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + gap : gap + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func row(_ name: String, _ outcomes: [Outcome]) -> [String] {
    func count(_ verdict: Outcome.Verdict) -> Int { outcomes.count { $0.verdict == verdict } }
    let time = outcomes.map(\.milliseconds).max() ?? 0
    let memory = outcomes.map(\.kibibytes).max() ?? 0
    return [
      name, "\(outcomes.count)", "\(count(.refused))", "\(count(.accepted))", "\(outcomes.count(where: \.isFinding))",
      "\(time) ms", "\(memory >> 10) MiB",
    ]
  }
}
