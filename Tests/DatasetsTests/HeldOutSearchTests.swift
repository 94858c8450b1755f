import Datasets
import Testing

/// Searches the text itself, word by word, for what the held-out prompts consist of.
@Suite struct HeldOutSearchTests {
  private static let documents = 40_000

  /// The sentences of the text without their full stops.
  private static let sentences: [String] = {
    let text = GrammarText(seed: 0)
    return (0..<documents).flatMap { text.document($0).split(separator: ".") }.map {
      String($0.drop { $0 == " " })
    }
  }()

  /// "Repeat: lamp cup lamp cup": random words, in which any combination may occur by chance.
  private static func isRandom(_ sentence: String) -> Bool {
    ["Repeat:", "Words:", "Again:", "Say:"].contains { sentence.hasPrefix($0) }
  }

  /// Which of these word sequences occur in the sentences.
  private static func found(_ wanted: [String], in sentences: [String]) -> Set<String> {
    let sought = Set(wanted)
    var lengths: [Substring: Set<Int>] = [:]
    for sequence in wanted {
      let words = sequence.split(separator: " ")
      lengths[words[0], default: []].insert(words.count)
    }
    var found: Set<String> = []
    for sentence in sentences {
      let words = sentence.split(separator: " ")
      for (place, first) in words.enumerated() {
        for length in lengths[first] ?? [] where place + length <= words.count {
          var sequence = words[place..<place + length].joined(separator: " ")
          if sequence.hasSuffix(",") { sequence.removeLast() }
          if sought.contains(sequence) { found.insert(sequence) }
        }
      }
    }
    return found
  }

  private static func answered(_ split: DatasetSplit) throws -> [String] {
    try TaskDataset.successors.sample(count: 300, seed: 2, split: split).items.map { $0.clean + $0.answers[0] }
  }

  @Test func noHeldOutSuccessorIsWritten() throws {
    let sentences = Self.sentences.filter { !Self.isRandom($0) }
    #expect(Self.found(try Self.answered(.heldOut), in: sentences) == [])
    // The same search finds what the text does have.
    let others = try Self.answered(.training)
    #expect(Self.found(others, in: sentences).count > others.count / 2)
  }

  // MARK: Combinations of words

  private static let singular = Dictionary(
    (Lexicon.objects + Lexicon.people.map { ($0.one, $0.many) }).map { ($0.many, $0.one) }
  ) { first, _ in first }

  private static let kinds: [String: String] = {
    var kinds: [String: String] = [:]
    for word in Lexicon.adjectives { kinds[word] = "A" }
    for word in Lexicon.moods { kinds[word] = "M" }
    for word in Lexicon.places { kinds[word] = "P" }
    for word in Lexicon.people { kinds[word.one] = "H" }
    for word in Lexicon.objects { kinds[word.one] = "O" }
    return kinds
  }()

  /// The held-out parts of a task's sentences, as they can be read from any text: the words that matter, in their
  /// frame.
  private static func combinations(_ task: TaskDataset, in text: String) -> [String] {
    let sentences = text.split(separator: ".").map { $0.split(separator: " ").map(String.init) }
    switch task {
    case .agreement:
      // "The keys near the cabinet": both nouns and what links them, whatever their number.
      return sentences.compactMap { words in
        let head = words.prefix(5).map { singular[$0] ?? $0 }
        guard head.count == 5, head[0] == "The", head[3] == "the" else { return nil }
        return head.joined(separator: " ")
      }
    case .greaterThan:
      // What lasted, and the last two digits of the year in which it began.
      return sentences.compactMap { words in
        let year = words.first { $0.count >= 4 && Int($0) != nil }
        return words.first(where: Lexicon.spans.contains).flatMap { span in year.map { "\(span) \($0.suffix(2))" } }
      }
    case .pronouns:
      // The subject and the frame, up to the pronoun.
      return sentences.compactMap { words in
        guard let end = words.firstIndex(where: ["she", "he", "her", "his"].contains) else { return nil }
        let isPossessive = ["her", "his"].contains(words[end])
        let subject = words[0] == "The" ? 2 : 1
        let frame = words[..<end].dropFirst(subject).map { kinds[$0] ?? $0 } + [isPossessive ? "own" : "one"]
        return (words.prefix(subject) + frame).joined(separator: " ")
      }
    case .agency:
      // The thing at the start of the second sentence, and the frame of the first one.
      return zip(sentences, sentences.dropFirst()).compactMap { first, second in
        guard second.count >= 2, second[0] == "The", kinds[second[1]] == "O" else { return nil }
        return (first.map { $0 == second[1] ? "X" : kinds[$0] ?? $0 } + [second[1]]).joined(separator: " ")
      }
    case .ioi, .successors, .induction: return []
    }
  }

  @Test(arguments: [TaskDataset.agreement, .greaterThan, .pronouns, .agency])
  func noHeldOutCombinationStandsInTheText(task: TaskDataset) throws {
    let text = GrammarText(seed: 0)
    let written = Set((0..<Self.documents).flatMap { Self.combinations(task, in: text.document($0)) })
    func drawn(_ split: DatasetSplit) throws -> Set<String> {
      let items = try task.sample(count: 300, seed: 2, split: split).items
      let combinations = items.flatMap { Self.combinations(task, in: $0.clean + $0.answers[0]) }
      #expect(combinations.count == items.count, "one is read off every prompt")
      return Set(combinations)
    }
    #expect(try drawn(.heldOut).intersection(written) == [])
    // The same search finds what the text does have; agreement has a hundred thousand combinations.
    let others = try drawn(.training)
    #expect(others.intersection(written).count > others.count / (task == .agreement ? 200 : 3), "\(others.count)")
  }

  @Test func noHeldOutWordFollowsInARepeatedSequence() throws {
    let followers = try TaskDataset.induction.sample(count: 3000, seed: 2).items.map { item in
      String(item.clean.split(separator: " ").last ?? "") + item.answers[0]
    }
    let random = Self.sentences.filter(Self.isRandom)
    #expect(random.count > 3000)
    #expect(Self.found(followers, in: random) == [])
    let others = try TaskDataset.induction.sample(count: 3000, seed: 2, split: .training).items.map { item in
      String(item.clean.split(separator: " ").last ?? "") + item.answers[0]
    }
    #expect(Self.found(others, in: random).count > 300)
  }

  @Test func noHeldOutObjectIsGivenInTales() throws {
    let objects = Set(
      try TaskDataset.ioi.sample(count: 500, seed: 2).items.compactMap { item in
        item.labels.first { $0.name == "object" }?.value
      })
    #expect(objects.count > 5)
    var gifts = 0
    for sentence in Self.sentences {
      let words = sentence.split(separator: " ")
      guard let verb = words.firstIndex(of: "gave"), verb + 3 < words.count, words[verb + 3] == "to" else { continue }
      gifts += 1
      #expect(!objects.contains(String(words[verb + 2])), "\(sentence)")
    }
    #expect(gifts > 500)
  }
}
