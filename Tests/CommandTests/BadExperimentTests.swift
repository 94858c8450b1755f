import Foundation
import Testing

/// Experiment files that cannot be run.
@Suite struct BadExperimentTests {
  /// A piece of a valid experiment, its replacement, and what the message must say.
  static let cases: [(from: String, to: String, words: [String])] = [
    ("metrics: [logit_diff, rank]", "metrics: [logit_diff, rank", ["experiment.yaml:", "not YAML"]),
    ("metrics:", "metrcs:", ["experiment.yaml:13: unknown key 'metrcs' (did you mean 'metrics'?)"]),
    ("site: resid_pre", "site: resid_pree", ["experiment.yaml:15: ", "'resid_pree'", "(did you mean 'resid_pre'?)"]),
    ("over: [layer, head]", "over: [layer, hed]", ["experiment.yaml:16: ", "'hed'"]),
    ("rank]", "rnak]", ["experiment.yaml:13: ", "'rnak'", "(did you mean 'rank'?)"]),
    (
      "blocks.*.hook_resid_pre\"]", "blocks.*.hook_resid_pr\"]",
      ["experiment.yaml:17: ", "hook 'blocks.*.hook_resid_pr'"]
    ),
    ("answer: \"Tom\"", "answer: \"Tom John\"", ["experiment.yaml:9: answer 'Tom John' must be one token, not 2"]),
    ("answer: \"Tom\"", "answer_token: 99", ["experiment.yaml:9: ", "token 99 is outside"]),
    ("wrong: \"Mary\"", "wrong: \"Tom\"", ["experiment.yaml:9: answer and wrong are the same token"]),
    ("clean: \"When Tom and Mary went to\"", "clean: \"\"", ["experiment.yaml:9: clean has no tokens"]),
    (
      "clean: \"When Tom and Mary went to\"",
      "clean: \"\(Array(repeating: "Tom", count: 25).joined(separator: " "))\"",
      ["experiment.yaml:9: clean has 25 tokens, more than the model's context of 24"]
    ),
    ("name: names", "name: a/b", ["experiment.yaml:1: ", "'name'"]),
    ("site: z, over", "site: z, layer: 7, over", ["experiment.yaml:16: ", "layer 7"]),
  ]

  @Test(arguments: cases)
  func theLineAtFaultIsNamed(from: String, to: String, words: [String]) throws {
    let place = try Workplace()
    let experiment = try place.experiment((from, to))
    #expect(experiment.isEmpty == false && Workplace.experiment.contains(from))
    let finished = try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path)
    try expectFailure(finished, status: 65, leaving: place)
    for word in words { #expect(finished.errors.contains(word), "\(finished.errors)") }
  }

  @Test func unequalLengthsAreShownSideBySide() throws {
    let place = try Workplace()
    _ = try place.experiment(("\"When Tom and John went to\"", "\"When Tom John went to\""))
    let finished = try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path)
    #expect(finished.status == 65)
    #expect(finished.errorLines.first?.hasPrefix("error: experiment.yaml:9: clean and corrupted") == true)
    #expect(finished.errorLines.contains { $0.contains("2  ") && $0.contains("'and'") && $0.contains("'John'") })
    #expect(try place.written().isEmpty)
  }

  @Test func noPrompts() throws {
    let place = try Workplace()
    try place.write("none.jsonl", "")
    try place.write(
      "experiment.yaml",
      "name: none\nmodel: model\nprompts: {file: none.jsonl}\nsweeps:\n  - {name: a, site: z, over: [layer]}\n")
    let finished = try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path)
    try expectFailure(finished, status: 65, "none.jsonl: the file has no prompts", leaving: place)
    try place.write(
      "experiment.yaml",
      "name: none\nmodel: model\nprompts: {pairs: []}\nsweeps:\n  - {name: a, site: z, over: [layer]}\n")
    let empty = try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path)
    try expectFailure(empty, status: 65, "experiment.yaml:3: ", "'prompts.pairs' is empty", leaving: place)
  }

  @Test func filesThatAreNotThere() throws {
    let place = try Workplace()
    try expectFailure(
      try Tool.run("run", "nowhere.yaml", "--output", "out", in: place.path), status: 66, "nowhere.yaml: no such file",
      leaving: place)
    try expectFailure(
      try Tool.run("run", "model", "--output", "out", in: place.path), status: 65, "model: not a regular file",
      leaving: place)
    _ = try place.experiment(("model: model", "model: elsewhere"))
    try expectFailure(
      try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path), status: 66,
      "elsewhere: no such folder",
      leaving: place)
  }
}
