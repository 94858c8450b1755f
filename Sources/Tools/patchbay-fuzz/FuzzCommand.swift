import ArgumentParser
import Foundation

@main
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay-fuzz",
    abstract: "Damage files of every kind that Patchbay reads, and check that each is refused with an error or sound.",
    discussion: """
      Examples:
        patchbay-fuzz --count 20000 --seed 1 --jobs 2
        patchbay-fuzz --kind results --seed 1 --only 417 --keep
      """,
    subcommands: [RunCommand.self, ChildCommand.self], defaultSubcommand: RunCommand.self)
}

extension FuzzCommand {
  struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Try mutants in child processes.")

    @Option(help: "What to damage; everything if left out.")
    var kind: [Kind] = []

    @Option(help: "The seed of all choices.")
    var seed: UInt64 = 1

    @Option(help: "How many mutants in all, distributed evenly over the kinds.")
    var count = 2000

    @Option(help: "Only the mutant with this number (of one kind).")
    var only: Int?

    @Option(help: "How many children run at the same time.")
    var jobs = 2

    @Option(help: "How many mutants each child tries.")
    var batch = 250

    @Option(help: "Seconds after which a mutant counts as hanging.")
    var seconds = 10

    @Option(help: "MiB that a mutant may take.")
    var memory = 1536

    @Option(help: "The folder for findings.")
    var findings = "fuzz-findings"

    @Flag(help: "Recompute the checksums of HDF5 files after the damage, as no accident would do.")
    var forged = false

    @Flag(help: "Keep the working folder, and say where it is.")
    var keep = false

    func run() throws {
      let root = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-fuzz-\(UUID().uuidString)")
        .path
      try FileManager.default.createDirectory(atPath: "\(root)/corpus", withIntermediateDirectories: true)
      defer { if !keep { remove(root) } }
      if keep { print("working in \(root)") }
      try Corpus.write(to: "\(root)/corpus")
      let kinds = kind.isEmpty ? Kind.allCases : kind
      let each = (count + kinds.count - 1) / kinds.count
      let supervisor = Supervisor(
        executable: CommandLine.arguments[0].contains("/") ? CommandLine.arguments[0] : "/proc/self/exe",
        corpus: "\(root)/corpus", scratch: root, seed: seed, memory: memory << 20, seconds: seconds,
        isForged: forged)
      let campaign = Campaign(supervisor: supervisor, findings: findings)
      try campaign.run(kinds, only.map { $0..<($0 + 1) } ?? 0..<each, batch: batch, jobs: jobs)
      print(campaign.table(kinds))
      if campaign.findingCount > 0 { throw ExitCode(1) }
    }

    private func remove(_ folder: String) {
      do { try FileManager.default.removeItem(atPath: folder) } catch { print("left behind: \(folder): \(error)") }
    }
  }

  struct ChildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "child", abstract: "Try mutants in this process.", shouldDisplay: false)

    @Option var kind: Kind
    @Option var seed: UInt64
    @Option var from: Int
    @Option var to: Int
    @Option var corpus: String
    @Option var scratch: String
    @Option var memory: Int
    @Flag var forged = false

    func run() throws {
      try Worker(
        kind: kind, seed: seed, numbers: from..<to, corpus: corpus, scratch: scratch, memory: memory,
        isForged: forged
      ).run()
    }
  }
}
