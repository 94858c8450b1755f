import PatchbayKit

/// The example in README.md, word for word: the text between the two lines of dashes.
func workedExample(into folder: String) async throws -> [String] {
  var lines: [String] = []
  func print(_ items: Any...) { lines.append(items.map { "\($0)" }.joined(separator: " ")) }

  // ----------
  // A model and its tokenizer: an included one, or any folder in Hugging Face layout.
  let bench = try Workbench("bundled:ioi")
  let clean = "When John and Mary went to the store, John gave a book to"
  let corrupted = "When John and Mary went to the store, Mary gave a book to"
  let ioi = try bench.pair(clean, corrupted, answer: " Mary", wrong: " John")

  // Patch every head of the clean run into the corrupted one: 0 changes nothing, 1 brings the whole answer back.
  let heads = try bench.sweep(.z, over: .layer, .head, on: ioi)
  print(try heads.effect.strongest(3), heads.effect[layer: 0, head: 6])

  // Knock a head out, and keep activations: by name or hook, with labelled axes.
  let run = try bench.run(
    clean, [.zero(.z[layer: 0, head: 6])], keeping: .residPost, .hook("blocks.0.attn.hook_pattern"))
  print(run.top(1)[0].text, try run.array(.residPost[layer: 3, position: -1]).shape.sizes)

  // Steer text with a direction: the difference between the streams at the end of the two prompts.
  let ends = try [clean, corrupted].map {
    try bench.run($0, keeping: .residPost).array(.residPost[layer: 3, position: -1])
  }
  let mind = try zip(ends[0].numbers(), ends[1].numbers()).map { $0 - $1 }
  print(try bench.generate("The ring", [.add(mind * 2, at: .residPost[layer: 3])], count: 12))

  // An experiment: its results go to a file, like those of `patchbay run`, and its text is a file for that command.
  let edges = SweepSpec.edges(into: [.q])
  let lens = ReadoutSpec.logitLens()
  let experiment = try Experiment("from-swift", bench, [ioi], metrics: [.logitDiff, .prob]) {
    heads
    edges
    lens
  }
  for try await event in experiment.events(into: folder) {
    // Before that come `.progress` and `.answer`: values, block by block, as they are computed.
    guard case .finished(let outcome) = event else { continue }
    print(outcome.summaries.map { "\($0.sweep): \($0.strongest[0].labels)" })
    print(try writeExports(of: outcome.results, into: folder + "/from-swift").report)
    print(try ResultsReader(outcome.results).values(sweep: "z", dataset: "logit_diff").shape)  // [layer, head, example]
  }
  // ----------
  return lines
}
