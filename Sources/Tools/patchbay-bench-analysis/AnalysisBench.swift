import ArgumentParser

@main
struct AnalysisBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay-bench-analysis", abstract: "Time the analyses of many layers, and the reading of caches.",
    subcommands: [NumbersBench.self, CacheBench.self])
}
