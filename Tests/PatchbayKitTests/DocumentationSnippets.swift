import PatchbayKit

/// The code of the library's pages (`Sources/PatchbayKit/PatchbayKit.docc`), word for word: what stands between a line of dashes
/// with a page's name and the next line of dashes is that page's code. Each function returns what its code prints.
struct DocumentationSnippets {
  let folder: String
  private var lines: [String] = []

  init(folder: String) { self.folder = folder }

  private mutating func print(_ items: Any...) { lines.append(items.map { "\($0)" }.joined(separator: " ")) }

  mutating func gettingStarted() throws -> [String] {
    // ---------- GettingStarted
    let bench = try Workbench("bundled:ioi")
    let run = try bench.run(
      ["When John and Mary went to the store, John gave a book to"],
      keeping: ["blocks.*.hook_resid_post", "blocks.0.attn.hook_pattern"])
    for candidate in run.top(3, prompt: 0) { print(candidate.text, candidate.logit) }
    print(try run.activation("blocks.3.hook_resid_post").shape)  // [position, dModel]
    // ----------
    return lines
  }

  mutating func patching() throws -> [String] {
    // ---------- Patching
    let bench = try Workbench("bundled:ioi")
    let pair = PromptSpec(
      clean: "When John and Mary went to the store, John gave a book to",
      corrupted: "When John and Mary went to the store, Mary gave a book to",
      answer: " Mary", wrong: " John")
    let engine = try bench.engine(for: [pair], direction: .denoise, metrics: [.logitDiff])

    // What head 0.6 wrote in the clean run, put into the corrupted run, at all positions.
    let head = try Sweep(name: "0.6", site: Site(.z, [.layer: 0, .head: 6]), over: [])
    print(try engine.results(head)[.logitDiff])  // one number for each pair

    // The same head set to zero in the corrupted run.
    let without = try Sweep(name: "without 0.6", site: Site(.z, [.layer: 0, .head: 6]), over: [], edit: .zero)
    print(try engine.results(without)[.logitDiff])
    // ----------
    return lines
  }

  mutating func sweeps() throws -> [String] {
    // ---------- SweepsAndEffects
    let pair = PromptSpec(
      clean: "When John and Mary went to the store, John gave a book to",
      corrupted: "When John and Mary went to the store, Mary gave a book to",
      answer: " Mary", wrong: " John")
    let experiment = try Experiment(
      name: "sweeps", model: ModelReference("bundled:ioi"), pairs: [pair], metrics: [.logitDiff],
      sweeps: [
        SweepSpec(try Sweep(name: "heads", site: Site(.z), over: [.layer, .head])),
        SweepSpec(try Sweep(name: "stream", site: Site(.residPre), over: [.layer, .position])),
      ])
    let outcome = try ExperimentRun(experiment).run(into: folder)
    for summary in outcome.summaries {
      let best = summary.strongest[0]
      print(summary.sweep, best.labels, best.ratioOfMeans)
    }
    let heads = try ResultsReader(outcome.results).values(sweep: "heads", dataset: "logit_diff")
    print(heads.shape)  // [layer, head, example]
    // ----------
    return lines
  }

  mutating func paths() throws -> [String] {
    // ---------- Paths
    let experiment = try Experiment(
      yaml: """
        name: paths
        model: bundled:ioi
        prompts: {template: {name: ioi, count: 4, corruption: swap-subject}}
        sweeps:
          - {name: into-logits, path: {senders: heads, receivers: logits}}
          - {name: into-mover, path: {senders: heads, receivers: ["2.6.v"], freeze: heads+mlps}}
        """, file: "paths.yaml")
    let outcome = try ExperimentRun(experiment).run(into: folder)
    for summary in outcome.summaries { print(summary.sweep, summary.strongest[0].labels) }
    // ----------
    return lines
  }

  mutating func attribution() throws -> [String] {
    // ---------- Attribution
    let experiment = try Experiment(
      yaml: """
        name: attribution
        model: bundled:ioi
        prompts: {template: {name: ioi, count: 4, corruption: swap-subject}}
        sweeps:
          - {name: heads, site: z, over: [layer, head], method: both}
        """, file: "attribution.yaml")
    let outcome = try ExperimentRun(experiment).run(into: folder)
    if let agreement = outcome.summaries[0].agreement { print(agreement.pearson, agreement.cells) }
    // ----------
    return lines
  }

  mutating func steering() throws -> [String] {
    // ---------- Steering
    let experiment = try Experiment(
      yaml: """
        name: steering
        model: bundled:ioi
        prompts: {template: {name: agency, count: 4}}
        sweeps:
          - name: towards-clean
            site: resid_post
            over: [layer]
            position: -1
            edit: {add: {from: difference, coefficient: [0.5, 1, 2]}}
        """, file: "steering.yaml")
    let outcome = try ExperimentRun(experiment).run(into: folder)
    print(outcome.summaries[0].axes, outcome.summaries[0].cells)  // layer and coefficient
    // ----------
    return lines
  }

  mutating func caches() throws -> [String] {
    // ---------- CachesAndAnalyses
    let experiment = try Experiment(
      yaml: """
        name: caches
        model: bundled:ioi
        prompts: {template: {name: agency, count: 24}}
        cache: {hooks: ["blocks.*.hook_resid_post"], runs: [clean, corrupted]}
        analyses:
          - {name: mind, kind: readers, labels: run, select: {hooks: ["blocks.4.*"], positions: [-1]}}
        """, file: "caches.yaml")
    let outcome = try ExperimentRun(experiment).run(into: folder)
    let cache = try CacheReader(outcome.cache!)
    let last = try cache.read(run: .clean, hook: "blocks.4.hook_resid_post", examples: 0..<cache.examples)
    print(cache.hooks.count, last.shape)  // [example, position, dModel]
    // ----------
    return lines
  }

  mutating func mazes() throws -> [String] {
    // ---------- Mazes
    let maze = try Maze(size: 9, seed: 1)
    print(maze.drawing.joined(separator: "\n"))
    let experiment = try Experiment(
      yaml: """
        name: mazes
        model: bundled:maze
        mazes: {count: 5, sizes: [9], seed: 1, cheese: anywhere}
        steering:
          - {name: cheese, add: {cheese: [-1, 1]}, rollouts: 2}
        """, file: "mazes.yaml")
    let outcome = try ExperimentRun(experiment).run(into: folder)
    let study = outcome.steering[0]
    print(study.axes.map(\.name), study.examples)
    // ----------
    return lines
  }
}
