import ActivationStore
import Checkpoints
import Execution
import Foundation
import ModelGraph
import TestSupport
import Testing

/// `patchbay vector`, and experiments that add its vectors.
@Suite struct VectorTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private static let pairs: [(clean: [Int32], corrupted: [Int32])] = [
    ([1, 2, 5, 3], [1, 3, 5, 2]), ([4, 6, 7], [3, 6, 7]), ([2, 2], [9, 2]),
  ]

  private static func place() throws -> Workplace {
    let place = try Workplace()
    let lines = pairs.map { pair in
      "{\"clean_tokens\": \(pair.clean), \"corrupted_tokens\": \(pair.corrupted), \"answer_token\": 1, \"wrong_token\": 2, \"word\": \"Mary\"}\n"
    }
    try place.write("pairs.jsonl", lines.joined())
    try place.write("one.jsonl", lines[0])
    return place
  }

  /// The stream before each layer at a position of a prompt, by the plain executor.
  private static func stream(_ model: Model, _ tokens: [Int32], _ position: Int) throws -> [[Double]] {
    try (0..<2).map { layer in
      let node = try #require(model.graph.node(hook: HookName(layer: layer, "hook_resid_pre")))
      let run = try Oracle(model).run(try Batch(prompts: [tokens]), keeping: [node.id])
      return run.withExample(0, of: node) { values in (0..<16).map { Double(values[position * 16 + $0]) } }
    }
  }

  private static func near(_ a: [Float], _ b: [Double], _ tolerance: Double = 1e-5) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - $1) < tolerance }
  }

  @Test func vectorsAreDifferencesOfRuns() throws {
    let place = try Self.place()
    let model = try LoadedModel(folder: place.model).model
    func make(_ arguments: String...) throws -> SteeringVector {
      let finished = try Tool.run(
        ["vector", "model"] + arguments + ["--output", "out/v.h5", "--quiet"], in: place.path)
      #expect(finished.status == 0, "\(finished.errors)")
      return try SteeringVector(file: "\(place.out)/v.h5")
    }
    let mean = try make("--prompts", "pairs.jsonl")
    #expect(mean.site == "resid_pre" && mean.method == "mean-difference" && mean.pairs == 3 && mean.layers == [0, 1])
    #expect(mean.position == "-1" && !mean.isSequence && mean.model == "model")
    for layer in 0..<2 {
      let differences = try Self.pairs.map { pair -> [Double] in
        let clean = try Self.stream(model, pair.clean, pair.clean.count - 1)[layer]
        let corrupted = try Self.stream(model, pair.corrupted, pair.clean.count - 1)[layer]
        return zip(clean, corrupted).map { $0 - $1 }
      }
      let expected = (0..<16).map { feature in differences.reduce(0) { $0 + $1[feature] } / 3 }
      #expect(Self.near(mean.values[layer][0], expected))
      #expect(abs(mean.norms[layer] - expected.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-5)
    }
    let first = try make("--prompts", "pairs.jsonl", "--position", "0")
    let expected = try Self.pairs.map { pair in
      zip(try Self.stream(model, pair.clean, 0)[1], try Self.stream(model, pair.corrupted, 0)[1]).map { $0 - $1 }
    }
    #expect(Self.near(first.values[1][0], (0..<16).map { f in expected.reduce(0) { $0 + $1[f] } / 3 }))
    // A control of the same length, and a different one for another seed.
    let random = try make("--prompts", "pairs.jsonl", "--method", "random")
    #expect(zip(random.norms, mean.norms).allSatisfy { abs($0 - $1) < 1e-5 } && random.values != mean.values)
    #expect(try make("--prompts", "pairs.jsonl", "--method", "random").values == random.values)
    #expect(try make("--prompts", "pairs.jsonl", "--method", "random", "--seed", "1").values != random.values)
    let sequence = try make("--prompts", "one.jsonl", "--method", "difference")
    #expect(sequence.isSequence && sequence.values[1].count == 4)
    let third = zip(
      try Self.stream(model, Self.pairs[0].clean, 2)[1], try Self.stream(model, Self.pairs[0].corrupted, 2)[1])
    #expect(Self.near(sequence.values[1][2], third.map { $0 - $1 }))
  }

  /// Adding the whole difference at the only place where two runs differ is a patch.
  @Test func addingTheDifferenceOfOnePairIsPatching() throws {
    let place = try Self.place()
    for (method, position) in [("difference", ""), ("mean-difference", "position: -1, ")] {
      let made = try Tool.run(
        "vector", "model", "--prompts", "one.jsonl", "--method", method, "--output", "out/v.h5", in: place.path)
      #expect(made.status == 0, "\(made.errors)")
      try place.write(
        "e.yaml",
        """
        name: e
        model: model
        prompts: {file: one.jsonl}
        sweeps:
          - {name: patch, site: resid_pre, over: [layer], \(position)edit: patch}
          - {name: add, site: resid_pre, over: [layer], \(position)edit: {add: {vector: out/v.h5, coefficient: [0, 1]}}}
          - {name: each, site: resid_pre, over: [layer, position], edit: {add: {vector: out/v.h5}}}
        """)
      let run = try Tool.run("run", "e.yaml", "--output", "out", in: place.path)
      #expect(run.status == 0, "\(run.errors)")
      let store = try StoreReader("\(place.out)/e.h5")
      let patched = try store.numbers(at: "/sweeps/patch/logit_diff")
      let added = try store.numbers(at: "/sweeps/add/logit_diff")
      let base = try store.numbers(at: "/baseline/corrupted/logit_diff")
      for layer in 0..<2 {
        #expect(abs(added[2 * layer] - base[0]) < 1e-5)
        #expect(abs(added[2 * layer + 1] - patched[layer]) < 1e-4)
      }
      #expect(try store.numbers(at: "/sweeps/each/logit_diff").allSatisfy(\.isFinite))
      guard method == "difference" else { continue }
      // Nothing is added at positions where the runs are the same: the first token.
      let norms = try store.numbers(at: "/sweeps/each/change_norm")
      #expect(norms[0] == 0 && norms[1] > 0)
    }
  }

  /// What is removed is the stream's component along the vector, whatever the vector's length.
  @Test func projectingOut() throws {
    let place = try Self.place()
    let made = try Tool.run("vector", "model", "--prompts", "pairs.jsonl", "--output", "out/v.h5", in: place.path)
    #expect(made.status == 0, "\(made.errors)")
    let vector = try SteeringVector(file: "\(place.out)/v.h5")
    let doubled = vector.values.map { $0[0].map { 2 * $0 } }
    try place.write("v.json", "\(doubled)")
    try place.write("zero.json", "\([Int](repeating: 0, count: 16))")
    func sweeps(_ lines: String) throws -> Tool.Finished {
      try place.write("e.yaml", "name: e\nmodel: model\nprompts: {file: one.jsonl}\nsweeps:\n\(lines)\n")
      return try Tool.run("run", "e.yaml", "--output", "out", in: place.path)
    }
    let run = try sweeps(
      """
        - {name: vector, site: resid_pre, over: [layer, position], edit: {project_out: {vector: out/v.h5}}}
        - {name: file, site: resid_pre, over: [layer, position], edit: {project_out: {file: v.json}}}
        - {name: estimate, site: resid_pre, over: [layer], edit: {project_out: {vector: out/v.h5}}, method: both}
      """)
    #expect(run.status == 0, "\(run.errors)")
    let store = try StoreReader("\(place.out)/e.h5")
    let norms = try store.numbers(at: "/sweeps/vector/change_norm")
    let model = try LoadedModel(folder: place.model).model
    for layer in 0..<2 {
      for position in 0..<4 {
        let stream = try Self.stream(model, Self.pairs[0].corrupted, position)[layer]
        let part = zip(stream, vector.values[layer][0]).reduce(0) { $0 + $1.0 * Double($1.1) } / vector.norms[layer]
        #expect(abs(norms[4 * layer + position] - abs(part)) < 1e-5)
      }
    }
    let (a, b) = (
      try store.numbers(at: "/sweeps/vector/logit_diff"), try store.numbers(at: "/sweeps/file/logit_diff")
    )
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 } && Set(a).count > 4)
    for (line, message) in [
      ("site: z, over: [layer], edit: {project_out: {file: zero.json}}", "not out of z"),
      ("site: resid_pre, over: [layer], edit: {project_out: {file: zero.json}}", "all zeros"),
      ("site: resid_post, over: [layer], edit: {project_out: {vector: out/v.h5}}", "was made at resid_pre"),
      ("site: resid_pre, over: [layer], edit: project_out", "{project_out: {vector: FILE}}"),
    ] {
      let refused = try sweeps("  - {name: s, \(line)}")
      #expect(
        refused.status == 65 && refused.errorLines.count == 1 && refused.errors.contains(message), "\(refused.errors)")
    }
    let difference = try Tool.run(
      "vector", "model", "--prompts", "one.jsonl", "--method", "difference", "--output", "out/d.h5", in: place.path)
    #expect(difference.status == 0)
    let refused = try sweeps("  - {name: s, site: resid_pre, over: [layer], edit: {project_out: {vector: out/d.h5}}}")
    #expect(refused.status == 65 && refused.errors.contains("has a vector for each position"), "\(refused.errors)")
  }

  /// A vector with fewer positions than the prompt leaves the rest unchanged.
  @Test func shortSequencesEndWhereTheyEnd() throws {
    let place = try Self.place()
    try place.write(
      "short.jsonl",
      "{\"clean_tokens\": [1, 2], \"corrupted_tokens\": [1, 3], \"answer_token\": 1, \"wrong_token\": 2}\n")
    let made = try Tool.run(
      "vector", "model", "--prompts", "short.jsonl", "--method", "difference", "--output", "out/v.h5", in: place.path)
    #expect(made.status == 0, "\(made.errors)")
    try place.write(
      "e.yaml",
      "name: e\nmodel: model\nprompts: {file: one.jsonl}\nsweeps: [{name: s, site: resid_pre, over: [layer, position], edit: {add: {vector: out/v.h5}}}]\n"
    )
    let run = try Tool.run("run", "e.yaml", "--output", "out", in: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let store = try StoreReader("\(place.out)/e.h5")
    let (norms, values) = (
      try store.numbers(at: "/sweeps/s/change_norm"), try store.numbers(at: "/sweeps/s/logit_diff")
    )
    let base = try store.numbers(at: "/baseline/corrupted/logit_diff")[0]
    for layer in 0..<2 {
      #expect(norms[4 * layer + 1] > 0 && values[4 * layer + 1] != base)
      for position in [2, 3] {
        #expect(norms[4 * layer + position] == 0 && abs(values[4 * layer + position] - base) < 1e-5)
      }
    }
  }

  static let hasTorch = Python.has("torch, transformers, h5py")

  @Test(
    .enabled(if: hasTorch, "PATCHBAY_PYTHON names no interpreter that has torch, transformers and h5py"))
  func asPyTorchFindsThem() throws {
    let python = try #require(PythonReadsTests.interpreter)
    let checked = try Tool.finish(
      try Tool.start(
        python, ["\(Self.root)/scripts/python/check_vectors.py", Tool.path, SharedFolder.path("golden/gpt2")]))
    #expect(checked.status == 0, "\(checked.output)\n\(checked.errors.suffix(500))")
  }

  @Test func wrongVectorsAreRefused() throws {
    let place = try Self.place()
    try Workplace.other(at: "\(place.path)/other")
    for (model, name) in [("model", "v"), ("other", "o")] {
      let made = try Tool.run(
        "vector", model, "--prompts", "pairs.jsonl", "--output", "out/\(name).h5", in: place.path)
      #expect(made.status == 0, "\(made.errors)")
    }
    try place.write("plain.jsonl", "{\"tokens\": [1, 2]}\n")
    func refused(_ sweep: String) throws -> String {
      try place.write(
        "e.yaml",
        "name: e\nmodel: model\nprompts: {file: pairs.jsonl}\nsweeps:\n  - {name: s, over: [layer], \(sweep)}\n")
      let finished = try Tool.run("run", "e.yaml", "--output", "runs", in: place.path)
      if finished.status == 0 { return "" }
      #expect(finished.status == 65 && finished.errorLines.count == 1, "\(finished.errors)")
      return finished.errors
    }
    #expect(
      try refused("site: resid_post, edit: {add: {vector: out/v.h5}}").contains(
        "e.yaml:5: the vector was made at resid_pre and is added at resid_post; give 'anywhere: true' if that is intended"
      )
    )
    #expect(
      try refused("site: resid_pre, edit: {add: {vector: out/o.h5}}").contains(
        "e.yaml:5: the vector was made with other, which has different weights from model; give 'anywhere: true' if that is intended"
      ))
    #expect(try refused("site: resid_pre, edit: {add: {vector: out/o.h5, anywhere: true}}").isEmpty)
    #expect(try refused("site: resid_post, edit: {add: {vector: out/v.h5, anywhere: true}}").isEmpty)
    #expect(
      try refused("site: z, edit: {add: {vector: out/v.h5, anywhere: true, coefficient: x}}").contains(
        "must be a number, not the text 'x'"))
    #expect(try refused("site: mlp_post, edit: {add: {vector: out/v.h5, anywhere: true}}").contains("16"))
    #expect(
      try refused("site: resid_pre, edit: {add: {from: difference, anywhere: true}}").contains(
        "'anywhere' cannot be combined with 'from'"))
    #expect(try refused("site: resid_pre, edit: {add: {vector: pairs.jsonl}}").contains("not an HDF5 file"))
    for (arguments, message, status) in [
      (
        ["--prompts", "plain.jsonl"],
        "plain.jsonl: a vector is made from pairs of prompts, with the keys clean and corrupted", 65
      ),
      (
        ["--prompts", "pairs.jsonl", "--method", "difference"],
        "pairs.jsonl: the method 'difference' takes one pair, but there are 3", 65
      ),
      (["--prompts", "pairs.jsonl", "--position", "9"], "no prompt of pairs has the position 9", 65),
      (["--prompts", "one.jsonl", "--method", "paired-component"], "1 pair, but at least 2 are needed", 65),
      (
        ["--prompts", "pairs.jsonl", "--site", "pattern"], "'blocks.0.attn.hook_pattern' has no vector for each token",
        65
      ),
      (["--prompts", "pairs.jsonl", "--position", "x"], "--position", 64),
      (["--prompts", "pairs.jsonl", "--site", "resid"], "resid", 64),
    ] as [([String], String, Int32)] {
      let finished = try Tool.run(["vector", "model"] + arguments + ["--output", "out/x.h5"], in: place.path)
      #expect(finished.status == status && finished.errorLines.count == 1, "\(finished.errors)")
      #expect(finished.errors.contains(message), "\(finished.errors)")
    }
    #expect(try place.written() == ["o.h5", "v.h5"])
  }

  /// The example: a thing that gets the vector does what only a mind does; with the random vector of the same length it
  /// does not.
  @Test func aThingIsGivenAMind() throws {
    let place = try Workplace()
    try FileManager.default.createDirectory(atPath: "\(place.path)/experiments", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: "\(place.path)/activations", withIntermediateDirectories: true)
    for name in ["mind-vector.yaml", "minds.jsonl", "minds-held-out.jsonl"] {
      try FileManager.default.copyItem(
        atPath: "\(Self.root)/experiments/\(name)", toPath: "\(place.path)/experiments/\(name)")
    }
    for method in ["mean-difference", "paired-component", "random"] {
      let made = try Tool.run(
        "vector", "bundled:ioi", "--prompts", "experiments/minds.jsonl", "--site", "resid_post", "--method", method,
        "--output", "activations/mind-\(method).h5", in: place.path)
      #expect(made.status == 0, "\(made.errors)")
    }
    let run = try Tool.run("run", "experiments/mind-vector.yaml", "--output", "out", in: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let store = try StoreReader("\(place.out)/mind-vector.h5")
    // Layer 3, coefficient 1: [layer, coefficient, example].
    func mean(_ sweep: String) throws -> Double {
      let all = try store.numbers(at: "/sweeps/\(sweep)/logit_diff")
      return all[(3 * 5 + 3) * 48..<(3 * 5 + 4) * 48].reduce(0, +) / 48
    }
    let without = try store.numbers(at: "/baseline/corrupted/logit_diff").reduce(0, +) / 48
    #expect(without < -5)
    #expect(try mean("mean-difference") > 5)
    #expect(try mean("random") < -3)
  }
}
