import Datasets
import Foundation
import TestSupport
import Testing
import Tokenization

@Suite struct GrammarTokenizerTests {
  static let tokenizer: Result<Tokenizer, any Error> = Result {
    try Tokenizer(json: Array(GrammarTokenizer.json().utf8))
  }

  @Test func everyWordIsOneToken() throws {
    let tokenizer = try Self.tokenizer.get()
    let nouns = Lexicon.objects.flatMap { [$0.one, $0.many] } + Lexicon.people.flatMap { [$0.one, $0.many] }
    for word in Lexicon.names + Lexicon.places + nouns + Lexicon.adjectives + Lexicon.moods + Lexicon.numbers {
      #expect(try tokenizer.encode(" \(word)").count == 1, "\(word)")
    }
    for name in Lexicon.names { #expect(try tokenizer.encode(name).count == 1, "\(name)") }
    #expect(try tokenizer.encode(" 1732").map(tokenizer.tokenString) == [" 17", "32"])
    #expect(tokenizer.vocabularySize < 3000)
    #expect(tokenizer.id(ofToken: GrammarTokenizer.endOfText) != nil)
  }

  @Test func textComesBack() throws {
    let tokenizer = try Self.tokenizer.get()
    let text = GrammarText(seed: 5)
    for index in 0..<2000 {
      let document = text.document(index)
      let tokens = try tokenizer.encode(document)
      #expect(try tokenizer.decode(tokens) == document)
      // Words and punctuation, plus one more token for each year.
      let words = GrammarTextTests.words(document.replacing(":", with: " :"))
      let years = words.filter { $0.count == 4 && Int($0) != nil }.count
      #expect(tokens.count == words.count + years, "\(document)")
    }
    #expect(try tokenizer.decode(try tokenizer.encode("Ångström, naïve — 東京!")) == "Ångström, naïve — 東京!")
  }

  @Test(arguments: TaskDataset.allCases) func everyPairSuits(task: TaskDataset) throws {
    let tokenizer = try Self.tokenizer.get()
    let sample = try task.sample(count: 200, seed: 0, split: .all) { try tokenizer.encode($0) }
    #expect(sample.items.count == 200 && sample.leftOut.isEmpty)
  }

  @Test(arguments: TaskDataset.allCases)
  func pairsForGPT2(task: TaskDataset) throws {
    let folder = SharedFolder.path("models/gpt2-tokenizer")
    let tokenizer = try #require(try Tokenizer.load(folder: folder))
    let sample = try task.sample(count: 100, seed: 0) { try tokenizer.encode($0) }
    #expect(sample.items.count == 100, "\(task): \(sample.leftOut)")
    for item in sample.items {
      #expect(try tokenizer.encode(item.clean).count == tokenizer.encode(item.corrupted).count)
    }
  }
}
