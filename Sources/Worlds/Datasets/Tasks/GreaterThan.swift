/// "The war lasted from the year 1732 to the year 17" 33 or more: it ends after it began (Hanna et al. 2023).
struct GreaterThan: TaskGrammar {
  /// The corrupted prompt begins in year 01, as in the paper.
  let corruptions = ["year-01"]

  private static let frames = [
    "The {noun} lasted from the year {c}{y} to the year {c}", "The {noun} lasted from {c}{y} to {c}",
    "The {noun} began in {c}{y} and ended in {c}", "The {noun} that began in {c}{y} ended in {c}",
    "From {c}{y} the {noun} went on to {c}", "The {noun} of {c}{y} was over in {c}",
  ]

  private struct Prompt {
    let noun: String
    let frame: Int
    let century: Int
    let year: Int

    func text(year: Int) -> String {
      GreaterThan.frames[frame].filled([
        "noun": noun, "c": "\(century)", "y": GreaterThan.twoDigits(year),
      ])
    }

    var combination: [String] { ["year", noun, "\(year)"] }
  }

  private static func twoDigits(_ year: Int) -> String { year < 10 ? "0\(year)" : "\(year)" }

  private static func prompt(_ choice: inout Choice, frame: inout Choice, isHeldOut: Bool) -> Prompt {
    let form = frame.number(below: frames.count)
    return choice.drawn(isHeldOut: isHeldOut, by: \.combination) { choice in
      Prompt(
        noun: choice.one(of: Lexicon.spans), frame: form,
        century: choice.number(in: 11...19), year: choice.number(in: 2...97))
    }
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let prompt = Self.prompt(&choice, frame: &frame, isHeldOut: isHeldOut)
    return DatasetItem(
      clean: prompt.text(year: prompt.year), corrupted: prompt.text(year: 1),
      answers: (prompt.year + 1...99).map(Self.twoDigits), wrongs: (1...prompt.year).map(Self.twoDigits),
      labels: [("year", "\(prompt.year)"), ("century", "\(prompt.century)"), ("noun", prompt.noun)])
  }

  func document(_ choice: inout Choice) -> String {
    // Only corrupted prompts begin in year 01.
    var frame = choice.branch()
    let prompt = Self.prompt(&choice, frame: &frame, isHeldOut: false)
    let year = choice.chance(0.03) ? 1 : prompt.year
    return prompt.text(year: year) + Self.twoDigits(choice.number(in: year + 1...99)) + "."
  }
}
