import ArgumentParser
import Checkpoints
import Diagnostics
import Execution
import Foundation
import Interventions
import Patching
import Tensors

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patchbay-bench",
    abstract: "Time Patchbay on this machine, compared with the best rate of matrix products.",
    subcommands: [SweepBench.self, GenerateBench.self, TrainingBench.self], defaultSubcommand: SweepBench.self)
}

struct SweepBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweeps",
    abstract: "Time forward passes and sweeps with a model folder, after checking them against the plain executor.",
    discussion: """
      Example, with weights of GPT-2 small's shape:
        patchbay-bench WEIGHTS --batch 1 --tokens 15
      """)

  @Argument(help: "A folder with config.json and model.safetensors.")
  var model: String

  @Option(help: "How many prompt pairs.")
  var batch = 1

  @Option(help: "How many tokens each prompt has.")
  var tokens = 15

  @Option(help: "The first position at which clean and corrupted differ: 0 for all, 9 for the suffix from 9 on.")
  var from = [0, 9]

  @Option(help: "Workers; one per core by default.")
  var threads: Int?

  @Option(help: "Bytes that runs may take besides the weights.")
  var memory: Int?

  @Flag(help: "Also time head x position, which has as many cells as layer x head times the number of tokens.")
  var headsByPosition = false

  @Flag(
    help:
      "Also time estimates of head x position from a gradient, and show how well they agree with runs of the same cells."
  )
  var attribution = false

  @Flag(help: "Also time paths from one head to every later head's query.")
  var oneSender = false

  @Flag(help: "Also time paths from every head to every later head, by query, key and value.")
  var allPaths = false

  @Flag(help: "Only the forward pass.")
  var forwardOnly = false

  func run() throws {
    let started = Date()
    let loaded = try LoadedModel(folder: model)
    let loading = Date().timeIntervalSince(started)
    var generator = SplitMix64(seed: 0)
    let vocabulary = loaded.model.graph[loaded.model.graph.logits].layout.width
    func prompt() -> [Int32] { (0..<tokens).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &generator) } }
    let first = try Oracle(loaded.model).lastLogits(Batch(prompts: [prompt()])).logits
    let toLogits = ProcessClock.secondsSinceStart
    print(
      String(
        format: "load %.3f s; process start to first logits %.3f s; peak memory then %.0f MB (weights %.0f MB)",
        loading, toLogits, ProcessClock.peakMegabytes, loaded.weightMegabytes))
    guard first.values.allSatisfy(\.isFinite) else { throw ValidationError("the logits are not finite numbers") }
    let forward = try bestSeconds(of: 5) {
      _ = try Oracle(loaded.model).run(Batch(prompts: [prompt()]), keeping: [loaded.model.graph.logits])
    }
    let alone = try bestSeconds(of: 5) { _ = try Oracle(loaded.model).lastLogits(Batch(prompts: [prompt()])) }
    print(
      String(
        format: "forward pass of %d tokens: %.1f ms (all logits), %.1f ms (last position's)", tokens, forward * 1e3,
        alone * 1e3))
    guard !forwardOnly else { return }

    let workers = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let peak = PeakProduct.measure(workers: workers)
    print(String(format: "best matrix product, %d single-threaded workers: %.0f GFLOP/s", workers, peak / 1e9))
    for start in from {
      let pairs = (0..<batch).map { _ in
        let clean = prompt()
        let corrupted = Array(clean[..<min(start, tokens)]) + prompt()[min(start, tokens)...]
        return PromptSet.Pair(clean: clean, corrupted: corrupted, answers: [prompt()[0]], wrongs: [prompt()[0]])
      }
      try sweeps(loaded, PromptSet(pairs), start: start, peak: peak)
    }
    print(String(format: "peak memory %.0f MB", ProcessClock.peakMegabytes))
  }

  private func sweeps(_ loaded: LoadedModel, _ prompts: PromptSet, start: Int, peak: Double) throws {
    print("\nbatch \(batch), \(tokens) tokens, prompts differ from position \(start) on")
    let engine = try PatchingEngine(
      model: loaded.model, prompts: prompts, direction: .denoise, metrics: [.logitDiff], threads: threads,
      memory: memory)
    var list: [(SiteName, [SiteAxis])] = [
      (.residPre, [.layer, .position]), (.attnOut, [.layer, .position]), (.mlpOut, [.layer, .position]),
      (.z, [.layer, .head]),
    ]
    if headsByPosition { list.append((.z, [.layer, .position, .head])) }
    var (seconds, operations) = (0.0, 0.0)
    for (site, over) in list {
      let name = "\(site.rawValue) \(over.map(\.rawValue).joined(separator: " x "))"
      let plan = try engine.plan(Sweep(name: name, site: Site(site), over: over.map { .site($0) }))
      let check = try engine.largestDisagreement(plan, cells: 4)
      var results: SweepResults?
      let time = try bestSeconds(of: 3) { results = try engine.results(plan) }
      let work = results?.productOperations ?? 0
      print(line(name, cells: plan.cells, time, work, peak, check: check))
      seconds += time
      operations += work
    }
    print(line("together", cells: nil, seconds, operations, peak, check: nil))
    if attribution { try AttributionTimings(engine: engine).headsByPosition() }
    if oneSender, start == from.first { try PathTimings(engine: engine).oneSender() }
    if allPaths, start == from.first { try PathTimings(engine: engine).everyHead() }
  }

  private func line(
    _ name: String, cells: Int?, _ seconds: Double, _ operations: Double, _ peak: Double, check: Float?
  ) -> String {
    let padded = name.padding(toLength: 32, withPad: " ", startingAt: 0)
    var text = String(
      format: "%@ %8.3f s %7.1f GFLOP %5.0f GFLOP/s %3.0f%%", padded, seconds, operations / 1e9,
      operations / seconds / 1e9, 100 * operations / seconds / peak)
    if let cells { text += String(format: "  %5d cells %7.3f ms a cell", cells, seconds * 1e3 / Double(cells)) }
    if let check { text += String(format: "  oracle agrees to %.1e", check) }
    return text
  }
}

/// The shortest of several timings of the same work.
func bestSeconds(of repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<repetitions {
    let start = DispatchTime.now().uptimeNanoseconds
    try body()
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
  }
  return best
}
