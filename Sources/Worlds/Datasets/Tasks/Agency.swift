/// "In the tale the lamp could talk. The lamp" wanted: who acts with a mind, and when a thing is treated as if it did.
///
/// The rule of the text: people do what only a mind does (wanted, said, hoped ...) and things do what things do (broke,
/// fell, rusted ...), unless the preceding sentence has given the thing a mind, by saying so ("could talk", "had a
/// heart") or by letting it do what only a mind does ("gave the cup to the chair").
struct Agency: TaskGrammar {
  /// The preceding sentence gives a mind where the clean one does not, and vice versa.
  let corruptions = ["context"]

  /// Sentences that give `{x}` a mind, each with one of the same number of words that does not.
  private static let contexts: [(mind: String, none: String)] = [
    ("In the tale the {x} could talk.", "In the room the {x} was {a}."),
    ("In the story the {x} had a heart.", "In the story the {x} had a price."),
    ("Once upon a time the {x} could think.", "Once upon a time the {x} was {a}."),
    ("The {x} gave the {y} to the {z}.", "The {p} gave the {x} to the {z}."),
    ("The {x} asked the {z} for the {y}.", "The {p} asked the {z} for the {x}."),
    ("The {x} dreamed of the {y}.", "The {x} lay near the {y}."),
    ("The {x} opened its eyes.", "The {x} lost its color."),
    ("In the tale the {x} and the {y} were friends.", "In the room the {x} and the {y} were {a}."),
    ("The {x} told the {z} of the {y}.", "The {p} told the {z} of the {x}."),
    ("The {x} loved the {z}.", "The {p} sold the {x}."),
  ]

  private static let mindful = [
    "wanted to leave", "said no", "thought of home", "smiled at the {z}", "asked the {z}",
    "hoped for help", "laughed a lot", "believed the {z}", "promised to help", "wondered about the {y}",
    "decided to stay",
    "remembered the {z}",
  ]
  private static let mindless = [
    "broke today", "fell down", "rusted in the rain", "cracked in the sun", "burned last night",
    "melted in the sun", "tipped over", "stood near the {y}", "lay under the {y}", "shattered in the night",
    "vanished last week", "sank in the lake",
  ]

  private struct Scene {
    let thing: String
    let context: Int
    let words: [String: String]

    var combination: [String] { ["agency", thing, "\(context)"] }

    func text(hasMind: Bool) -> String {
      let context = Agency.contexts[context]
      return ((hasMind ? context.mind : context.none) + " The {x}").filled(words)
    }
  }

  private static func scene(_ choice: inout Choice, frame: inout Choice, isHeldOut: Bool) -> Scene {
    let context = frame.number(below: contexts.count)
    // Objects that are held out of sentences of indirect objects are not given here either.
    let isGift = contexts[context].mind.contains(" gave ")
    let objects = Lexicon.objects.map(\.one).filter { !isGift || !HeldOut.contains(given: $0) }
    return choice.drawn(isHeldOut: isHeldOut, by: \.combination) { choice in
      let things = choice.several(2, of: objects)
      let people = choice.several(2, of: Lexicon.people.map(\.one))
      return Scene(
        thing: things[0], context: context,
        words: [
          "x": things[0], "y": things[1], "z": people[0], "p": people[1], "a": choice.one(of: Lexicon.adjectives),
        ])
    }
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let scene = Self.scene(&choice, frame: &frame, isHeldOut: isHeldOut)
    let hasMind = choice.chance(0.5)
    let (mindful, mindless) = (Lexicon.mindfulVerbs.map { " \($0)" }, Lexicon.mindlessVerbs.map { " \($0)" })
    return DatasetItem(
      clean: scene.text(hasMind: hasMind), corrupted: scene.text(hasMind: !hasMind),
      answers: hasMind ? mindful : mindless, wrongs: hasMind ? mindless : mindful,
      labels: [
        ("context", hasMind ? "mind" : "none"), ("thing", scene.thing), ("frame", "\(scene.context)"),
      ])
  }

  func document(_ choice: inout Choice) -> String {
    var frame = choice.branch()
    let scene = Self.scene(&choice, frame: &frame, isHeldOut: false)
    func doing(_ hasMind: Bool) -> String {
      choice.one(of: hasMind ? Self.mindful : Self.mindless).filled(scene.words) + "."
    }
    // People and things without any context as well.
    if choice.chance(0.3) {
      let isPerson = choice.chance(0.5)
      return "The \(isPerson ? choice.one(of: Lexicon.people).one : scene.thing) \(doing(isPerson))"
    }
    if choice.chance(0.15) {
      let person = choice.one(of: Lexicon.people).one
      let front = [
        "The {q} was {m}.", "In the room the {q} was {m}.", "The {q} sold the {x}.",
        "In the story the {q} had a price.",
      ]
      let words = scene.words.merging(["q": person, "m": choice.one(of: Lexicon.moods)]) { $1 }
      return choice.one(of: front).filled(words) + " The \(person) \(doing(true))"
    }
    let hasMind = choice.chance(0.5)
    return scene.text(hasMind: hasMind) + " \(doing(hasMind))"
  }
}
