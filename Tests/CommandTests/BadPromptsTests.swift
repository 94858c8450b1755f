import Foundation
import TestSupport
import Testing

/// Prompt files that `patchbay cache` cannot use: the message names the line at fault, and nothing is left behind.
@Suite struct BadPromptsTests {
  /// The file's text, and what the message must say.
  static let cases: [(text: String, words: [String])] = [
    ("", ["prompts.jsonl: the file has no prompts"]),
    ("\n  \n", ["prompts.jsonl: the file has no prompts"]),
    ("{\"prompt\": \"Mary\"}\n{\"prompt\": \n", ["prompts.jsonl: line 2, column"]),
    ("{\"prompt\": \"Mary\"}\n\n[1]\n", ["prompts.jsonl:3: ", "an object"]),
    ("{\"promt\": \"Mary\"}", ["prompts.jsonl:1: unknown key 'promt' (did you mean 'prompt'?)"]),
    ("{\"label\": \"x\"}", ["prompts.jsonl:1: exactly one of prompt, text, tokens, clean, clean_tokens"]),
    ("{\"prompt\": \"Mary\", \"text\": \"John\"}", ["prompts.jsonl:1: exactly one of", "prompt, text"]),
    ("{\"prompt\": 7}", ["prompts.jsonl:1: 'prompt' must be text, not a whole number"]),
    ("{\"tokens\": [1, \"x\"]}", ["prompts.jsonl:1: 'tokens' must be a token id, not a string"]),
    ("{\"tokens\": []}", ["prompts.jsonl:1: tokens has no tokens"]),
    ("{\"prompt\": \"\"}", ["prompts.jsonl:1: prompt has no tokens"]),
    (
      "{\"tokens\": [1]}\n{\"tokens\": [99]}",
      ["prompts.jsonl:2: tokens: token 99 is outside the model's vocabulary (0 to 15)"]
    ),
    ("{\"tokens\": [-1]}", ["prompts.jsonl:1: tokens: token -1 is outside"]),
    (
      "{\"tokens\": [\(Array(repeating: "1", count: 25).joined(separator: ","))]}",
      ["prompts.jsonl:1: tokens has 25 tokens, more than the model's context of 24"]
    ),
    ("{\"clean\": \"Mary\"}", ["prompts.jsonl:1: the key 'corrupted' is missing"]),
    ("{\"corrupted\": \"Mary\"}", ["prompts.jsonl:1: exactly one of"]),
    (
      "{\"prompt\": \"Mary\"}\n{\"clean\": \"Mary\", \"corrupted\": \"John\"}",
      ["prompts.jsonl: prompt 2 is a pair, but those before it are not"]
    ),
    (
      "{\"clean\": \"Mary\", \"corrupted\": \"John\", \"answer\": \"Mary John\"}",
      ["prompts.jsonl:1: answer 'Mary John' must be one token, not 2"]
    ),
  ]

  @Test(arguments: cases)
  func theLineAtFaultIsNamed(text: String, words: [String]) throws {
    let place = try Workplace()
    try place.write("prompts.jsonl", text)
    let finished = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", "out/cache.h5", in: place.path)
    try expectFailure(finished, status: 65, leaving: place)
    for word in words { #expect(finished.errors.contains(word), "\(finished.errors)") }
  }

  @Test func unequalLengthsAreShownSideBySide() throws {
    let place = try Workplace()
    try place.write("prompts.jsonl", "{\"clean\": \"When Mary went\", \"corrupted\": \"When John and Mary went\"}")
    let finished = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", "out/cache.h5", in: place.path)
    #expect(finished.status == 65)
    #expect(
      finished.errorLines.first?.hasPrefix("error: prompts.jsonl:1: clean and corrupted must have the same number")
        == true)
    #expect(finished.errorLines.contains { $0.contains("1  ") && $0.contains("Mary") && $0.contains("John") })
    #expect(try place.written().isEmpty)
  }

  @Test func filesThatCannotBeRead() throws {
    let place = try Workplace()
    func cache(_ prompts: String) throws -> Tool.Finished {
      try Tool.run("cache", "model", "--prompts", prompts, "--hooks", "*", "--output", "out/cache.h5", in: place.path)
    }
    try expectFailure(try cache("nowhere.jsonl"), status: 66, "nowhere.jsonl: no such file", leaving: place)
    try expectFailure(try cache("model"), status: 65, "model: not a regular file", leaving: place)
  }

  @Test func unknownHooksAreAnsweredWithTheNearest() throws {
    let place = try Workplace()
    try place.write("prompts.jsonl", "{\"prompt\": \"Mary\"}")
    let finished = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "hook_embed,blocks.0.hook_resid_prr", "--output",
      "out/cache.h5", in: place.path)
    try expectFailure(finished, status: 65, "(did you mean 'blocks.0.hook_resid_pre'?)", leaving: place)
  }

  @Test func textNeedsATokenizer() throws {
    var model = TinyModel()
    model.hasTokenizer = false
    let place = try Workplace(model)
    try place.write("prompts.jsonl", "{\"prompt\": \"Mary\"}")
    let finished = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", "out/cache.h5", in: place.path)
    try expectFailure(finished, status: 65, "prompts.jsonl:1: 'prompt' cannot be tokenized", "tokens", leaving: place)
  }
}
