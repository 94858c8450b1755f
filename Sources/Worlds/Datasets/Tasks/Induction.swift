/// Random words, followed by the same words again: what followed a word before follows it again (Olsson et al. 2022).
struct Induction: TaskGrammar {
  let corruptions = ["other-word"]

  /// All kinds of words, so that only the sequence tells what follows.
  private static let pools: [[String]] = [
    Lexicon.objects.map(\.one), Lexicon.places, Lexicon.names, Lexicon.adjectives, Lexicon.letters, Lexicon.numbers,
    Lexicon.objects.map(\.one) + Lexicon.adjectives + Lexicon.places, Lexicon.names + Lexicon.objects.map(\.many),
  ]

  private static let fronts = ["Repeat:", "Words:", "Again:", "Say:"]

  private struct Sequence {
    let words: [String]
    let pool: [String]
    let front: String

    func text(_ words: [String], times: Int = 1, then again: Int = 0) -> String {
      "\(front) "
        + ([[String]](repeating: words, count: times).joined() + words.prefix(again)).joined(separator: " ")
    }
  }

  /// - Parameter follower: the index of a word that is held out after the one before it; nil for a sequence without
  ///   held-out steps.
  private static func sequence(
    _ choice: inout Choice, period: Int, follower: Int?, front: String
  ) -> Sequence {
    // What is held out is which word follows which; where the sequence repeats, the first one follows the last one.
    while true {
      let pool = choice.one(of: pools)
      let words = choice.several(period, of: pool)
      let heldOut = words.indices.filter {
        HeldOut.contains(["induction", words[$0 == 0 ? words.count - 1 : $0 - 1], words[$0]])
      }
      if follower.map(heldOut.contains) ?? heldOut.isEmpty {
        return Sequence(words: words, pool: pool, front: front)
      }
    }
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let period = frame.number(in: 3...10)
    let follower = frame.number(in: 1...period - 1)
    let sequence = Self.sequence(
      &choice, period: period, follower: isHeldOut ? follower : nil, front: frame.one(of: Self.fronts))
    let words = sequence.words
    let other = choice.one(of: sequence.pool.filter { !words.contains($0) })
    var changed = words
    changed[follower] = other
    return DatasetItem(
      clean: sequence.text(words, then: follower), corrupted: sequence.text(changed, then: follower),
      answers: [" \(words[follower])"], wrongs: [" \(other)"],
      labels: [("period", "\(words.count)"), ("place", "\(follower)")])
  }

  func document(_ choice: inout Choice) -> String {
    let period = choice.number(in: 3...10)
    let sequence = Self.sequence(&choice, period: period, follower: nil, front: choice.one(of: Self.fronts))
    let times = sequence.words.count <= 5 && choice.chance(0.5) ? 3 : 2
    return sequence.text(sequence.words, times: times) + "."
  }
}
