import ActivationStore
import Commands
import Foundation
import Patching
import Runs
import Tensors
import TestSupport
import Testing

/// `method:` from the experiment file to the results file, the summary and `inspect`.
@Suite struct AttributionRunTests {
  static let sites = [
    "resid_pre": "resid_pre, over: [layer, position]", "q_by_pos": "q, over: [layer, position, head]",
    "pattern_all_pos": "pattern, over: [layer, head]", "mlp_post_all_pos": "mlp_post, over: [layer, neuron]",
  ]

  @Test(arguments: ["denoise", "noise"]) func estimatesAgreeWithTheReference(direction: String) throws {
    let source = try GoldenExperiment("gpt2")
    let folder = try TemporaryFolder()
    let sweeps = Self.sites.map { "  - {name: \($0), site: \($1), method: attribution}" }
    let (outcome, results) = try GoldenRunTests.run(
      try source.yaml(name: "a", "direction: \(direction)\nsweeps:\n\(sweeps.joined(separator: "\n"))\n"), in: folder)
    for name in Self.sites.keys {
      let sweep = try results.sweep(name)
      #expect(sweep.floatDatasets.sorted() == ["change_norm", "logit_diff_attribution"])
      #expect(sweep.attributes["method"] == .text("attribution"))
      let values = try results.values(sweep: name, dataset: "logit_diff_attribution")
      let reference = try source.golden.reference("/attribution/\(direction)/\(name)")
      #expect(values.shape == reference.shape)
      #expect(largestDifference(values.values, reference.values) < 1e-4, "\(name)")
      let norms = try results.values(sweep: name, dataset: "change_norm").values
      #expect(norms.allSatisfy { $0 >= 0 } && norms.contains { $0 > 0 })
      #expect(try results.store.attributes(of: "/sweeps/\(name)/logit_diff_attribution")["pearson"] == nil)
      // The summary's effects are those of the estimates, as shares of the way to the other run.
      let summary = try #require(outcome.summaries.first { $0.sweep == name })
      #expect(summary.method == .attribution && summary.agreement == nil)
      let (base, other) = try Self.baselines(results, direction)
      for cell in [0, 5] {
        let effects = (0..<3).map { Double(values.values[cell * 3 + $0] / (other[$0] - base[$0])) }
        #expect(abs(summary.effects[cell] - effects.reduce(0, +) / 3) < 1e-3 * max(1, abs(effects[0])))
      }
    }
  }

  private static func baselines(_ results: ResultsReader, _ direction: String) throws -> ([Float], [Float]) {
    let clean = try #require(try results.baseline(.clean)["logit_diff"])
    let corrupted = try #require(try results.baseline(.corrupted)["logit_diff"])
    return direction == "denoise" ? (corrupted, clean) : (clean, corrupted)
  }

  @Test func bothMethodsSayHowWellTheyAgree() throws {
    let source = try GoldenExperiment("llama")
    let folder = try TemporaryFolder()
    let yaml = try source.yaml(
      name: "both",
      """
      metrics: [log_prob, logit_diff]
      sweeps:
        - {name: heads, site: z, over: [layer, position, head], method: both}
        - {name: plain, site: z, over: [layer, position, head]}
        - {name: estimate, site: z, over: [layer, position, head], method: attribution}
      """)
    let (outcome, results) = try GoldenRunTests.run(yaml, in: folder)
    #expect(
      try results.sweep("heads").floatDatasets.sorted() == [
        "change_norm", "log_prob", "log_prob_attribution", "logit_diff", "logit_diff_attribution",
      ])
    for metric in ["log_prob", "logit_diff"] {
      let exact = try results.values(sweep: "heads", dataset: metric)
      #expect(exact == (try results.values(sweep: "plain", dataset: metric)))
      let estimates = try results.values(sweep: "heads", dataset: "\(metric)_attribution")
      #expect(estimates == (try results.values(sweep: "estimate", dataset: "\(metric)_attribution")))
      let base = try #require(try results.baseline(.corrupted)[metric])
      let cells = exact.count / 3
      func mean(_ values: Tensor, less base: [Float]) -> [Double] {
        let numbers = values.values
        return (0..<cells).map { cell in (0..<3).reduce(0) { $0 + Double(numbers[cell * 3 + $1] - base[$1]) } / 3 }
      }
      let agreement = EstimateAgreement(estimated: mean(estimates, less: [0, 0, 0]), exact: mean(exact, less: base))
      let attributes = try results.store.attributes(of: "/sweeps/heads/\(metric)_attribution")
      guard case .number(let pearson)? = attributes["pearson"], case .number(let spearman)? = attributes["spearman"]
      else {
        Issue.record("no correlations")
        return
      }
      #expect(abs(pearson - agreement.pearson) < 1e-6 && abs(spearman - agreement.spearman) < 1e-3)
      #expect(pearson > 0.5 && pearson < 1)
      #expect(attributes["correlation_cells"] == .integer(cells))
      if metric == "log_prob" {
        #expect(outcome.summaries[0].agreement?.pearson == pearson)
        #expect(outcome.summaries[0].agreement?.spearman == spearman)
      }
    }
    #expect(outcome.summaries[0].effects == outcome.summaries[1].effects)
  }

  /// Examples in groups: cells wait for all of their examples, and so do norms.
  @Test func littleMemoryAndRaggedPrompts() throws {
    let folder = try TemporaryFolder()
    let pairs = (0..<30).map { index in
      let tokens = (0..<(6 + index)).map { ($0 * 7 + index) % 50 }
      return
        "    - {clean_tokens: \(tokens), corrupted_tokens: \(tokens.map { ($0 + 3) % 50 }), answer_token: 4, wrong_token: 5}"
    }
    let yaml = """
      name: ragged
      model: \(SharedFolder.path("golden/gpt2"))
      prompts:
        pairs:
      \(pairs.joined(separator: "\n"))
      metrics: [logit_diff, prob]
      sweeps:
        - {name: s, site: q, over: [layer, position, head], method: both}
        - {name: t, site: q, over: [layer, position, head], method: attribution}
      """
    let experiment = try Experiment(file: try folder.write("experiment.yaml", yaml))
    let narrow = try ExperimentRun(experiment, threads: 2, memory: 4 << 20).run(into: "\(folder.path)/narrow")
    let roomy = try ExperimentRun(experiment, threads: 1, memory: 2 << 30).run(into: "\(folder.path)/roomy")
    let (a, b) = (try ResultsReader(narrow.results), try ResultsReader(roomy.results))
    for (sweep, dataset) in [
      ("s", "logit_diff"), ("s", "logit_diff_attribution"), ("s", "prob_attribution"), ("s", "change_norm"),
      ("t", "logit_diff_attribution"), ("t", "change_norm"),
    ] {
      let (x, y) = (try a.values(sweep: sweep, dataset: dataset), try b.values(sweep: sweep, dataset: dataset))
      #expect(relativeDifference(x.values, y.values) < 1e-4, "\(sweep) \(dataset)")
      for (index, value) in x.values.enumerated() {
        let (position, example) = (index / 30 / 4 % 35, index % 30)
        #expect(value.isNaN == (position >= 6 + example))
      }
    }
  }

  private static func inspect(_ file: String, isJSON: Bool, in folder: TemporaryFolder) throws -> String {
    let path = "\(folder.path)/output-\(isJSON)"
    let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
    defer { close(descriptor) }
    try InspectCommand(file: file, isJSON: isJSON).run(on: Console(isQuiet: true, output: descriptor))
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func inspectShowsEstimates() throws {
    let source = try GoldenExperiment("gpt2")
    let folder = try TemporaryFolder()
    let yaml = try source.yaml(
      name: "x",
      """
      sweeps:
        - {name: only, site: z, over: [layer, head], method: attribution}
        - {name: with-runs, site: z, over: [layer, head], method: both}
      """)
    let (outcome, results) = try GoldenRunTests.run(yaml, in: folder)
    let output = try Self.inspect(outcome.results, isJSON: false, in: folder)
    #expect(
      output.contains(
        "sweep only [layer 3, head 4, example 3]: the strongest cells by estimated mean change of logit_diff"))
    #expect(output.contains("estimates of logit_diff correlate with the runs by 0."))
    let json = try Self.inspect(outcome.results, isJSON: true, in: folder)
    #expect(json.contains("\"estimated\": true") && json.contains("\"pearson\": 0."))
    // The strongest cell's change is the mean of its estimates over examples.
    let values = try results.values(sweep: "only", dataset: "logit_diff_attribution").values
    let means = (0..<12).map { cell in (0..<3).reduce(0) { $0 + Double(values[cell * 3 + $1]) } / 3 }
    let strongest = try #require(means.max { abs($0) < abs($1) })
    #expect(output.contains(String(format: "%.3f", strongest)))
  }

  @Test(arguments: [
    ("rank", "it counts tokens, so it changes in jumps and has no gradient"),
    ("kl", "it has its minimum at the base run, where its gradient is 0 for every edit"),
  ])
  func metricsWithoutAnEstimate(metric: String, reason: String) throws {
    for method in ["attribution", "both"] {
      let yaml = DecodingTests.sweeps(
        "  - {name: s, site: z, over: [layer]}\n  - {name: t, site: z, over: [layer], method: \(method)}")
      #expect(
        BadFileTests.message("metrics: [logit, \(metric)]\n" + yaml)
          == "x.yaml:6: 'sweeps[1].method': attribution cannot estimate the metric '\(metric)': \(reason)")
    }
    #expect(
      BadFileTests.message(
        "metrics: [\(metric)]\n" + DecodingTests.sweeps("  - {name: s, site: z, over: [layer], method: exact}"))
        == "no error")
  }
}
