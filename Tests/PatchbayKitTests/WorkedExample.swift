import PatchbayKit

/// The example of README.md, word for word: what stands between the two lines of dashes is what stands there.
func workedExample(into folder: String) throws -> (lines: [String], outcome: RunOutcome) {
  var lines: [String] = []
  func print(_ items: Any...) { lines.append(items.map { "\($0)" }.joined(separator: " ")) }

  // ----------
  // A model and its tokenizer: one that comes along, or any folder in Hugging Face layout.
  let bench = try Workbench("bundled:ioi")
  let clean = "When John and Mary went to the store, John gave a book to"
  let corrupted = "When John and Mary went to the store, Mary gave a book to"
  print(try bench.tokens(of: clean).count)  // 14

  // Run both and keep activations: by name, or by pattern.
  let run = try bench.run([clean, corrupted], keeping: ["blocks.*.hook_resid_post", "blocks.0.attn.hook_pattern"])
  print(run.top(1, prompt: 0)[0].text, run.top(1, prompt: 1)[0].text)  // " Mary", " John"
  print(try run.activation("blocks.3.hook_resid_post", prompt: 0).shape)  // [position, dModel]

  // Patch one thing: what head 0.6 wrote in the clean run, put into the corrupted run.
  let pair = PromptSpec(clean: clean, corrupted: corrupted, answer: " Mary", wrong: " John")
  let engine = try bench.engine(for: [pair], direction: .denoise, metrics: [.logitDiff, .prob])
  let head = try Sweep(name: "0.6", site: Site(.z, [.layer: 0, .head: 6]), over: [])
  let patched = try engine.results(head)
  let baselines = try engine.baselines()
  print(baselines.corrupted[.logitDiff]!, "->", patched[.logitDiff], "of", baselines.clean[.logitDiff]!)

  // Sweep: every head, and the stream by layer and position; the results go to a file, as those of `patchbay run` do.
  let experiment = try Experiment(
    name: "from-swift", model: bench.reference, pairs: [pair], metrics: [.logitDiff, .prob],
    sweeps: [
      SweepSpec(try Sweep(name: "heads", site: Site(.z), over: [.layer, .head])),
      SweepSpec(try Sweep(name: "stream", site: Site(.residPre), over: [.layer, .position])),
    ],
    cache: CacheSpec(hooks: ["blocks.*.hook_resid_post"]))
  let outcome = try ExperimentRun(experiment).run(into: folder)
  let strongest = outcome.summaries[0].strongest[0]
  print(strongest.labels, strongest.meanOfRatios)  // ["0", "6"], and how much of the way it goes

  // The report, the notebook, figures and tables; and any number of the results.
  print(try writeExports(of: outcome.results, into: folder + "/from-swift").report)
  let stored = try ResultsReader(outcome.results)
  print(try stored.sweeps(), try stored.values(sweep: "heads", dataset: "logit_diff").shape)  // [layer, head, example]
  // ----------
  return (lines, outcome)
}
