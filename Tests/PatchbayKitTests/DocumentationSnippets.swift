import PatchbayKit

/// The code of the library's pages (`Sources/Entrances/PatchbayKit/PatchbayKit.docc`), word for word: the lines between
/// a line of dashes with a page's name and the next line of dashes are that page's code. Each function returns what its
/// code prints.
struct DocumentationSnippets {
  let folder: String
  private var lines: [String] = []

  init(folder: String) { self.folder = folder }

  private mutating func print(_ items: Any...) { lines.append(items.map { "\($0)" }.joined(separator: " ")) }

  mutating func gettingStarted() throws -> [String] {
    // ---------- GettingStarted
    let bench = try Workbench("bundled:ioi")
    let run = try bench.run(
      "When John and Mary went to the store, John gave a book to",
      keeping: .residPost, .hook("blocks.0.attn.hook_pattern"))
    for candidate in run.top(3) { print(candidate.text, candidate.logit) }
    print(try run.activation("blocks.3.hook_resid_post").shape)  // [position, dModel]
    print(try run.array(.residPost[layer: 3, position: -1]).axes.map(\.name))  // layer, position, dModel
    // ----------
    return lines
  }

  mutating func patching() throws -> [String] {
    // ---------- Patching
    let bench = try Workbench("bundled:ioi")
    let clean = "When John and Mary went to the store, John gave a book to"
    let corrupted = "When John and Mary went to the store, Mary gave a book to"
    let pair = try bench.pair(clean, corrupted, answer: " Mary", wrong: " John")

    // What head 0.6 wrote in the clean run, put into the corrupted run, at all positions.
    let head = try bench.sweep(.z[layer: 0, head: 6], on: pair)
    print(head.effect[[:]])  // how much of the way to the clean run it goes

    // The same head set to zero: in the corrupted run of a sweep, and in a run of one prompt.
    let without = try bench.sweep(.z[layer: 0, head: 6], on: pair, edit: .zero)
    print(without.effect[[:]])
    print(try bench.run(clean, [.zero(.z[layer: 0, head: 6])]).top(1)[0].text)
    // ----------
    return lines
  }

  mutating func sweeps() throws -> [String] {
    // ---------- SweepsAndEffects
    let bench = try Workbench("bundled:ioi")
    let pair = try bench.pair(
      "When John and Mary went to the store, John gave a book to",
      "When John and Mary went to the store, Mary gave a book to", answer: " Mary", wrong: " John")
    let heads = try bench.sweep(.z, over: .layer, .head, on: pair)
    print(try heads.effect.strongest(1)[0].labels)  // layer and head

    let experiment = try Experiment("sweeps", bench, [pair]) {
      heads
      try SweepSpec.sweep(.residPre, over: .layer, .position)
      try SweepSpec.sweep(.z, over: .layer, .head, edit: .zero)
    }
    let outcome = try ExperimentRun(experiment).run(into: folder)
    for summary in outcome.summaries {
      let best = summary.strongest[0]
      print(summary.sweep, best.labels, best.ratioOfMeans)
    }
    let stored = try ResultsReader(outcome.results).values(sweep: "z", dataset: "logit_diff")
    print(stored.shape)  // [layer, head, example]
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
    let bench = try Workbench("bundled:ioi")
    let task = TemplateSpec(task: .agency, count: 4, place: Place(file: #fileID, line: #line))
    let experiment = try Experiment("steering", bench, .template(task)) {
      try SweepSpec.sweep(
        .residPost[position: -1], over: .layer, named: "towards-clean",
        edit: .add(.difference, coefficients: [0.5, 1, 2]))
    }
    let outcome = try ExperimentRun(experiment).run(into: folder)
    print(outcome.summaries[0].axes, outcome.summaries[0].cells)  // layer and coefficient

    let push = [Float](repeating: 0.1, count: 128)
    print(try bench.generate("The ring", [.add(push * 2, at: .residPost[layer: 3])], count: 8).changeNorms.count)
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
