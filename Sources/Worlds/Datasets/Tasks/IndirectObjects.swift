/// "When Mary and John went to the store, John gave a drink to" Mary: the person named twice gives, the other one
/// receives.
///
/// A sentence is an opening that names two people, sometimes something in between, and a giving clause. In ABBA order
/// the person named second gives, in BABA order the one named first. The task, the names of the orders and the
/// corruptions are those of Wang et al. 2022.
struct IndirectObjects: TaskGrammar {
  /// How an opening ends, and so how the sentence continues.
  enum Ending { case clause, sentence }

  struct Opening {
    let text: String
    let ending: Ending
    let isHeldOut: Bool

    init(_ text: String, isHeldOut: Bool = false) {
      self.text = text
      ending = text.hasSuffix(",") ? .clause : .sentence
      self.isHeldOut = isHeldOut
    }
  }

  let corruptions = ["swap-subject", "random-name", "flipped-order"]

  // MARK: Templates

  static let openings: [Opening] =
    [
      "When {1} and {2} went to the {place},", "When {1} and {2} got to the {place},",
      "When {1} and {2} came to the {place},", "When {1} and {2} were at the {place},",
      "When {1} and {2} arrived at the {place},", "When {1} and {2} left the {place},",
      "After {1} and {2} went to the {place},", "After {1} and {2} met at the {place},",
      "After {1} and {2} came back from the {place},", "After {1} and {2} had a long talk at the {place},",
      "While {1} and {2} were sitting in the {place},", "While {1} and {2} were walking to the {place},",
      "While {1} and {2} waited near the {place},", "While {1} was working with {2} at the {place},",
      "As {1} and {2} walked to the {place},", "As {1} stood with {2} near the {place},",
      "Because {1} and {2} were friends from the {place},", "Since {1} and {2} lived near the {place},",
      "Once {1} and {2} were inside the {place},", "Before {1} and {2} went home from the {place},",
      "Then {1} and {2} went to the {place}.", "Then {1} and {2} had a good time at the {place}.",
      "Today {1} and {2} went to the {place}.", "Last week {1} and {2} were at the {place}.",
      "Yesterday {1} and {2} walked to the {place}.", "{1} and {2} went to the {place} together.",
      "{1} and {2} were working at the {place}.", "{1} and {2} had a lot of fun at the {place}.",
      "{1} met {2} near the {place}.", "{1} found {2} at the {place}.", "{1} saw {2} in the {place}.",
      "{1} came to the {place} with {2}.", "{1} took {2} to the {place}.",
      "The friends {1} and {2} met at the {place}.", "Friends of mine, {1} and {2}, lived near the {place}.",
      "The {place} was busy when {1} and {2} arrived.", "The old {place} was dark when {1} met {2}.",
      "At the {place} {1} and {2} had a long talk.", "In the {place} {1} sat with {2}.",
      "One day {1} and {2} found the {place}.",
    ].map { Opening($0) }
    + [
      "Friends {1} and {2} found each other at the {place}.", "After {1} and {2} left the {place},",
      "While {1} and {2} were working at the {place},", "Then, {1} and {2} had a long talk at the {place}.",
      "Yesterday {1} met {2} at the {place}.", "The {place} was quiet when {1} and {2} came back.",
    ].map { Opening($0, isHeldOut: true) }

  /// What may come between an opening and the giving clause, by how the opening ends.
  static func middles(_ ending: Ending) -> [String] {
    switch ending {
    case .clause:
      [
        "", "", "", " it was late, and", " it was raining, and", " the sun was out, and", " after a while",
        " in the end", " it was a cold day, so", " there was a lot of noise, and", " the {thing} was broken, so",
        " the {thing} was still there, and", " {3} was there too, and", " {3} had left, so",
        " {3} came by, and", " {3} was busy, so",
      ]
    case .sentence:
      [
        "", "", "", " It was late.", " It was raining.", " The sun was out.", " It was a cold day.",
        " There was a lot of noise.", " The {thing} was broken.", " They had a long talk.", " They were happy.",
        " {3} was there too.", " {3} came later.",
        " {3} had left.", " {3} was busy.", " The {thing} was still there.",
      ]
    }
  }

  struct Giving {
    let text: String
    let isHeldOut: Bool
  }

  static let givings: [Giving] =
    [
      "{s} gave a {object} to", "{s} gave the {object} to", "{s} handed a {object} to", "{s} passed the {object} to",
      "{s} offered a {object} to", "{s} sent a {object} to", "{s} sold a {object} to", "{s} lent the {object} to",
      "{s} showed a {object} to", "{s} brought a {object} to", "{s} threw the {object} to", "{s} took a {object} to",
      "{s} decided to give a {object} to", "{s} was happy to give the {object} to",
      "{s} wanted to hand the {object} to",
      "{s} passed the old {object} over to", "{s} gave the {object} back to", "{s} bought a {object} for",
      "{s} made a {object} for", "{s} had a {object} for",
    ].map { Giving(text: $0, isHeldOut: false) }
    + ["{s} wanted to give a {object} to", "{s} handed the old {object} over to"].map {
      Giving(text: $0, isHeldOut: true)
    }

  // MARK: Drawing

  struct Sentence {
    var opening: Int
    var middle: String
    var giving: Int
    var first: String
    var second: String
    var third: String
    var isABBA: Bool
    var place: String
    var object: String
    var thing: String

    var subject: String { isABBA ? second : first }
    var indirectObject: String { isABBA ? first : second }

    /// The prompt, up to the indirect object.
    func text(subject: String? = nil) -> String {
      let opening = IndirectObjects.openings[opening]
      let giving = IndirectObjects.givings[giving].text
      let words = [
        "1": first, "2": second, "3": third, "s": subject ?? self.subject, "place": place, "object": object,
        "thing": thing,
      ]
      return (opening.text + middle + " " + giving).filled(words)
    }
  }

  /// - Parameter isHeldOut: whether template, names and object are all held out, or none is.
  static func sentence(_ choice: inout Choice, frame: inout Choice, isHeldOut: Bool) -> Sentence {
    let opening = frame.one(of: openings.indices.filter { openings[$0].isHeldOut == isHeldOut })
    let givings = givings.indices.filter { isHeldOut || !Self.givings[$0].isHeldOut }
    let (middle, giving) = (frame.one(of: middles(openings[opening].ending)), frame.one(of: givings))
    var names = choice.several(3, of: Lexicon.names)
    while HeldOut.contains(names: names[0], names[1]) != isHeldOut || Self.crosses(names) {
      names = choice.several(3, of: Lexicon.names)
    }
    let objects = Lexicon.objects.map(\.one).filter { HeldOut.contains(given: $0) == isHeldOut }
    return Sentence(
      opening: opening, middle: middle, giving: giving,
      first: names[0], second: names[1], third: names[2], isABBA: choice.chance(0.5),
      place: choice.one(of: Lexicon.places), object: choice.one(of: objects),
      thing: choice.one(of: Lexicon.objects).one)
  }

  /// Whether the third name makes a pair that is held out.
  private static func crosses(_ names: [String]) -> Bool {
    HeldOut.contains(names: names[0], names[2]) || HeldOut.contains(names: names[1], names[2])
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let sentence = Self.sentence(&choice, frame: &frame, isHeldOut: isHeldOut)
    var other = sentence
    let corrupted: String
    switch corruption {
    case "random-name":
      let taken = [sentence.first, sentence.second, sentence.third]
      let fresh = choice.several(3, of: Lexicon.names.filter { !taken.contains($0) })
      (other.first, other.second) = (fresh[0], fresh[1])
      corrupted = other.text(subject: fresh[2])
    case "flipped-order":
      (other.first, other.second) = (sentence.second, sentence.first)
      corrupted = other.text(subject: sentence.subject)
    default: corrupted = sentence.text(subject: sentence.indirectObject)
    }
    return DatasetItem(
      clean: sentence.text(), corrupted: corrupted, answers: [" \(sentence.indirectObject)"],
      wrongs: [" \(sentence.subject)"],
      labels: [
        ("order", sentence.isABBA ? "ABBA" : "BABA"), ("template", "\(sentence.opening)-\(sentence.giving)"),
        ("indirect_object", sentence.indirectObject), ("subject", sentence.subject), ("place", sentence.place),
        ("object", sentence.object),
      ])
  }

  func document(_ choice: inout Choice) -> String {
    var frame = choice.branch()
    let sentence = Self.sentence(&choice, frame: &frame, isHeldOut: false)
    // Now and then somebody else gives, to either person, or the receiver is mentioned in between. So neither counting
    // names nor copying the first one gives the answer.
    if choice.chance(0.06) {
      return sentence.text(subject: sentence.third) + " " + choice.one(of: [sentence.first, sentence.second]) + "."
    }
    var shown = sentence
    if choice.chance(0.1) {
      let spoken = choice.one(of: [sentence.first, sentence.second])
      let mood = choice.one(of: Lexicon.moods)
      shown.middle =
        Self.openings[sentence.opening].ending == .clause
        ? " \(spoken) was \(mood), and" : " \(spoken) was \(mood)."
    }
    var text = shown.text() + " \(shown.indirectObject)"
    if choice.chance(0.25) {
      text += choice.one(of: [
        " in the \(shown.place)", " and left", " and went home", " before dinner", " as a present",
      ])
    }
    return text + "."
  }
}
