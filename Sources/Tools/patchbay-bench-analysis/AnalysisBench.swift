import ArgumentParser

@main
struct AnalysisBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay-bench-analysis", abstract: "Time analyses of many layers, and reading caches.",
    subcommands: [NumbersBench.self, CacheBench.self])
}
