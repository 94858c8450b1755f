import ActivationStore
import Checkpoints
import Commands
import Diagnostics
import Execution
import Foundation
import Interventions
import ModelGraph
import TestSupport
import Testing

/// `patchbay generate`.
@Suite struct GenerateTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private static func place() throws -> Workplace {
    let place = try Workplace()
    try place.write(
      "pairs.jsonl",
      """
      {"clean_tokens": [1, 2, 5], "corrupted_tokens": [1, 3, 9], "answer_token": 1, "wrong_token": 2}
      {"clean_tokens": [4, 6, 7], "corrupted_tokens": [3, 6, 7], "answer_token": 1, "wrong_token": 2}

      """)
    try place.write(
      "one.jsonl",
      "{\"clean_tokens\": [1, 2, 5], \"corrupted_tokens\": [4, 3, 5], \"answer_token\": 1, \"wrong_token\": 2}\n")
    for (name, prompts, method) in [("mean", "pairs", "mean-difference"), ("sequence", "one", "difference")] {
      let made = try Tool.run(
        "vector", "model", "--prompts", "\(prompts).jsonl", "--method", method, "--output", "out/\(name).h5",
        in: place.path)
      #expect(made.status == 0, "\(made.errors)")
    }
    return place
  }

  private static func json(_ place: Workplace, _ arguments: String...) throws -> JSONObject {
    try json(place, arguments: arguments)
  }

  private static func json(_ place: Workplace, arguments: [String]) throws -> JSONObject {
    let finished = try Tool.run(
      ["generate", "model", "--prompt-tokens", "1,2,3,5", "--json", "--quiet"] + arguments, in: place.path)
    #expect(finished.status == 0 && finished.errors.isEmpty, "\(finished.errors)")
    return try #require(try JSONValue(parsing: Array(finished.output.utf8)).objectValue)
  }

  private static func tokens(_ value: JSONValue?) throws -> [Int32] {
    let list = try #require(value?.objectValue?["tokens"]?.arrayValue)
    return list.compactMap { $0.integerValue.map(Int32.init) }
  }

  /// What is added where, compared with runs of the whole text by the plain executor.
  @Test(
    arguments: [
      ("mean.h5:3@resid_pre.1", "prompt", 0..<4), ("mean.h5:3@resid_pre.1", "after", 4..<100),
      ("mean.h5:3@resid_pre.1", "all", 0..<100), ("mean.h5:-8@resid_pre.0", nil, 3..<100),
      ("mean.h5:3@resid_pre.1", "answer", 3..<100),
      ("sequence.h5:4@resid_pre.1", nil, 0..<3),
    ] as [(String, String?, Range<Int>)])
  func vectorsAreAddedWhereTheyAreSaidToBe(addition: String, positions: String?, range: Range<Int>) throws {
    let place = try Self.place()
    let more = positions.map { ["--positions", $0] } ?? []
    let finished = try Tool.run(
      ["generate", "model", "--prompt-tokens", "1,2,3,5", "--json", "--tokens", "12", "--add", "out/\(addition)"]
        + more,
      in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    let output = try #require(try JSONValue(parsing: Array(finished.output.utf8)).objectValue)
    let parsed = try #require(SteeringAddition(argument: addition))
    let vector = try SteeringVector(file: "\(place.out)/\(parsed.file)")
    guard case .range(let layers)? = parsed.layers else {
      Issue.record("a layer")
      return
    }
    let model = try LoadedModel(folder: place.model).model
    let node = try #require(model.graph.node(hook: HookName(layer: layers.lowerBound, "hook_resid_pre")))
    func greedy(_ coefficient: Float) throws -> [Int32] {
      var text: [Int32] = [1, 2, 3, 5]
      for _ in 0..<12 {
        let rows = vector.values[layers.lowerBound]
        let edits = range.clamped(to: 0..<text.count).map { position in
          PlacedEdit(
            node: node.id, row: 0, positions: position..<position + 1, features: 0..<16,
            action: .add(rows[vector.isSequence ? position : 0], times: coefficient))
        }
        let logits = try Oracle(model).lastLogits(try Batch(prompts: [text]), edits: edits).logits.values
        text.append(Int32(try #require(logits.firstIndex(of: logits.max() ?? 0))))
      }
      return Array(text.dropFirst(4))
    }
    let (steered, without) = (try Self.tokens(output["steered"]), try Self.tokens(output["without"]))
    #expect(try steered == greedy(parsed.coefficient))
    #expect(try without == greedy(0))
    let shared = zip(steered, without).prefix { $0 == $1 }.count
    #expect(steered != without && output["parts_at"]?.integerValue == shared)
  }

  /// Edits of every kind that needs no other run, compared with runs of the whole text by the plain executor.
  @Test(
    arguments: [
      ("z.1.0: zero", "z", [.layer: 1, .head: 0], .zero, nil),
      ("mlp_out.all: {scale: -3}", "mlp_out", [:], .scale(-3), "after"),
      ("k.0..1: {scale: 4}", "k", [.layer: [0, 1]], .scale(4), "prompt"),
      ("v.0.0: {clamp: {min: 0}}", "v", [.layer: 0, .head: 0], .clamp(min: 0), nil),
      ("pattern.0.1: {clamp: {max: 0.2}}", "pattern", [.layer: 0, .head: 1], .clamp(max: 0.2), nil),
      ("pattern.1: zero", "pattern", [.layer: 1], .zero, "after"),
      ("attn_scores.1.all: {clamp: {min: -1, max: 0}}", "attn_scores", [.layer: 1], .clamp(min: -1, max: 0), nil),
      ("attn_scores.0: zero", "attn_scores", [.layer: 0], .zero, nil),
      ("attn_scores.all: {scale: -2}", "attn_scores", [:], .scale(-2), "answer"),
      ("result.1.1: {scale: 5}", "result", [.layer: 1, .head: 1], .scale(5), nil),
      ("embed: {scale: 0.5}", "embed", [:], .scale(0.5), "all"),
      ("blocks.0.hook_mlp_out: zero", "blocks.0.hook_mlp_out", [:], .zero, nil),
    ] as [(String, String, [SiteAxis: Selector], Edit, String?)])
  func editsHoldWhileTextIsGenerated(
    text: String, site: String, selectors: [SiteAxis: Selector], edit: Edit, positions: String?
  ) throws {
    let place = try Self.place()
    let output = try Self.json(
      place, arguments: ["--tokens", "12", "--edit", text] + (positions.map { ["--positions", $0] } ?? []))
    let name = try #require(SiteName(rawValue: site))
    let model = try LoadedModel(folder: place.model).model(.needed(by: [name]))
    func greedy(isEdited: Bool) throws -> [Int32] {
      var text: [Int32] = [1, 2, 3, 5]
      for _ in 0..<12 {
        let first = positions.flatMap { ["after": 4, "answer": 3][$0] } ?? 0
        let last = positions == "prompt" ? 3 : text.count - 1
        var selectors = selectors
        for axis in [SiteAxis.position, .destination] where name.axes.contains(axis) {
          selectors[axis] = .items([.range(first, last)])
        }
        let isThere = isEdited && first <= last
        let edits =
          isThere ? try EditPlacer(edit, at: Site(name, selectors), in: model.graph).edits(lengths: [text.count]) : []
        let logits = try Oracle(model).lastLogits(try Batch(prompts: [text]), edits: edits).logits.values
        text.append(Int32(try #require(logits.firstIndex(of: logits.max() ?? 0))))
      }
      return Array(text.dropFirst(4))
    }
    #expect(try Self.tokens(output["steered"]) == greedy(isEdited: true))
    #expect(try Self.tokens(output["without"]) == greedy(isEdited: false))
    let described = try #require(output["edits"]?.arrayValue?.first?.objectValue)
    #expect(described["edit"]?.stringValue == text && described["site"]?.stringValue == site)
    #expect(described["positions"]?.stringValue == positions ?? "all")
    #expect(try #require(described["change_norm"]?.doubleValue) > 0)
  }

  /// Text ends at any token that the model's files name, and says so.
  @Test func textEndsAtAnyTokenThatIsNamed() throws {
    let place = try Self.place()
    let free = try Self.tokens(Self.json(place, "--tokens", "12")["without"])
    let (early, late) = (try #require(free.first { $0 != free[0] }), free[0])
    let first = try #require(free.firstIndex(of: early))
    // The first token would end the text at once, so the test names a later one, alone and with one that never comes.
    let never = try #require((Int32(0)...40).first { !free.contains($0) })
    for ids in ["\(early)", "[\(never), \(early)]", "[\(early), \(never)]"] {
      try place.write("model/generation_config.json", "{\"eos_token_id\": \(ids)}")
      let row = try Self.json(place, "--tokens", "12")["without"]
      #expect(try Self.tokens(row) == Array(free[...first]), "\(ids)")
      #expect(row?.objectValue?["stop"]?.stringValue == "end_of_text")
    }
    try place.write("model/generation_config.json", "{\"eos_token_id\": [\(early), \(late)]}")
    #expect(try Self.tokens(Self.json(place, "--tokens", "12")["without"]) == [late])
  }

  /// A vector by --add and by --edit is the same; projecting out what was added removes it.
  @Test func vectorsAreAddedByEditsAsWell() throws {
    let place = try Self.place()
    let everywhere = ["--positions", "all"]
    let added = try Self.json(place, arguments: ["--add", "out/mean.h5:3@resid_pre.1"] + everywhere)
    let edited = try Self.json(
      place, arguments: ["--edit", "resid_pre.1: {add: {vector: out/mean.h5, coefficient: 3}}"] + everywhere)
    #expect(try Self.tokens(added["steered"]) == Self.tokens(edited["steered"]))
    let out = "resid_pre.1: {project_out: {vector: out/mean.h5}}"
    let gone = try Self.json(
      place, arguments: ["--add", "out/mean.h5:30@resid_pre.1", "--edit", out] + everywhere)
    #expect(try Self.tokens(gone["steered"]) == Self.tokens(Self.json(place, "--edit", out)["steered"]))
  }

  @Test func editsThatCannotHoldAreRefused() throws {
    let place = try Self.place()
    try Workplace.other(at: "\(place.path)/other")
    for (model, edit, more, status, words) in [
      ("model", "z.1.0: patch", [], 64, "edit 'patch' takes its numbers from another run"),
      ("model", "z.1: mean", [], 64, "edit 'mean' takes its numbers from another run"),
      ("model", "z.1: {resample: {seed: 2}}", [], 64, "edit 'resample' takes its numbers from another run"),
      ("model", "z.1: {add: {from: difference}}", [], 64, "edit 'add' takes its numbers from another run"),
      ("model", "z.1: {add: {from: example-difference}}", [], 64, "edit 'add' takes its numbers from another run"),
      ("model", "z.1: zeros", [], 64, "--edit 'z.1: zeros': 'edit': there is no 'zeros' (did you mean 'zero'?)"),
      ("model", "z.1", [], 64, "an edit is written SITE.LAYER.HEAD: EDIT"),
      ("model", "z: zero", [], 64, "an edit is written SITE.LAYER.HEAD: EDIT"),
      ("model", "z.5..: zero", [], 64, "an edit is written SITE.LAYER.HEAD: EDIT"),
      ("model", "z.1: {", [], 64, "not YAML"),
      ("model", "z.2: zero", [], 65, "layer 2 of site 'z' does not exist"),
      ("model", "z.1.9: zero", [], 65, "head 9 of site 'z' does not exist"),
      ("model", "resid_pre.1.0: zero", [], 65, "site 'resid_pre' has no axis 'head'"),
      ("model", "rot_q.0: zero", [], 65, "its queries and keys are not rotated"),
      ("model", "pattern.0: {clamp: {min: 0.1}}", [], 65, "it would let earlier tokens see later ones"),
      ("model", "z.1: {project_out: {vector: out/mean.h5, anywhere: true}}", [], 65, "one vector per token"),
      ("model", "z.1: {project_out: {vector: out/mean.h5}}", [], 64, "made at resid_pre and is added at z"),
      ("model", "resid_pre.1: {add: {vector: out/mean.h5, coefficient: [1, 2]}}", [], 64, "one coefficient"),
      ("model", "resid_pre.1: {add: {vector: none.h5}}", [], 66, "none.h5"),
      ("other", "resid_pre.1: {add: {vector: out/mean.h5}}", [], 65, "which has different weights from other"),
      (
        "model", "z.1: zero", ["--positions", "after", "--tokens", "1"], 64, "give --positions answer, or more --tokens"
      ),
    ] as [(String, String, [String], Int32, String)] {
      let finished = try Tool.run(
        ["generate", model, "--prompt-tokens", "1,2", "--edit", edit] + more, in: place.path)
      try expectFailure(finished, status: status, words)
    }
  }

  /// Two vectors at once have the effect of adding both; the same one twice has that of twice the coefficient.
  @Test func severalVectorsAreAddedTogether() throws {
    let place = try Self.place()
    let twice = try Self.json(
      place, "--add", "out/mean.h5:2@resid_pre.1", "--add", "out/mean.h5:2@resid_pre.1", "--positions", "all")
    let double = try Self.json(place, "--add", "out/mean.h5:4@resid_pre.1", "--positions", "all")
    #expect(try Self.tokens(twice["steered"]) == Self.tokens(double["steered"]))
    #expect(twice["additions"]?.arrayValue?.count == 2)
    let both = try Self.json(place, "--add", "out/mean.h5:2@resid_pre.0..1", "--positions", "all")
    let apart = try Self.json(
      place, "--add", "out/mean.h5:2@resid_pre.0", "--add", "out/mean.h5:2@resid_pre.1", "--positions", "all")
    let all = try Self.json(place, "--add", "out/mean.h5:2@resid_pre.all", "--positions", "all")
    #expect(try Self.tokens(both["steered"]) == Self.tokens(apart["steered"]))
    #expect(try Self.tokens(all["steered"]) == Self.tokens(apart["steered"]))
  }

  @Test func drawnTextHangsOnItsSeed() throws {
    let place = try Self.place()
    func draw(_ seed: String) throws -> [Int32] {
      try Self.tokens(Self.json(place, "--temperature", "5", "--seed", seed, "--tokens", "15")["without"])
    }
    #expect(try draw("1") == draw("1"))
    #expect(try draw("1") != draw("2"))
    // Only from the most likely one, whatever the temperature: greedy.
    let top = try Self.json(place, "--temperature", "5", "--top-k", "1", "--tokens", "15")
    let greedy = try Self.json(place, "--tokens", "15")
    #expect(try Self.tokens(top["without"]) == Self.tokens(greedy["without"]))
    #expect(greedy["steered"] == .null && greedy["parts_at"] == .null)
    // Rows draw the same numbers: with a coefficient of 0 nothing differs.
    let same = try Self.json(place, "--temperature", "5", "--add", "out/mean.h5:0@resid_pre.1")
    #expect(same["parts_at"] == .null)
    #expect(try Self.tokens(same["steered"]) == Self.tokens(same["without"]))
  }

  @Test func theTextShowsWhereTheTwoPart() throws {
    let place = try Self.place()
    let finished = try Tool.run(
      "generate", "model", "--prompt", "When Mary and John", "--tokens", "6", "--add", "out/mean.h5:-20@resid_pre.1",
      "--positions", "after", in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    let blocks = finished.output.components(separatedBy: "\n\n")
    #expect(blocks.count == 4)
    #expect(blocks[0] == "prompt\n  When Mary and John")
    #expect(blocks[1].hasPrefix("without steering\n  "))
    #expect(blocks[2].hasPrefix("steered by out/mean.h5 x -20.0 at resid_pre.1, after the prompt\n  "))
    #expect(blocks[3].hasPrefix("The two differ from new token "))
    let (without, steered) = (blocks[1].components(separatedBy: "┃"), blocks[2].components(separatedBy: "┃"))
    #expect(without.count == 2 && steered.count == 2)
    #expect(without[0].components(separatedBy: "\n")[1] == steered[0].components(separatedBy: "\n")[1])
    // Unless told otherwise, at every token at which a new one is chosen, so the first new one may differ already.
    let usual = try Tool.run(
      "generate", "model", "--prompt", "When Mary and John", "--tokens", "6", "--add", "out/mean.h5:-20@resid_pre.1",
      in: place.path)
    #expect(usual.output.contains("steered by out/mean.h5 x -20.0 at resid_pre.1, from the prompt's last token on\n"))
    let plain = try Tool.run("generate", "model", "--prompt", "When Mary", "--tokens", "2", in: place.path)
    #expect(plain.output.hasPrefix("prompt\n  When Mary\n\ntext\n  "))
    let full = try Tool.run("generate", "model", "--prompt", "When Mary", "--tokens", "40", in: place.path)
    #expect(full.output.contains("text (the model's context is full)"))
  }

  @Test func whatCannotBeAddedIsRefused() throws {
    let place = try Self.place()
    try Workplace.other(at: "\(place.path)/other")
    let prompt = ["--prompt-tokens", "1,2"]
    for (model, addition, more, status, words) in [
      ("model", "out/mean.h5", [], 64, "vectors for layers 0, 1; name one (out/mean.h5:1@resid_pre.0), or all"),
      ("model", "out/mean.h5@resid_pre.2", [], 65, "no vector for layer 2, only for 0, 1"),
      ("model", "out/mean.h5@resid_post.1", [], 65, "made at resid_pre and is added at resid_post; give --anywhere"),
      ("model", "out/mean.h5@mlp_post.1", ["--anywhere"], 65, "16 numbers; site 'mlp_post' has 32"),
      ("model", "out/mean.h5@pattern.1", ["--anywhere"], 64, "pair of tokens"),
      ("other", "out/mean.h5@resid_pre.1", [], 65, "made with model, which has different weights from other"),
      (
        "model", "out/mean.h5@resid_pre.1", ["--tokens", "1", "--positions", "after"], 64,
        "give --positions answer, or more --tokens"
      ),
      ("model", "pairs.jsonl@resid_pre.1", [], 65, "pairs.jsonl"), ("model", "none.h5", [], 66, "none.h5"),
    ] as [(String, String, [String], Int32, String)] {
      let finished = try Tool.run(["generate", model] + prompt + ["--add", addition] + more, in: place.path)
      try expectFailure(finished, status: status, words)
    }
    for addition in ["out/mean.h5@resid_post.1", "out/mean.h5@z.1"] {
      let meant = try Tool.run(
        ["generate", "other"] + prompt + ["--add", addition, "--anywhere"], in: place.path)
      #expect(meant.status == 0, "\(meant.errors)")
    }
    for (arguments, words) in [
      ([], "give a prompt with --prompt or --prompt-tokens"),
      (["--prompt", "a"] + prompt, "give either --prompt or --prompt-tokens, not both"),
      (prompt + ["--tokens", "0"], "--tokens must be 1 or more"),
      (prompt + ["--positions", "all"], "give --add or --edit too"),
      (prompt + ["--add", "v.h5:x"], "--add 'v.h5:x' is not of the form FILE:COEFFICIENT@SITE"),
      (prompt + ["--top-k", "3"], "give --temperature too"), (prompt + ["--seed", "3"], "give --temperature too"),
      (prompt + ["--temperature", "0"], "--temperature must be above 0"),
      (prompt + ["--temperature", "1", "--top-k", "0"], "--top-k must be 1 or more"),
    ] as [([String], String)] {
      try expectFailure(try Tool.run(["generate", "model"] + arguments, in: place.path), status: 64, words)
    }
  }

  static let additions: [(String, SteeringAddition?)] = [
    ("v.h5", SteeringAddition(file: "v.h5")), ("v.h5:2", SteeringAddition(file: "v.h5", coefficient: 2)),
    ("a:b/v.h5:-1.5", SteeringAddition(file: "a:b/v.h5", coefficient: -1.5)),
    ("v.h5@resid_pre", SteeringAddition(file: "v.h5", site: .residPre)),
    ("v.h5:2@resid_post.3", SteeringAddition(file: "v.h5", coefficient: 2, site: .residPost, layers: .range(3...3))),
    ("v@x.h5:1@z.2..5", SteeringAddition(file: "v@x.h5", site: .z, layers: .range(2...5))),
    ("v.h5@mlp_out.all", SteeringAddition(file: "v.h5", site: .mlpOut, layers: .all)),
    ("v.h5:", nil), ("v.h5:nan", nil), ("v.h5@resid", nil), ("v.h5@resid_pre.", nil), ("v.h5@resid_pre.5..2", nil),
    ("v.h5@resid_pre.-1", nil), ("v.h5@resid_pre.1..2..3", nil), ("", nil), (":1@z.1", nil),
  ]

  @Test(arguments: additions)
  func additionsAreReadFromTheEnd(text: String, expected: SteeringAddition?) {
    #expect(SteeringAddition(argument: text) == expected)
  }

  static let messages: [(CommandError, String)] = [
    (
      .noTokensTaken(family: "impala_policy"),
      "the impala_policy model takes no tokens; policies are run by experiments with the key mazes"
    ),
    (
      .steeringNeedsSite(file: "v.h5", found: "conv1"),
      "v.h5: the vector was made at 'conv1', which is not a site; say where to add it, as in v.h5:1@resid_post.3"
    ),
    (
      .steeringOfOtherSite(file: "v.h5", found: "z", site: "q"),
      "v.h5: the vector was made at z and is added at q; give --anywhere if that is intended"
    ),
    (
      .steeringOfOtherModel(file: "v.h5", found: "a", model: "b"),
      "v.h5: the vector was made with a, which has different weights from b; give --anywhere if that is intended"
    ),
    (
      .steeringOfPairs(site: "pattern"),
      "pattern: attention has a number for each pair of tokens, so no vector can be added there"
    ),
    (
      .steeringHasNoLayer(file: "v.h5", layer: 4, layers: [0, 2]),
      "v.h5: there is no vector for layer 4, only for 0, 2"
    ),
    (
      .steeringNeedsLayer(file: "v.h5", site: "resid_pre", layers: [3, 4]),
      "v.h5: there are vectors for layers 3, 4; name one (v.h5:1@resid_pre.3), or all (@resid_pre.all)"
    ),
    (
      .steeringNeverFires(file: "v.h5"),
      "v.h5: the vector is added after the prompt, but the only token is chosen at the prompt's end; give --positions answer, or more --tokens"
    ),
    (.steeredTooFar, "the steered logits are not finite numbers; an added vector or its coefficient is too large"),
  ]

  @Test(arguments: messages)
  func errorsReadAsTheyShould(error: CommandError, message: String) { #expect(error.message == message) }

  @Test(
    .enabled(if: VectorTests.hasTorch, "PATCHBAY_PYTHON names no interpreter that has torch, transformers and h5py"))
  func asTransformersGoesOn() throws {
    let python = try #require(PythonReadsTests.interpreter)
    let folders = ["golden/gpt2", "models/stories260K", "golden/llama", "golden/neox", "golden/qwen3", "golden/gemma2"]
    let checked = try Tool.finish(
      try Tool.start(
        python, ["\(Self.root)/scripts/python/check_generate.py", Tool.path] + folders.map(SharedFolder.path)))
    #expect(checked.status == 0, "\(checked.output)\n\(checked.errors.suffix(500))")
  }
}
