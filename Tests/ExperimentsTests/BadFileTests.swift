import Diagnostics
import ExperimentFile
import Runs
import TestSupport
import Testing

/// Each experiment is wrong in one way; the message is the whole output for the user.
@Suite struct BadFileTests {
  static func message(_ yaml: String) -> String {
    do {
      _ = try Experiment(yaml: yaml, file: "x.yaml")
      return "no error"
    } catch {
      return (error as? any DiagnosedError)?.message ?? "undiagnosed: \(error)"
    }
  }

  static let end = "\ncache: {hooks: [a]}\n"
  static func pairs(_ pairs: String) -> String { "name: x\nprompts: {pairs: \(pairs)}\(end)" }
  static func sweep(_ keys: String) -> String { DecodingTests.sweeps("  - {name: s, \(keys)}") }
  static let pair = DecodingTests.pair

  @Test(arguments: [
    ("", "x.yaml: the file has no experiment; it needs the keys name, prompts and sweeps"),
    ("# nothing\n", "x.yaml: the file has no experiment; it needs the keys name, prompts and sweeps"),
    ("5", "x.yaml:1: the file must be a map with the keys name, prompts, sweeps and so on, not the number 5"),
    ("- a", "x.yaml:1: the file must be a map with the keys name, prompts, sweeps and so on, not a list"),
    ("name: x\nprompt: 3\n", "x.yaml:2: unknown key 'prompt' (did you mean 'prompts'?)"),
    ("nmae: x", "x.yaml:1: unknown key 'nmae' (did you mean 'name'?)"),
    (
      "name: x\nbanana: []",
      "x.yaml:2: unknown key 'banana' "
        + "(one of: name, model, prompts, mazes, prepend_bos, direction, metrics, sweeps, steering, readouts, cache, labels, classes, split, select, limit, analyses)"
    ),
    ("name: x\ncache: {hooks: [a]}", "x.yaml:1: the key 'prompts' is missing (the pairs of prompts)"),
    ("prompts: {}", "x.yaml:1: the key 'name' is missing (what the results file is called)"),
    ("name: x\nname: y", "x.yaml:1: repeated key: name"),
    (
      "name: x\nprompts: {pairs: [\(pair)]}",
      "x.yaml:1: there is nothing to do: give sweeps, steering, readouts or a cache"
    ),
    (
      pairs("[\(pair)]").replacing("name: x", with: "name: a b"),
      "x.yaml:1: 'name' is 'a b'; it must be letters, digits, - and _ only"
    ),
    (
      pairs("[\(pair)]").replacing("name: x", with: "name: 7"),
      "x.yaml:1: 'name' must be text; put it in quotes if it is meant as such, not the number 7"
    ),
    ("? [a]\n: b", "x.yaml:1: a key must be text"),
  ])
  func wholeFile(yaml: String, message: String) { #expect(Self.message(yaml) == message) }

  @Test(arguments: [
    ("name: [a", 2), ("name: x\n\tprompts: 3", 2), ("name: x\nprompts: {pairs: [}", 2), ("a: 'b\n\nc: d", 3),
    ("name: *nothing", 1), ("name: x\n---\nname: y", 2), ("name: \u{0}", 1),
  ])
  func brokenYAMLGivesItsLine(yaml: String, line: Int) {
    let message = Self.message(yaml)
    #expect(message.hasPrefix("x.yaml:\(line): not YAML: "), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test(arguments: [
    ("[]", "'prompts.pairs' is empty; give at least one of pairs"),
    ("3", "'prompts.pairs' must be a list of pairs, not the number 3"),
    (
      "[3]",
      "'prompts.pairs[0]' must be a pair of prompts: a map with clean, corrupted, answer, wrong, not the number 3"
    ),
    ("[{clear: a}]", "unknown key 'clear' in 'prompts.pairs[0]' (did you mean 'clean'?)"),
    (
      "[{corrupted: b, answer: c}]",
      "exactly one of clean, clean_tokens is needed in 'prompts.pairs[0]'; there is none"
    ),
    (
      "[{clean: a, clean_tokens: [1], corrupted: b, answer: c}]",
      "exactly one of clean, clean_tokens is needed in 'prompts.pairs[0]'; there are clean, clean_tokens"
    ),
    (
      "[{clean: a, corrupted_tokens: [1], answer: c}]",
      "clean and corrupted in 'prompts.pairs[0]' must both be text or both be token ids "
        + "(clean_tokens, corrupted_tokens)"
    ),
    (
      "[{clean: a, corrupted: b}]",
      "exactly one of answer, answer_token is needed in 'prompts.pairs[0]'; there is none"
    ),
    (
      "[{clean: 5, corrupted: b, answer: c}]",
      "'prompts.pairs[0].clean' must be text; put it in quotes if it is meant as such, not the number 5"
    ),
    (
      "[{clean: , corrupted: b, answer: c}]", "'prompts.pairs[0].clean' must be text, not nothing"
    ),
    ("[{clean: a, corrupted: b, answer: ''}]", "'prompts.pairs[0].answer' is empty; it must be some text"),
    ("[{clean: a, corrupted: b, answer: []}]", "'prompts.pairs[0].answer' is empty; give at least one of texts"),
    (
      "[{clean_tokens: [1, x], corrupted_tokens: [1], answer_token: 1}]",
      "'prompts.pairs[0].clean_tokens[1]' must be a whole number, not the text 'x'"
    ),
    (
      "[{clean_tokens: [1, -1], corrupted_tokens: [1], answer_token: 1}]",
      "'prompts.pairs[0].clean_tokens[1]' is -1; it must be a token's id, which is 0 or more"
    ),
    (
      "[{clean_tokens: [1.5], corrupted_tokens: [1], answer_token: 1}]",
      "'prompts.pairs[0].clean_tokens[0]' must be a whole number, not the number 1.5"
    ),
    (
      "[{clean_tokens: [], corrupted_tokens: [1], answer_token: 1}]",
      "'prompts.pairs[0].clean_tokens' is empty; give at least one of token ids"
    ),
  ])
  func pairsOfPrompts(pairs: String, message: String) {
    #expect(Self.message(Self.pairs(pairs)) == "x.yaml:2: \(message)")
  }

  @Test(arguments: [
    ("{}", "exactly one of pairs, file, template is needed in 'prompts'; there is none"),
    (
      "{pairs: [\(pair)], file: a}",
      "exactly one of pairs, file, template is needed in 'prompts'; there are pairs, file"
    ),
    ("{templates: {name: ioi}}", "unknown key 'templates' in 'prompts' (did you mean 'template'?)"),
    ("{file: nowhere.jsonl}", "nowhere.jsonl: no such file"),
    ("text", "'prompts' must be a map with one of the keys pairs, file, template, not the text 'text'"),
  ])
  func sourcesOfPrompts(prompts: String, message: String) {
    #expect(Self.message("name: x\nprompts: \(prompts)\(Self.end)") == "x.yaml:2: \(message)")
  }

  @Test(arguments: [
    ("prepend_bos: yes", "'prepend_bos' must be auto, true or false, not the text 'yes'"),
    ("direction: denois", "'direction': there is no 'denois' (did you mean 'denoise'?)"),
    ("direction: 3", "'direction' must be denoise or noise, not the number 3"),
    ("metrics: [logitdiff]", "'metrics[0]': there is no 'logitdiff' (did you mean 'logit_diff'?)"),
    ("metrics: []", "'metrics' is empty; give at least one of metrics"),
    ("metrics: kl", "'metrics' must be a list of metrics, not the text 'kl'"),
    ("metrics: [kl, kl]", "'metrics' has 'kl' twice"),
    ("sweeps: []", "'sweeps' is empty; give at least one of sweeps"),
    ("sweeps: [3]", "'sweeps[0]' must be a sweep: a map with name, and site and over, or path, not the number 3"),
    ("model: ''", "'model' is empty; it must be some text"),
    ("cache: {}", "the key 'hooks' is missing in 'cache' (names of activations, * and ? allowed)"),
    ("cache: {hooks: [a], runs: [both]}", "'cache.runs[0]': there is no 'both' (one of: clean, corrupted)"),
    ("cache: {hook: [a]}", "unknown key 'hook' in 'cache' (did you mean 'hooks'?)"),
  ])
  func otherKeys(line: String, message: String) {
    #expect(Self.message("name: x\nprompts: {pairs: [\(Self.pair)]}\n\(line)\n") == "x.yaml:3: \(message)")
  }

  @Test(arguments: [
    ("over: [layer]", "exactly one of site, path is needed in 'sweeps[0]'; there is none"),
    ("site: z", "the key 'over' is missing in 'sweeps[0]' (the axes to sweep over, each entry in a run of its own)"),
    ("site: resid_pro, over: [layer]", "'sweeps[0].site': there is no 'resid_pro' (did you mean 'resid_pre'?)"),
    ("site: z, over: [layers]", "site 'z' has no axis 'layers' (did you mean 'layer'?)"),
    ("site: z, over: layer", "'sweeps[0].over' must be a list of axes, not the text 'layer'"),
    ("site: z, over: [layer, layer]", "'sweeps[0].over' has 'layer' twice"),
    ("site: z, over: [coefficient]", "'sweeps[0].over[0]': only the edit 'add' has the axis 'coefficient'"),
    ("site: resid_pre, over: [layer], head: 3", "site 'resid_pre' has no axis 'head' (one of: layer, position)"),
    (
      "site: z, over: [layer], methods: attribution",
      "unknown key 'methods' in 'sweeps[0]' (did you mean 'method'?)"
    ),
    (
      "site: z, over: [layer], method: atribution",
      "'sweeps[0].method': there is no 'atribution' (did you mean 'attribution'?)"
    ),
    ("site: z, over: [layer], method: 2", "'sweeps[0].method' must be exact, attribution or both, not the number 2"),
    (
      "path: {senders: heads, receivers: logits}, method: attribution",
      "'method' cannot be combined with 'path' in 'sweeps[0]'"
    ),
    (
      "site: z, over: [layer], head: x",
      "'sweeps[0].head' must be a number, a list of numbers, a range such as 2..5, or all, not the text 'x'"
    ),
    (
      "site: z, over: [layer], head: [1, all]",
      "'sweeps[0].head[1]' must be a number, a list of numbers, a range such as 2..5, or all, not the text 'all'"
    ),
    (
      "site: z, over: [layer], head: 5..2",
      "'sweeps[0].head' is '5..2'; it must be a range from a lower to a higher number"
    ),
    ("site: z, over: [layer], head: [1, 3, 1]", "'sweeps[0].head' has '1' twice"),
    ("site: z, over: [layer], head: [0..2, 1..4]", "'sweeps[0].head' has '1' twice"),
    ("site: z, over: [layer], position: [-3..-1, -2]", "'sweeps[0].position' has '-2' twice"),
    ("site: z, over: [layer], head: []", "'sweeps[0].head' is empty; give at least one of numbers"),
    ("site: z, over: [layer], edit: zeros", "'sweeps[0].edit': there is no 'zeros' (did you mean 'zero'?)"),
    ("site: z, over: [layer], edit: scale", "'sweeps[0].edit': the edit 'scale' is written as {scale: 2}"),
    (
      "site: z, over: [layer], edit: 2",
      "'sweeps[0].edit' must be patch, zero, mean, resample, {scale: 2}, {add: ...}, {project_out: ...} or {clamp: ...}, not the number 2"
    ),
    (
      "site: z, over: [layer], edit: {}",
      "exactly one of resample, scale, add, project_out, clamp is needed in 'sweeps[0].edit'; there is none"
    ),
    (
      "site: z, over: [layer], edit: clamp",
      "'sweeps[0].edit': the edit 'clamp' is written as {clamp: {min: 0, max: 1}}"
    ),
    (
      "site: z, over: [layer], edit: {clamp: {}}",
      "'sweeps[0].edit.clamp' is without bounds; it must be a map with min, max or both"
    ),
    (
      "site: z, over: [layer], edit: {clamp: {min: 2, max: 1}}",
      "'sweeps[0].edit.clamp' is from 2.0 to 1.0; it must be a min that is at most the max"
    ),
    (
      "site: z, over: [layer], edit: {clamp: {mim: 2}}",
      "unknown key 'mim' in 'sweeps[0].edit.clamp' (did you mean 'min'?)"
    ),
    (
      "site: z, over: [layer], edit: {clamp: 2}",
      "'sweeps[0].edit.clamp' must be a map with the keys min, max, not the number 2"
    ),
    ("site: z, over: [layer], edit: {scale: big}", "'sweeps[0].edit.scale' must be a number, not the text 'big'"),
    (
      "site: z, over: [layer], edit: {scale: 1e60}",
      "'sweeps[0].edit.scale' is 1e+60; it must be a number that float32 can hold"
    ),
    (
      "site: z, over: [layer], edit: {resample: {seed: -1}}",
      "'sweeps[0].edit.resample.seed' is -1; it must be 0 or more"
    ),
    (
      "site: z, over: [layer], edit: {add: {coefficient: 2}}",
      "exactly one of from, file, vector, values is needed in 'sweeps[0].edit.add'; there is none"
    ),
    (
      "site: z, over: [layer], edit: {add: {from: diference}}",
      "'sweeps[0].edit.add.from': there is no 'diference' (did you mean 'difference'?)"
    ),
    ("site: z, over: [layer], edit: {add: {file: no.npy}}", "no.npy: no such file"),
  ])
  func sweeps(keys: String, message: String) { #expect(Self.message(Self.sweep(keys)) == "x.yaml:4: \(message)") }

  @Test func sweepNames() {
    let twice = DecodingTests.sweeps("  - {name: s, site: z, over: [layer]}\n  - {name: s, site: q, over: [layer]}")
    #expect(Self.message(twice) == "x.yaml:5: a sweep named 's' is already defined at line 4")
    let slash = DecodingTests.sweeps("  - {name: a/b, site: z, over: [layer]}")
    #expect(
      Self.message(slash) == "x.yaml:4: 'sweeps[0].name' is 'a/b'; it must be letters, digits, -, _ and points only")
  }

  @Test func nestingAndAliasesDoNotExhaustAnything() {
    #expect(Self.message("name: " + String(repeating: "[", count: 100_000)).hasPrefix("x.yaml:1: not YAML: "))
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      bomb +=
        "a\(level): &a\(level) [" + [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(Self.message(bomb).hasPrefix("x.yaml:1: unknown key 'a0'"))
  }

  @Test func fileThatIsMissingOrNoText() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ExperimentError.fileNotFound("\(folder.path)/x.yaml")) {
      try Experiment(file: "\(folder.path)/x.yaml")
    }
    #expect(throws: ExperimentError.notAFile(folder.path)) { try Experiment(file: folder.path) }
    let file = try folder.write("bad.yaml", [0x6E, 0xFF, 0xFE])
    #expect(throws: ExperimentError.notUTF8(file: file)) { try Experiment(file: file) }
    #expect(ExperimentError.fileNotFound("x").kind == .inputNotFound)
    #expect(ExperimentError.notUTF8(file: "x").kind == .badData)
  }
}
