import ActivationStore
import Foundation
import Interventions
import Patching
import Runs
import TestSupport
import Testing

/// Experiments that steer: several vectors, lengths, further edits, additivity, transfer, choices.
@Suite struct SteeringSweepTests {
  private static func place() throws -> Workplace {
    let place = try Workplace()
    try place.write(
      "pairs.jsonl",
      """
      {"clean_tokens": [1, 2, 5, 3], "corrupted_tokens": [1, 3, 5, 2], "answer_token": 1, "wrong_token": 2}
      {"clean_tokens": [4, 6, 7], "corrupted_tokens": [3, 6, 8], "answer_token": 3, "wrong_token": 4}

      """)
    for (name, method) in [("mean", "mean-difference"), ("random", "random")] {
      let made = try Tool.run(
        "vector", "model", "--prompts", "pairs.jsonl", "--method", method, "--output", "out/\(name).h5", in: place.path)
      #expect(made.status == 0, "\(made.errors)")
    }
    return place
  }

  private static func run(_ place: Workplace, _ sweeps: String, metrics: String = "[logit_diff, choice]") throws
    -> Tool.Finished
  {
    try place.write(
      "e.yaml", "name: e\nmodel: model\nmetrics: \(metrics)\nprompts: {file: pairs.jsonl}\nsweeps:\n\(sweeps)\n")
    return try Tool.run("run", "e.yaml", "--output", "out", in: place.path)
  }

  @Test func severalVectorsWithEditsBesideThem() throws {
    let place = try Self.place()
    let finished = try Self.run(
      place,
      """
        - name: two
          site: resid_pre
          over: [layer]
          position: -1
          edit: {add: [{vector: out/mean.h5, coefficient: [0, 1, 2]}, {vector: out/random.h5, coefficient: [-1, 1]}]}
          with: [{site: z, layer: 0, head: 1, edit: zero}]
          additivity: ["blocks.*.hook_resid_pre", ln_final.hook_normalized]
        - {name: carried, site: resid_pre, over: [layer], edit: {add: {from: example-difference}}}
        - {name: own, site: resid_pre, over: [layer], edit: {add: {from: difference}}}
      """)
    #expect(finished.status == 0, "\(finished.errors)")
    let store = try StoreReader("\(place.out)/e.h5")
    #expect(try store.describe("/sweeps/two/logit_diff").shape == [2, 3, 2, 2])
    #expect(try store.numbers(at: "/sweeps/two/coefficient") == [0, 1, 2])
    #expect(try store.numbers(at: "/sweeps/two/coefficient_2") == [-1, 1])
    let two = "/additivity/two"
    #expect(try store.describe("\(two)/logit_diff_interaction").shape == [2, 3, 2, 2])
    #expect(try store.describe("\(two)/interaction_norm").shape == [2, 3, 2, 3, 2])
    // Without the first vector there is nothing to interact with; with it there is.
    let interactions = try store.numbers(at: "\(two)/choice_interaction")
    let second = interactions.enumerated().filter { $0.offset / 4 % 3 == 0 }.map(\.element)
    #expect(second.allSatisfy { abs($0) < 1e-6 } && interactions.contains { abs($0) > 1e-4 })
    // P(answer) against the wrong token follows from the difference of the two logits.
    let (differences, choices) = (
      try store.numbers(at: "/sweeps/two/logit_diff"), try store.numbers(at: "/sweeps/two/choice")
    )
    for (difference, choice) in zip(differences, choices) { #expect(abs(choice - 1 / (1 + exp(-difference))) < 1e-5) }
    let (carried, own) = (
      try store.numbers(at: "/sweeps/carried/logit_diff"), try store.numbers(at: "/sweeps/own/logit_diff")
    )
    #expect(try store.integers(at: "/sweeps/carried/source_example") == [0, 1])
    for layer in 0..<2 {
      for example in 0..<2 { #expect(abs(carried[layer * 4 + example * 3] - own[layer * 2 + example]) < 1e-4) }
    }
    #expect(finished.output.contains("two: change, root mean square over cells and prompts: logit_diff "))
    #expect(finished.output.contains("%) is not the sum of each alone"))
    #expect(finished.output.contains(#/\ncarried +4  layer \d, source_example \d/#))
    #expect(finished.output.contains("carried: mean effect of a prompt's own difference "))
  }

  /// Vectors scaled to the same length change the stream by the same amount.
  @Test func lengthsAreSet() throws {
    let place = try Self.place()
    let finished = try Self.run(
      place,
      """
        - {name: mean, site: resid_pre, over: [layer], position: -1, edit: {add: {vector: out/mean.h5, norm: 3, coefficient: 2}}}
        - {name: random, site: resid_pre, over: [layer], position: -1, edit: {add: {vector: out/random.h5, norm: {vector: out/mean.h5}}}}
      """)
    #expect(finished.status == 0, "\(finished.errors)")
    let store = try StoreReader("\(place.out)/e.h5")
    #expect(try store.numbers(at: "/sweeps/mean/change_norm").allSatisfy { abs($0 - 6) < 1e-4 })
    let lengths = try SteeringVector(file: "\(place.out)/mean.h5").norms
    for (index, norm) in try store.numbers(at: "/sweeps/random/change_norm").enumerated() {
      #expect(abs(norm - lengths[index / 2]) < 1e-4)
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let place = try Self.place()
    try place.write("zero.json", "\([Int](repeating: 0, count: 16))")
    let vector = "vector: out/mean.h5"
    for (line, words) in [
      ("edit: {add: []}", "is empty; give at least one of directions"),
      ("edit: {add: {from: difference, norm: 2}}", "'norm' cannot be combined with 'from'"),
      ("edit: {add: {\(vector), norm: 0}}", "it must be a length above 0"),
      ("edit: {add: {file: zero.json, norm: 1}}", "is all zeros and cannot be brought to another length"),
      ("edit: {add: {file: zero.json, norm: {\(vector)}}}", "one length for all layers is needed"),
      ("edit: zero, additivity: true", "additivity needs the edit 'add'"),
      ("edit: {add: {\(vector)}}, additivity: [hook_nothing]", "hook_nothing"),
      ("edit: zero, with: [{site: z, edit: {add: {from: example-difference}}}]", "has a single coefficient"),
      (
        "edit: zero, with: [{site: z, edit: {add: {from: difference, coefficient: [1, 2]}}}]",
        "has a single coefficient"
      ),
      ("edit: zero, with: [{site: resid_pre, head: 1, edit: zero}]", "has no axis 'head'"),
      ("edit: zero, with: [{edit: zero}]", "the key 'site' is missing"),
      ("edit: zero, method: both, with: [{site: z, edit: zero}]", "leave out 'with', or the method"),
      ("edit: zero, with: [{site: resid_post, edit: {add: {\(vector)}}}]", "was made at resid_pre"),
    ] {
      let finished = try Self.run(place, "  - {name: s, site: resid_pre, over: [layer], \(line)}")
      #expect(
        finished.status == 65 && finished.errorLines.count == 1 && finished.errors.contains(words), "\(finished.errors)"
      )
    }
    let over = try Self.run(
      place, "  - {name: s, site: resid_pre, over: [layer, coefficient_2], edit: {add: {\(vector)}}}")
    #expect(over.status == 65 && over.errors.contains("coefficient_2"), "\(over.errors)")
    // A pair with one side is not a pair.
    try place.write("one-sided.jsonl", "{\"clean_tokens\": [1, 2], \"answer_token\": 1}\n")
    let sided = try Tool.run("vector", "model", "--prompts", "one-sided.jsonl", "--output", "out/x.h5", in: place.path)
    #expect(
      sided.status == 65 && sided.errors.contains("one-sided.jsonl:1: the key 'corrupted' is missing"),
      "\(sided.errors)")
  }

  /// What an analysis has found is added as in its file, at any length; its mean difference is the vector of `patchbay
  /// vector`.
  @Test func directionsOfAnalyses() throws {
    let place = try Self.place()
    var lines = ""
    for item in 0..<12 {
      let (a, b) = (2 + item % 5, 7 + item % 7)
      lines +=
        "{\"clean_tokens\": [1, \(a), \(b)], \"corrupted_tokens\": [3, \(b), \(a)], \"answer_token\": 1, \"wrong_token\": 2}\n"
    }
    try place.write("train.jsonl", lines)
    try place.write(
      "a.yaml",
      """
      name: a
      caches: [{name: c, model: model, prompts: train.jsonl, hooks: ["blocks.*.hook_resid_pre", hook_embed]}]
      labels: run
      classes: [corrupted, clean]
      select: {positions: [-1, 0]}
      analyses:
        - {name: readers, kind: readers, methods: [mean-difference, logistic], curve: [2, 4]}
        - {name: shape, kind: components, count: 2}
        - {name: apart, kind: separation}
      """)
    let analyzed = try Tool.run("analyze", "a.yaml", "--output", "out", in: place.path)
    #expect(analyzed.status == 0, "\(analyzed.errors)")
    let analysis = try StoreReader("\(place.out)/a.analysis.h5")
    func vector(_ keys: String, study: String = "readers") -> String {
      "{analysis: out/a.analysis.h5, study: \(study), \(keys)}"
    }
    let mean = vector("direction: mean-difference, position: -1")
    let finished = try Self.run(
      place,
      """
        - {name: mean, site: resid_pre, over: [layer], position: -1, edit: {add: {vector: \(mean)}}}
        - {name: probe, site: resid_pre, over: [layer], position: -1, edit: {add: {vector: \(vector("direction: logistic, position: -1")), norm: {vector: \(mean)}}}}
        - {name: few, site: resid_pre, over: [layer], position: -1, edit: {add: {vector: \(vector("direction: logistic, position: -1, pairs: 2")), norm: 2}}}
        - {name: axis, site: resid_pre, over: [layer], position: -1, edit: {add: {vector: \(vector("direction: 1, position: 0", study: "shape"))}}}
        - {name: out, site: resid_pre, over: [layer], position: -1, edit: {project_out: {vector: \(mean)}}}
        - {name: embedded, site: embed, over: [], position: -1, edit: {add: {vector: \(mean)}}}
      """)
    #expect(finished.status == 0, "\(finished.errors)")
    let store = try StoreReader("\(place.out)/e.h5")
    func norms(_ sweep: String) throws -> [Double] { try store.numbers(at: "/sweeps/\(sweep)/change_norm") }
    // [source, hook, position, method]: hooks are in order of computation, the embedding first.
    let lengths = try analysis.numbers(at: "/analyses/readers/length")
    for layer in 0..<2 {
      for example in 0..<2 {
        let place = layer * 2 + example
        let length = lengths[(layer + 1) * 4]
        #expect(try abs(norms("mean")[place] - length) < 1e-4)
        #expect(try abs(norms("probe")[place] - length) < 1e-4)
        #expect(try abs(norms("few")[place] - 2) < 1e-4)
        #expect(try abs(norms("axis")[place] - 1) < 1e-4)
        #expect(try norms("out")[place] > 0)
      }
    }
    #expect(try abs(norms("embedded")[0] - lengths[0]) < 1e-4)
    for (keys, study, words) in [
      ("direction: mean-difference", "readers", "has several of 'position'; name one (one of: -1, 0)"),
      ("direction: leace, position: -1", "readers", "has no method 'leace' (one of: mean-difference, logistic)"),
      ("direction: logistic, position: -1, pairs: 3", "readers", "has no pairs '3' (one of: 2, 4)"),
      ("direction: 2, position: -1", "shape", "has no component '2' (one of: 0, 1)"),
      ("direction: 0, position: -1, pairs: 2", "shape", "no directions by number of pairs"),
      ("direction: 0, position: -1", "apart", "has no directions (its kind must be readers or components)"),
      ("direction: logistic, position: -1, source: d", "readers", "has no source 'd' (one of: c)"),
      ("direction: logistic, position: -1", "reeders", "/analyses/reeders"),
    ] {
      let refused = try Self.run(
        place, "  - {name: s, site: resid_pre, over: [layer], edit: {add: {vector: \(vector(keys, study: study))}}}")
      #expect(
        refused.status == 65 && refused.errorLines.count == 1 && refused.errors.contains(words), "\(refused.errors)")
    }
    let elsewhere = try Self.run(
      place, "  - {name: s, site: mlp_out, over: [layer], edit: {add: {vector: \(mean)}}}")
    #expect(elsewhere.status == 65 && elsewhere.errors.contains("has no directions of mlp_out"), "\(elsewhere.errors)")
  }

  /// The example: readers that read alike do not write alike.
  @Test func readersAndEditorsAreNotTheSame() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let place = try Workplace()
    try FileManager.default.createDirectory(atPath: "\(place.path)/experiments", withIntermediateDirectories: true)
    for name in ["mind-readers.yaml", "mind-editors.yaml", "minds.jsonl", "minds-held-out.jsonl"] {
      try FileManager.default.copyItem(
        atPath: "\(root)/experiments/\(name)", toPath: "\(place.path)/experiments/\(name)")
    }
    for arguments in [["analyze", "experiments/mind-readers.yaml"], ["run", "experiments/mind-editors.yaml"]] {
      let finished = try Tool.run(arguments, in: place.path)
      #expect(finished.status == 0, "\(finished.errors)")
    }
    let store = try StoreReader("\(place.path)/activations/mind-editors.h5")
    // After block 3: [layer, example].
    func mean(_ sweep: String) throws -> Double {
      try store.numbers(at: "/sweeps/\(sweep)/logit_diff")[3 * 48..<4 * 48].reduce(0, +) / 48
    }
    func length(_ sweep: String) throws -> Double { try store.numbers(at: "/sweeps/\(sweep)/change_norm")[3 * 48] }
    let whole = try length("mean-difference")
    for editor in ["mean-difference", "mean-difference-of-2-pairs", "logistic", "component-0"] {
      #expect(try mean(editor) > 6)
      #expect(try abs(length(editor) - whole) < 1e-3)
    }
    for reader in ["leace", "random"] {
      #expect(try mean(reader) < -3)
      #expect(try abs(length(reader) - whole) < 1e-3)
    }
    let accuracy = try StoreReader("\(place.path)/activations/mind-readers.analysis.h5")
      .numbers(at: "/analyses/readers/accuracy")
    // [hook, method]: mean difference, paired component, logistic, discriminant, leace, random.
    #expect(accuracy[3 * 6..<3 * 6 + 5].allSatisfy { $0 > 0.99 })
  }

  static let written: [(String, Edit)] = [
    (
      "{add: [{from: difference}, {from: difference, coefficient: [1, 2]}]}",
      .addSeveral([Edit.Addition(.difference, coefficients: [1]), Edit.Addition(.difference, coefficients: [1, 2])])
    ),
    ("{add: {from: example-difference}}", .add(.exampleDifference, coefficients: [1])),
  ]

  @Test(arguments: written)
  func editsAreRead(text: String, edit: Edit) throws {
    let yaml =
      "name: x\nprompts: {pairs: [{clean_tokens: [1], corrupted_tokens: [2], answer_token: 4, wrong_token: 5}]}\nsweeps: [{name: s, site: resid_pre, over: [layer], edit: \(text)}]\n"
    let sweep = try #require(try Experiment(yaml: yaml, file: "x.yaml").sweeps[0].sweep)
    #expect(sweep.edit == edit)
  }
}
