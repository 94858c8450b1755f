import ExperimentFile
import Patching
import TestSupport
import Testing
import Tokenization
import Workbenches

@Suite struct PromptResolutionTests {
  static let place = Place(file: "x.yaml", line: 7)

  /// Words of a small vocabulary, split at spaces.
  static func tokenizer(beginning: Bool = false) throws -> Tokenizer {
    let words = ["[UNK]", "<s>", "When", "Mary", "and", "John", "went", "to", "the", "store", "ran", "extra"]
    let vocabulary = words.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let template = """
      {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, \
      {"Sequence": {"id": "A", "type_id": 0}}], "pair": [], \
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
      """
    let json = """
      {"version": "1.0", "added_tokens": [{"id": 1, "content": "<s>", "single_word": false, "lstrip": false, \
      "rstrip": false, "normalized": false, "special": true}], "normalizer": null, \
      "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": \(beginning ? template : "null"), \
      "decoder": null, "model": {"type": "WordLevel", "vocab": {\(vocabulary)}, "unk_token": "[UNK]"}}
      """
    return try Tokenizer(json: Array(json.utf8))
  }

  static func pair(
    _ clean: String, _ corrupted: String, answer: String = " Mary", wrong: String? = " John"
  ) -> PromptSpec {
    PromptSpec(
      clean: .text(clean), corrupted: .text(corrupted), answers: [.text(answer)],
      wrongs: wrong.map { [.text($0)] } ?? [], place: place)
  }

  static func ids(
    _ clean: [Int32], _ corrupted: [Int32], answer: Int32 = 3, wrong: Int32? = 5
  ) -> PromptSpec {
    PromptSpec(
      clean: .tokens(clean), corrupted: .tokens(corrupted), answers: [.id(answer)],
      wrongs: wrong.map { [.id($0)] } ?? [],
      place: place)
  }

  static func resolver(_ tokenizer: Tokenizer?, context: Int? = 12) -> PromptResolver {
    PromptResolver(tokenizer: tokenizer, folder: "models/tiny", vocabulary: 11, context: context)
  }

  @Test func textsBecomeTokens() throws {
    let resolved = try Self.resolver(try Self.tokenizer()).resolve([Self.pair("When Mary ran", "When John ran")])
    #expect(
      resolved.set.pairs == [PromptSet.Pair(clean: [2, 3, 10], corrupted: [2, 5, 10], answers: [3], wrongs: [5])])
    #expect(resolved.strings([2, 3]) == ["When", "Mary"])
    #expect(resolved.texts == ["When Mary ran"])
  }

  /// If the prompt ends in a word and the answer is another token with a leading space, the space may have been lost.
  @Test func aSpaceThatMayHaveBeenLostIsNoted() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFolder.path("models/gpt2-tokenizer")))
    let resolver = PromptResolver(tokenizer: tokenizer, folder: "gpt2", vocabulary: 50257, context: 1024)
    func notes(_ pairs: PromptSpec...) throws -> [String] { try resolver.resolve(pairs).notes }
    let prompt = "Mary and John met, and John gave a drink to"
    #expect(
      try notes(Self.pair(prompt, prompt, answer: "Mary"), Self.pair(prompt, prompt)) == [
        "note: x.yaml:7: answer 'Mary' has no space in front, though its prompt ends in a word, and ' Mary' is one token too; "
          + "if that is meant, write it with quotes, answer: ' Mary', since YAML drops the spaces around words without "
          + "(1 of 2 pairs)"
      ])
    #expect(try notes(Self.pair("Who? It was:", "Who? It was:", wrong: "John"))[0].contains("wrong 'John'"))
    for (text, answer, wrong) in [
      (prompt, " Mary", " John"), (prompt + " ", "Mary", "John"), ("1+1=", "2", "3"), ("(A) or (", "B", "A"),
      (prompt, ".", "!"),
    ] {
      #expect(try notes(Self.pair(text, text, answer: answer, wrong: wrong)).isEmpty, "\(text) \(answer)")
    }
    // Here a word is one token, space or none.
    let plain = try Self.resolver(try Self.tokenizer()).resolve([
      Self.pair("When Mary ran", "When John ran", answer: "Mary")
    ])
    #expect(plain.notes.isEmpty)
  }

  @Test func idsNeedNoTokenizer() throws {
    let resolved = try Self.resolver(nil).resolve([Self.ids([2, 3], [2, 5])])
    #expect(resolved.set.pairs == [PromptSet.Pair(clean: [2, 3], corrupted: [2, 5], answers: [3], wrongs: [5])])
    #expect(resolved.strings([2]) == nil)
    #expect(resolved.texts == [nil])
  }

  @Test func severalAnswers() throws {
    let spec = PromptSpec(
      clean: .text("When"), corrupted: .text("When"), answers: [.text("Mary"), .id(4)], wrongs: [.text("John")],
      place: Self.place)
    #expect(try Self.resolver(try Self.tokenizer()).resolve([spec]).set.pairs[0].answers == [3, 4])
  }

  @Test(
    arguments: [
      (false, .automatic, "When", [2]), (true, .automatic, "When", [1, 2]), (false, .always, "When", [1, 2]),
      (true, .always, "When", [1, 2]), (false, .never, "When", [2]), (true, .never, "When", [2]),
      (true, .automatic, "<s> When", [1, 2]), (true, .always, "<s> When", [1, 2]),
      (false, .always, "<s> When", [1, 2]),
      (false, .automatic, "<s> When", [1, 2]), (true, .never, "<s> When", [1, 2]),
      // What a text spells stays; only what is put in front of it does not come twice.
      (false, .automatic, "<s> <s> When", [1, 1, 2]), (true, .automatic, "<s> <s> When", [1, 1, 2]),
      (false, .always, "<s> <s> When", [1, 1, 2]), (false, .never, "<s> <s> When", [1, 1, 2]),
    ] as [(Bool, PrependBOS, String, [Int32])])
  func beginningOfText(byItself: Bool, setting: PrependBOS, text: String, tokens: [Int32]) throws {
    let resolver = Self.resolver(try Self.tokenizer(beginning: byItself))
    let pair = try resolver.resolve([Self.pair(text, text)], prependBOS: setting).set.pairs[0]
    #expect(pair.clean == tokens)
    #expect(pair.corrupted == tokens)
  }

  @Test(
    arguments: [
      (.automatic, [2], [2]), (.never, [1, 2], [1, 2]), (.always, [2], [1, 2]), (.always, [1, 2], [1, 2]),
    ] as [(PrependBOS, [Int32], [Int32])])
  func beginningOfIDs(setting: PrependBOS, given: [Int32], tokens: [Int32]) throws {
    let resolver = Self.resolver(try Self.tokenizer(beginning: true))
    #expect(try resolver.resolve([Self.ids(given, given)], prependBOS: setting).set.pairs[0].clean == tokens)
  }

  static let wrongs: [(PromptSpec, String)] = [
    (pair("When", "When", answer: " Mary John"), "answer ' Mary John' must be one token, not 2: 'Mary' 'John'"),
    (
      pair("When", "When", wrong: "Mary John"),
      "wrong 'Mary John' must be one token, not 2: 'Mary' 'John'; if it follows a space, write the space too: ' Mary John'"
    ),
    (pair("When", "When", answer: " Bob"), "answer ' Bob' is not in the tokenizer's vocabulary"),
    (pair("", "When"), "clean has no tokens; a prompt needs at least one"),
    (
      pair("When extra", "When ran"),
      "clean: token 11 is outside the model's vocabulary (0 to 10); the tokenizer is not this model's"
    ),
    (
      pair("to to to to to to to to to to to to to", "to"),
      "clean has 13 tokens, more than the model's context of 12"
    ),
    (
      pair("When Mary and John went", "When Mary went"),
      """
      clean and corrupted must have the same number of tokens; clean has 5, corrupted 3. They differ from here on:
        position  clean   corrupted
               1  'Mary'  'Mary'
               2  'and'   'went'
               3  'John'  -
               4  'went'  -
      """
    ),
    (
      pair("to to to to to to to to to to to to", "to"),
      """
      clean and corrupted must have the same number of tokens; clean has 12, corrupted 1. They differ from here on:
        position  clean  corrupted
               0  'to'   'to'
               1  'to'   -
               2  'to'   -
               3  'to'   -
               4  'to'   -
               5  'to'   -
               6  'to'   -
               7  'to'   -
               8  'to'   -
               9  'to'   -
             ...
      """
    ),
    (
      pair("When", "When", wrong: nil),
      "'wrong' (or wrong_token) is missing; the metric logit_diff compares the answer with it"
    ),
    (pair("When", "When", wrong: " Mary"), "answer and wrong are the same token, 'Mary'; there is nothing to compare"),
    (ids([2, 11], [2, 3]), "clean: token 11 is outside the model's vocabulary (0 to 10)"),
    (ids([2], [2], wrong: 99), "wrong_token: token 99 is outside the model's vocabulary (0 to 10)"),
  ]

  @Test(arguments: wrongs.indices) func refused(index: Int) throws {
    let (spec, message) = Self.wrongs[index]
    let resolver = Self.resolver(try Self.tokenizer())
    let error = #expect(throws: ExperimentError.self) { try resolver.resolve([spec]) }
    #expect(error?.message == "x.yaml:7: \(message)")
    #expect(error?.kind == .badData)
  }

  @Test func withoutATokenizer() {
    let prompt = #expect(throws: ExperimentError.self) { try Self.resolver(nil).resolve([Self.pair("a", "b")]) }
    #expect(
      prompt?.message
        == "x.yaml:7: 'clean' cannot be tokenized: models/tiny has no tokenizer; give clean_tokens instead")
    let spec = PromptSpec(
      clean: .tokens([1]), corrupted: .tokens([1]), answers: [.text("a")], wrongs: [], place: Self.place)
    let answer = #expect(throws: ExperimentError.self) { try Self.resolver(nil).resolve([spec]) }
    #expect(
      answer?.message
        == "x.yaml:7: 'answer' cannot be tokenized: models/tiny has no tokenizer; give answer_token instead")
    let beginning = #expect(throws: ExperimentError.self) {
      try Self.resolver(nil).resolve([Self.ids([1], [1])], prependBOS: .always)
    }
    #expect(beginning?.message.hasPrefix("x.yaml:7: prepend_bos: true asks for a beginning-of-text token") == true)
  }

  @Test func onlyComparisonsNeedAWrongAnswer() throws {
    let resolver = Self.resolver(try Self.tokenizer())
    let prompts = [Self.pair("When", "When", wrong: nil)]
    for metric in Metric.allCases where metric != .logitDiff && metric != .choice {
      #expect(try resolver.resolve(prompts, metrics: [metric]).set.pairs[0].wrongs.isEmpty)
    }
    let error = #expect(throws: ExperimentError.self) { try resolver.resolve(prompts, metrics: [.prob, .choice]) }
    #expect(error?.message.contains("the metric choice compares the answer with it") == true, "\(error?.message ?? "")")
  }
}
