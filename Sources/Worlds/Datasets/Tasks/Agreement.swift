/// "The keys to the cabinet" are: the verb agrees with the subject, not with the noun next to it.
struct Agreement: TaskGrammar {
  let corruptions = ["other-number"]

  private static let links = ["near the", "behind the", "beside the", "with the", "under the", "from the", "of the"]
  private static let verbs = [(one: "is", many: "are"), (one: "was", many: "were"), (one: "has", many: "have")]

  private struct Subject {
    let noun: (one: String, many: String)
    let beside: (one: String, many: String)?
    let besideIsMany: Bool
    let link: String

    var combination: [String] { ["agreement", noun.one, link, beside?.one ?? ""] }

    func text(isMany: Bool) -> String {
      let head = "The \(isMany ? noun.many : noun.one)"
      return beside.map { "\(head) \(link) \(besideIsMany ? $0.many : $0.one)" } ?? head
    }
  }

  private static let nouns = Lexicon.objects + Lexicon.people.map { ($0.one, $0.many) }

  private static func subject(
    _ choice: inout Choice, frame: inout Choice, isHeldOut: Bool, beside: Double
  ) -> Subject {
    let (hasBeside, link) = (frame.chance(beside), frame.one(of: links))
    return choice.drawn(isHeldOut: isHeldOut, by: \.combination) { choice in
      let two = choice.several(2, of: nouns)
      return Subject(
        noun: two[0], beside: hasBeside ? two[1] : nil, besideIsMany: choice.chance(0.5),
        link: link)
    }
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let subject = Self.subject(&choice, frame: &frame, isHeldOut: isHeldOut, beside: 1)
    let isMany = choice.chance(0.5)
    return DatasetItem(
      clean: subject.text(isMany: isMany), corrupted: subject.text(isMany: !isMany),
      answers: Self.verbs.map { " \(isMany ? $0.many : $0.one)" },
      wrongs: Self.verbs.map { " \(isMany ? $0.one : $0.many)" },
      labels: [
        ("number", isMany ? "plural" : "singular"), ("beside", subject.besideIsMany ? "plural" : "singular"),
        ("noun", subject.noun.one),
      ])
  }

  func document(_ choice: inout Choice) -> String {
    var frame = choice.branch()
    let subject = Self.subject(&choice, frame: &frame, isHeldOut: false, beside: 0.7)
    let isMany = choice.chance(0.5)
    let verb = choice.one(of: Self.verbs)
    let rest =
      verb.one == "has"
      ? choice.one(of: ["been here", "been there", "been lost", "been found", "been seen"])
      : choice.one(of: Lexicon.adjectives)
    return "\(subject.text(isMany: isMany)) \(isMany ? verb.many : verb.one) \(rest)."
  }
}
