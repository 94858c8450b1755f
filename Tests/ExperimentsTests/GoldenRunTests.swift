import ActivationStore
import Foundation
import ModelGraph
import Runs
import TestSupport
import Testing

/// Experiments run from file to file, compared with what reference libraries computed.
@Suite struct GoldenRunTests {
  /// The sites and axes of the reference's names.
  static let sites = [
    "resid_pre": "resid_pre, over: [layer, position]", "resid_mid": "resid_mid, over: [layer, position]",
    "attn_out": "attn_out, over: [layer, position]", "mlp_out": "mlp_out, over: [layer, position]",
    "z_all_pos": "z, over: [layer, head]", "q_all_pos": "q, over: [layer, head]", "k_all_pos": "k, over: [layer, head]",
    "v_all_pos": "v, over: [layer, head]", "pattern_all_pos": "pattern, over: [layer, head]",
    "z_by_pos": "z, over: [layer, position, head]",
  ]

  static func run(_ yaml: String, in folder: TemporaryFolder) throws -> (RunOutcome, ResultsReader) {
    let experiment = try Experiment(file: try folder.write("experiment.yaml", yaml))
    let outcome = try ExperimentRun(experiment, threads: 2).run(into: folder.path)
    return (outcome, try ResultsReader(outcome.results))
  }

  @Test(arguments: GoldenModel.families, ["denoise", "noise"])
  func everySweep(family: String, direction: String) throws {
    let source = try GoldenExperiment(family)
    let golden = source.golden
    let names = try golden.values.listing(of: "/\(direction)").datasets
    #expect(names.count >= 9)
    let sweeps = try names.map { name in
      "  - {name: \(name.replacing("_", with: "-")), site: \(try #require(Self.sites[name]))}"
    }
    let folder = try TemporaryFolder()
    let rest = "direction: \(direction)\nsweeps:\n\(sweeps.joined(separator: "\n"))\n"
    let (outcome, results) = try Self.run(try source.yaml(name: "golden", rest), in: folder)
    #expect(outcome.summaries.map(\.sweep) == names.map { $0.replacing("_", with: "-") })
    #expect(results.store.isComplete)

    let clean = try golden.reference("/clean_logit_diff").values
    let tolerance = 1e-4 * max(1, clean.map(abs).max() ?? 1)
    #expect(largestDifference(try #require(try results.baseline(.clean)["logit_diff"]), clean) < tolerance)
    let corrupted = try golden.reference("/corrupted_logit_diff").values
    #expect(largestDifference(try #require(try results.baseline(.corrupted)["logit_diff"]), corrupted) < tolerance)
    for name in names {
      let reference = try golden.reference("/\(direction)/\(name)")
      let values = try results.values(sweep: name.replacing("_", with: "-"), dataset: "logit_diff")
      #expect(values.shape == reference.shape, "\(name)")
      let difference = largestDifference(values.values, reference.values)
      #expect(difference < tolerance, "\(name): \(difference)")
      let norms = try results.values(sweep: name.replacing("_", with: "-"), dataset: "change_norm")
      #expect(norms.shape == reference.shape)
      #expect(norms.values.allSatisfy { $0 >= 0 } && norms.values.contains { $0 > 0 })
    }
  }

  @Test func otherEdits() throws {
    let source = try GoldenExperiment("gpt2")
    let golden = source.golden
    let folder = try TemporaryFolder()
    let vectors = try golden.reference("/edit/vector")
    let width = vectors.shape[1]
    let rows = (0..<vectors.shape[0]).map { Array(vectors.values[$0 * width..<($0 + 1) * width]) }
    try folder.write("vectors.json", "\(rows)")
    let coefficients = try golden.reference("/edit/coefficient").values
    let rest = """
      sweeps:
        - {name: zero_z, site: z, over: [layer, head], edit: zero}
        - {name: scale2_z, site: z, over: [layer, head], edit: {scale: 2}}
        - {name: add_resid_pre, site: resid_pre, over: [layer], edit: {add: {file: vectors.json, coefficient: \(coefficients)}}}
      """
    let (_, results) = try Self.run(try source.yaml(name: "edits", rest), in: folder)
    for name in ["zero_z", "scale2_z", "add_resid_pre"] {
      let reference = try golden.reference("/edit/\(name)")
      let values = try results.values(sweep: name, dataset: "logit_diff")
      #expect(values.shape == reference.shape)
      let difference = largestDifference(values.values, reference.values)
      #expect(difference < 1e-4 * max(1, reference.values.map(abs).max() ?? 1), "\(name): \(difference)")
    }
    let add = try results.sweep("add_resid_pre")
    #expect(add.axes.map(\.name) == ["layer", "coefficient"])
    #expect(add.axes[1].labels == .numbers(coefficients.map(Double.init)))
  }

  @Test(arguments: GoldenModel.families) func cachedActivations(family: String) throws {
    let source = try GoldenExperiment(family)
    let folder = try TemporaryFolder()
    let rest = "cache: {hooks: ['*']}\n"
    let (outcome, _) = try Self.run(try source.yaml(name: "cached", rest), in: folder)
    let cache = try CacheReader(try #require(outcome.cache))
    #expect(outcome.cache == "\(folder.path)/cached.cache.h5")
    #expect(cache.runs == [.clean, .corrupted])
    var compared = 0
    for run in [StoredRun.clean, .corrupted] {
      for hook in cache.hooks where source.golden.values.contains("/\(run.rawValue)/\(hook)") {
        let reference = try source.golden.reference("/\(run.rawValue)/\(hook)")
        let values = try cache.read(run: run, hook: hook, examples: 0..<cache.examples)
        #expect(values.shape == reference.shape, "\(hook)")
        // Scores of hidden tokens are minus infinity in one and a large negative number in the other.
        let finite = zip(values.values, reference.values).filter { $0.isFinite && $1.isFinite && $1 > -1e8 }
        let scale = max(1, finite.map { abs($1) }.max() ?? 1)
        let worst = finite.map { abs($0 - $1) }.max() ?? 0
        #expect(worst < 1e-4 * scale, "\(run) \(hook): \(worst)")
        compared += 1
      }
    }
    #expect(compared >= 40)
  }

  @Test func everySiteOfEveryFamilyRuns() throws {
    for family in GoldenModel.families {
      let source = try GoldenExperiment(family)
      let folder = try TemporaryFolder()
      for site in ["result", "q_input", "k_input", "v_input", "mlp_in", "mlp_post", "attn_scores", "embed"] {
        let over = site == "embed" ? "[position]" : "[layer]"
        let rest = "sweeps: [{name: s, site: \(site), over: \(over)}]"
        let (_, results) = try Self.run(try source.yaml(name: "x-\(site)", rest), in: folder)
        let values = try results.values(sweep: "s", dataset: "logit_diff").values
        #expect(values.allSatisfy { $0.isFinite }, "\(family) \(site)")
        let norms = try results.values(sweep: "s", dataset: "change_norm").values
        #expect(norms.contains { $0 > 0 }, "\(family) \(site)")
      }
    }
  }
}
