import Datasets
import Diagnostics
import Testing

@Suite struct TaskDatasetTests {
  static func words(_ text: String) -> [String] {
    text.replacing(",", with: "").replacing(".", with: "").split(separator: " ").map(String.init)
  }

  static func label(_ item: DatasetItem, _ name: String) -> String {
    item.labels.first { $0.name == name }?.value ?? "no label \(name)"
  }

  @Test(arguments: TaskDataset.allCases) func pairsAreTheSameForTheSameSeed(task: TaskDataset) throws {
    let items = try task.sample(count: 40, seed: 3).items
    #expect(items.count == 40 && Set(items.map(\.clean)).count == 40)
    #expect(try task.sample(count: 40, seed: 3).items == items)
    #expect(try task.sample(count: 20, seed: 3).items == Array(items.prefix(20)))
    #expect(try task.sample(count: 40, seed: 4).items != items)
    for item in items {
      #expect(item.clean != item.corrupted && !item.answers.isEmpty && !item.wrongs.isEmpty)
      #expect(Set(item.answers).isDisjoint(with: item.wrongs))
      #expect(Self.words(item.clean).count == Self.words(item.corrupted).count, "\(item.clean) | \(item.corrupted)")
    }
  }

  @Test(arguments: [DatasetSplit.heldOut, .training, .all]) func indirectObjects(split: DatasetSplit) throws {
    let items = try TaskDataset.ioi.sample(count: 300, seed: 0, split: split).items
    let orders = items.map { Self.label($0, "order") }
    #expect(orders.count { $0 == "ABBA" } > 100 && orders.count { $0 == "BABA" } > 100)
    for (item, order) in zip(items, orders) {
      let (subject, other) = (Self.label(item, "subject"), Self.label(item, "indirect_object"))
      #expect(item.answers == [" \(other)"] && item.wrongs == [" \(subject)"])
      let words = Self.words(item.clean)
      #expect(words.count { $0 == subject } == 2 && words.count { $0 == other } == 1, "\(item.clean)")
      let first = words.firstIndex { $0 == subject || $0 == other }
      #expect(first.map { words[$0] == (order == "ABBA" ? other : subject) } == true)
      // Swap-subject: the second mention is the other name.
      let corrupted = Self.words(item.corrupted)
      let changed = words.indices.filter { words[$0] != corrupted[$0] }
      #expect(changed.count == 1 && words[changed[0]] == subject && corrupted[changed[0]] == other)
    }
  }

  @Test func randomNames() throws {
    for item in try TaskDataset.ioi.sample(count: 100, seed: 0, corruption: "random-name").items {
      let own = Set([Self.label(item, "subject"), Self.label(item, "indirect_object")])
      let changed = zip(Self.words(item.clean), Self.words(item.corrupted)).filter { $0.0 != $0.1 }
      #expect(changed.count == 3 && Set(changed.map(\.1)).count == 3)
      #expect(Set(changed.map(\.0)) == own && own.isDisjoint(with: changed.map(\.1)))
    }
  }

  @Test func flippedOrder() throws {
    for item in try TaskDataset.ioi.sample(count: 100, seed: 0, corruption: "flipped-order").items {
      let changed = zip(Self.words(item.clean), Self.words(item.corrupted)).filter { $0.0 != $0.1 }
      #expect(changed.count == 2 && changed[0].0 == changed[1].1 && changed[0].1 == changed[1].0)
    }
  }

  @Test func answersAreRight() throws {
    let female: Set<String> = [
      "girl", "woman", "queen", "mother", "sister", "daughter", "princess", "lady", "wife", "grandmother", "niece",
      "waitress",
    ]
    for item in try TaskDataset.pronouns.sample(count: 200, seed: 0).items {
      let subject = Self.label(item, "subject").replacing("The ", with: "")
      let isFemale = female.contains(subject) || Lexicon.femaleNames.contains(subject)
      #expect([isFemale ? " she" : " he", isFemale ? " her" : " his"].contains(item.answers[0]), "\(item.clean)")
    }
    for item in try TaskDataset.agreement.sample(count: 200, seed: 0).items {
      let noun = Self.words(item.clean)[1]
      let isMany = (Lexicon.objects.map(\.many) + Lexicon.people.map(\.many)).contains(noun)
      #expect(item.answers == (isMany ? [" are", " were", " have"] : [" is", " was", " has"]), "\(item.clean)")
    }
    for item in try TaskDataset.greaterThan.sample(count: 100, seed: 0).items {
      let year = Int(Self.label(item, "year")) ?? 0
      #expect(item.answers.compactMap(Int.init) == Array(year + 1...99))
      #expect(item.wrongs.compactMap(Int.init) == Array(1...year))
      #expect(item.clean.contains("\(Self.label(item, "century"))\(year < 10 ? "0" : "")\(year)"))
    }
    for item in try TaskDataset.induction.sample(count: 100, seed: 0).items {
      let words = Self.words(item.clean)
      let last = try #require(words.last)
      let first = try #require(words.firstIndex(of: last))
      #expect(item.answers == [" \(words[first + 1])"], "\(item.clean)")
    }
    let after = [
      "Monday": "Tuesday", "Sunday": "Monday", "December": "January", "nine": "ten", "Y": "Z", "98": "99",
      "May": "June",
    ]
    for item in try TaskDataset.successors.sample(count: 300, seed: 0).items {
      let words = Self.words(item.clean)
      guard let right = words.reversed().compactMap({ after[$0] }).first, let last = words.last, after[last] != nil
      else {
        continue
      }
      #expect(item.answers == [" \(right)"], "\(item.clean)")
    }
  }

  @Test(arguments: TaskDataset.allCases) func alignedPairsHaveOneFrame(task: TaskDataset) throws {
    let items = try task.sample(count: 30, seed: 5, isAligned: true).items
    // Among lists of one form, and nouns in one sentence, few are held out.
    #expect(items.count >= (task == .successors ? 10 : task == .pronouns ? 3 : 30))
    #expect(Set(items.map { Self.words($0.clean).count }).count == 1, "\(items.map(\.clean))")
  }

  @Test func whatDoesNotSuitIsLeftOutAndCounted() throws {
    // One token per word, except for names with a J, which are two.
    func tokens(_ text: String) -> [Int32] {
      Self.words(text).flatMap { $0.hasPrefix("J") ? [1, 2] : [Int32(truncatingIfNeeded: $0.count)] }
    }
    let sample = try TaskDataset.ioi.sample(count: 50, seed: 0, tokens: tokens)
    #expect(sample.items.count == 50)
    #expect(sample.items.allSatisfy { !$0.answers[0].hasPrefix(" J") && !$0.wrongs[0].hasPrefix(" J") })
    #expect(sample.leftOut.map(\.reason).contains(.differentLengths))
    #expect(sample.leftOut.reduce(0) { $0 + $1.count } > 5)
    #expect(throws: DatasetError.nothingSuits(task: "ioi")) {
      _ = try TaskDataset.ioi.sample(count: 5, seed: 0) { [Int32](repeating: 0, count: $0.utf8.count) }
    }
  }

  @Test(
    arguments: [
      (.unknownTask("oi"), "there is no dataset 'oi' (did you mean 'ioi'?)"),
      (
        .unknownCorruption("swap", task: "agency", known: ["context"]),
        "dataset 'agency' has no corruption 'swap' (one of: context)"
      ),
      (.unknownSplit("heldout"), "there is no split 'heldout' (did you mean 'held-out'?)"),
      (.badCount(0), "0 pairs cannot be drawn; give a count of 1 or more"),
      (
        .nothingSuits(task: "ioi"),
        "no pair of dataset 'ioi' suits the tokenizer: every answer has several tokens, or the prompts differ in length"
      ),
    ] as [(DatasetError, String)])
  func messages(error: DatasetError, message: String) {
    #expect(error.message == message && error.kind == .badData)
  }

  @Test func badRequests() {
    #expect(throws: DatasetError.badCount(0)) { _ = try TaskDataset.ioi.sample(count: 0, seed: 0) }
    #expect(throws: DatasetError.unknownCorruption("x", task: "ioi", known: TaskDataset.ioi.corruptions)) {
      _ = try TaskDataset.ioi.sample(count: 1, seed: 0, corruption: "x")
    }
  }
}
