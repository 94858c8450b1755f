/// "Mary lost the key because" she: the pronoun's gender is the subject's.
struct Pronouns: TaskGrammar {
  let corruptions = ["other-gender"]

  /// Sentences up to the pronoun; `{n}` is the subject.
  private static let frames = [
    "{n} lost the {object} because", "{n} was {mood} because", "{n} went to the {place} because",
    "{n} left the {place} when", "{n} found the {object} after", "{n} smiled because", "{n} laughed when",
    "{n} bought a {object} because", "{n} stayed at the {place} until", "{n} took the {object} and then",
    "{n} was {mood} today, and", "{n} could not find the {object}, so", "{n} came home when",
    "{n} broke the {object} before",
  ]
  private static let endings = [
    " was {mood}", " wanted to leave", " had a {object}", " came to the {place}", " saw the {object}",
    " was at the {place}",
  ]
  /// Frames followed by a possessive, and what follows that.
  private static let possessives = [
    "{n} lost", "{n} took", "{n} forgot", "{n} came home with", "{n} was proud of", "{n} looked for",
  ]

  private struct Subject {
    let text: String
    let gender: Lexicon.Gender
  }

  private static func subjects(areNames: Bool) -> [String] {
    areNames ? Lexicon.names : Lexicon.people.filter { $0.gender != nil }.map { "The \($0.one)" }
  }

  private static func subject(_ gender: Lexicon.Gender, isName: Bool, _ choice: inout Choice) -> Subject {
    if isName { return Subject(text: choice.one(of: Lexicon.names(gender)), gender: gender) }
    let people = Lexicon.people.filter { $0.gender == gender }.map(\.one)
    return Subject(text: "The \(choice.one(of: people))", gender: gender)
  }

  private struct Sentence {
    let subject: Subject
    let other: Subject
    let frame: String
    let isPossessive: Bool
    let words: [String: String]

    var combination: [String] { ["pronoun", subject.text, frame] }

    func text(_ subject: Subject) -> String {
      frame.filled(words.merging(["n": subject.text]) { $1 })
    }
  }

  private static func sentence(_ choice: inout Choice, frame: inout Choice, isHeldOut: Bool) -> Sentence {
    let (isName, isPossessive) = (frame.chance(0.6), frame.chance(0.3))
    // A frame may have no held-out subject at all.
    let text = frame.one(
      of: (isPossessive ? possessives : frames).filter { frame in
        subjects(areNames: isName).contains { HeldOut.contains(["pronoun", $0, frame]) == isHeldOut }
      })
    return choice.drawn(isHeldOut: isHeldOut, by: \.combination) { choice in
      let gender = choice.one(of: Lexicon.Gender.allCases)
      return Sentence(
        subject: subject(gender, isName: isName, &choice), other: subject(gender.other, isName: isName, &choice),
        frame: text, isPossessive: isPossessive,
        words: words(&choice))
    }
  }

  private static func words(_ choice: inout Choice) -> [String: String] {
    [
      "object": choice.one(of: Lexicon.objects).one, "place": choice.one(of: Lexicon.places),
      "mood": choice.one(of: Lexicon.moods),
    ]
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let sentence = Self.sentence(&choice, frame: &frame, isHeldOut: isHeldOut)
    let gender = sentence.subject.gender
    func pronoun(_ gender: Lexicon.Gender) -> String {
      " " + (sentence.isPossessive ? gender.possessive : gender.subject)
    }
    return DatasetItem(
      clean: sentence.text(sentence.subject), corrupted: sentence.text(sentence.other), answers: [pronoun(gender)],
      wrongs: [pronoun(gender.other)],
      labels: [
        ("gender", gender.rawValue), ("subject", sentence.subject.text),
        ("pronoun", sentence.isPossessive ? "possessive" : "subject"),
      ])
  }

  func document(_ choice: inout Choice) -> String {
    var frame = choice.branch()
    let sentence = Self.sentence(&choice, frame: &frame, isHeldOut: false)
    let gender = sentence.subject.gender
    let text = sentence.text(sentence.subject)
    if sentence.isPossessive { return "\(text) \(gender.possessive) \(choice.one(of: Lexicon.objects).one)." }
    return "\(text) \(gender.subject)\(choice.one(of: Self.endings).filled(Self.words(&choice)))."
  }
}
