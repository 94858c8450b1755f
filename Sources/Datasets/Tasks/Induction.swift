/// Random words, and then the same again: what followed a word before follows it once more (Olsson et al. 2022).
struct Induction: TaskGrammar {
  let corruptions = ["other-word"]

  /// All kinds of words, so that nothing but the sequence tells what follows.
  private static let pools: [[String]] = [
    Lexicon.objects.map(\.one), Lexicon.places, Lexicon.names, Lexicon.adjectives, Lexicon.letters, Lexicon.numbers,
    Lexicon.objects.map(\.one) + Lexicon.adjectives + Lexicon.places, Lexicon.names + Lexicon.objects.map(\.many),
  ]

  private static let fronts = ["Repeat:", "Words:", "Again:", "Say:"]

  private struct Sequence {
    let words: [String]
    let pool: [String]
    /// Places of words that are held out after the one in front.
    let heldOut: [Int]
    let front: String

    func text(_ words: [String], times: Int = 1, then again: Int = 0) -> String {
      "\(front) "
        + ([[String]](repeating: words, count: times).joined() + words.prefix(again)).joined(separator: " ")
    }
  }

  private static func sequence(_ choice: inout Choice, isHeldOut: Bool) -> Sequence {
    // What is held out is which word follows which.
    while true {
      let pool = choice.one(of: pools)
      let words = choice.several(choice.number(in: 3...10), of: pool)
      let heldOut = words.indices.dropFirst().filter { HeldOut.contains(["induction", words[$0 - 1], words[$0]]) }
      if heldOut.isEmpty != isHeldOut {
        return Sequence(words: words, pool: pool, heldOut: heldOut, front: choice.one(of: fronts))
      }
    }
  }

  func item(_ choice: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let sequence = Self.sequence(&choice, isHeldOut: isHeldOut)
    let words = sequence.words
    let follower = isHeldOut ? sequence.heldOut[0] : choice.number(in: 1...words.count - 1)
    let other = choice.one(of: sequence.pool.filter { !words.contains($0) })
    var changed = words
    changed[follower] = other
    return DatasetItem(
      clean: sequence.text(words, then: follower), corrupted: sequence.text(changed, then: follower),
      answers: [" \(words[follower])"], wrongs: [" \(other)"],
      labels: [("period", "\(words.count)"), ("place", "\(follower)")])
  }

  func document(_ choice: inout Choice) -> String {
    let sequence = Self.sequence(&choice, isHeldOut: false)
    let times = sequence.words.count <= 5 && choice.chance(0.5) ? 3 : 2
    return sequence.text(sequence.words, times: times) + "."
  }
}
