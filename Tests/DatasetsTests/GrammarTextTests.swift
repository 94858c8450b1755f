import Datasets
import Foundation
import Testing

/// What the text contains and does not contain, found by searching it rather than through the rule that made it.
@Suite struct GrammarTextTests {
  @Test func documentsAreTheSameOnEveryMachine() {
    let text = GrammarText(seed: 0)
    #expect((0..<4).map(text.document) == Self.firstDocuments)
    // In any order.
    #expect(text.document(3) == Self.firstDocuments[3])
    #expect(GrammarText(seed: 1).document(0) != text.document(0))
  }

  @Test func documentsDiffer() {
    let text = GrammarText(seed: 0)
    let documents = (0..<20_000).map(text.document)
    #expect(Set(documents).count > 19_000)
    let words = documents.map { $0.split(separator: " ").count }
    #expect((words.min() ?? 0) >= 3 && (words.max() ?? 0) <= 60)
  }

  /// Words of a kind become one letter each, so that only the frame is left.
  private static let masks: [String: String] = {
    var masks: [String: String] = [:]
    for name in Lexicon.names { masks[name] = "N" }
    for place in Lexicon.places { masks[place] = "P" }
    for object in Lexicon.objects { masks[object.one] = "O" }
    return masks
  }()

  /// A text split into words and punctuation, by spaces.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    for word in text.split(separator: " ") {
      guard let mark = word.last, mark == "," || mark == "." else {
        words.append(String(word))
        continue
      }
      words += [String(word.dropLast()), String(mark)]
    }
    return words
  }

  private static func masked(_ words: [String]) -> String {
    words.map { masks[$0] ?? $0 }.joined(separator: " ")
  }

  @Test func whatIsHeldOutIsNotInTheText() throws {
    let items = try TaskDataset.ioi.sample(count: 12_000, seed: 7).items
    func label(_ item: DatasetItem, _ name: String) -> String { item.labels.first { $0.name == name }?.value ?? "" }
    // The opening of a held-out prompt ends with its first place.
    var openings: Set<String> = []
    var pairs: Set<Set<String>> = []
    var objects: Set<String> = []
    for item in items {
      let frame = Self.masked(Self.words(item.clean)).split(separator: " ")
      let end = try #require(frame.firstIndex(of: "P"))
      openings.insert(frame[...end].joined(separator: " "))
      pairs.insert([label(item, "indirect_object"), label(item, "subject")])
      objects.insert(label(item, "object"))
    }
    // "The P was quiet when ..." ends at once; the rest of it is what identifies it.
    openings = openings.filter { $0 != "The P" }.union(["The P was quiet when N and N came back"])
    #expect(openings.count == 6 && pairs.count > 800 && objects.count > 5)

    let text = GrammarText(seed: 0)
    var (sentences, gifts) = (0, 0)
    for index in 0..<200_000 {
      let document = text.document(index)
      for sentence in document.split(separator: ".") {
        let words = Self.words(String(sentence))
        guard words.first?.hasSuffix(":") != true else { continue }
        let frame = Self.masked(words) + " "
        for opening in openings where frame.hasPrefix("\(opening) ") { Issue.record("\(opening) in: \(document)") }
        let names = words.filter { Self.masks[$0] == "N" }
        for (place, a) in names.enumerated() {
          for b in names[(place + 1)...] where pairs.contains([a, b]) { Issue.record("\(a), \(b) in: \(document)") }
        }
        if names.count >= 2 { sentences += 1 }
        // "... the old comb back to Mary": what comes before "to" or "for" and a name.
        guard let last = words.lastIndex(where: { $0 == "to" || $0 == "for" }), last + 1 < words.count,
          Self.masks[words[last + 1]] == "N",
          let object = words[..<last].last(where: { $0 != "back" && $0 != "over" }), Self.masks[object] == "O"
        else { continue }
        gifts += 1
        if objects.contains(object) { Issue.record("\(object) is given in: \(document)") }
      }
    }
    #expect(sentences > 50_000 && gifts > 50_000, "the search finds what it looks for")
  }

  /// The search above works: the text is full of the beginnings of the other split's prompts.
  @Test func trainingPromptsAreOfTheText() throws {
    func beginning(_ text: String) -> String {
      Self.masked(Array(Self.words(text).prefix(5)))
    }
    let text = GrammarText(seed: 0)
    let known = Set((0..<20_000).map { beginning(text.document($0)) })
    let training = try TaskDataset.ioi.sample(count: 200, seed: 1, split: .training).items
    #expect(training.allSatisfy { known.contains(beginning($0.clean)) })
    let heldOut = try TaskDataset.ioi.sample(count: 200, seed: 1).items
    #expect(heldOut.count { known.contains(beginning($0.clean)) } < 120)
  }

  static let firstDocuments = [
    "The radio stood near the sword.",
    "After January comes February. One day Marilyn and Natalie found the office. Susan was there too. Natalie passed the basketball to Marilyn.",
    "The lemon near the desks was green. The button behind the waitress was small.",
    "Last week Lawrence and Gregory were at the school. They were happy. Lawrence wanted to hand the drink to Gregory.",
  ]
}
