/// "Monday Tuesday Wednesday" Thursday; "3 4 5" 6; "The day after Monday is" Tuesday.
struct Successors: TaskGrammar {
  let corruptions = ["other-start"]

  private struct Series {
    let name: String
    let values: [String]
    /// Frames for one value `{x}`, followed by its successor.
    let frames: [String]
  }

  private static let series = [
    Series(
      name: "number", values: Lexicon.numbers,
      frames: ["The number after {x} is", "After {x} comes", "First {x}, then"]),
    Series(
      name: "number-word", values: Lexicon.numberWords,
      frames: ["The number after {x} is", "After {x} comes", "First {x}, then"]),
    Series(
      name: "weekday", values: Lexicon.weekdays,
      frames: ["The day after {x} is", "After {x} comes", "First {x}, then"]),
    Series(
      name: "month", values: Lexicon.months,
      frames: ["The month after {x} is", "After {x} comes", "First {x}, then"]),
    Series(
      name: "letter", values: Lexicon.letters,
      frames: ["The letter after {x} is", "After {x} comes", "First {x}, then"]),
  ]

  /// What separates the values of a list, and what precedes them.
  private static let lists: [(front: String, between: String)] = [
    ("", " "), ("", ", "), ("Count: ", " "), ("In order: ", ", "), ("The list says ", " then "),
  ]

  private struct Prompt {
    let series: Int
    let start: Int
    let length: Int
    /// A frame, or a way to write lists.
    let form: Int

    var text: String { text(from: start) }

    func text(from start: Int) -> String {
      let series = Successors.series[series]
      if length == 1 { return series.frames[form].filled(["x": series.values[start]]) }
      let (front, between) = Successors.lists[form]
      return front + series.values[start..<start + length].joined(separator: between)
        + String(between.reversed().drop { $0 == " " }.reversed())
    }

    func answer(from start: Int) -> String { " \(Successors.series[series].values[start + length])" }

    /// Each step from a value to the next, the requested one last, and how it is written: by the frame, or by the
    /// separator of a list. Steps are what is held out, since every list is part of longer ones.
    var steps: [[String]] {
      let series = Successors.series[series]
      let writing = length == 1 ? series.frames[form] : Successors.lists[form].between
      return series.values[start..<start + length].map { ["successor", $0, writing] }
    }

    /// Whether the requested step is held out, or no step at all is.
    func suits(isHeldOut: Bool) -> Bool {
      isHeldOut ? steps.suffix(1).contains(where: HeldOut.contains) : !steps.contains(where: HeldOut.contains)
    }
  }

  private static func prompt(_ choice: inout Choice, frame: inout Choice, isHeldOut: Bool) -> Prompt {
    let (isList, length) = (frame.chance(0.65), frame.number(in: 2...5))
    let (list, sentence) = (frame.number(below: lists.count), frame.number(below: 3))
    while true {
      let series = choice.number(below: Self.series.count)
      let own = isList ? length : 1
      let prompt = Prompt(
        series: series, start: choice.number(below: Self.series[series].values.count - own), length: own,
        form: isList ? list : sentence)
      if prompt.suits(isHeldOut: isHeldOut) { return prompt }
    }
  }

  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem {
    let prompt = Self.prompt(&choice, frame: &frame, isHeldOut: isHeldOut)
    let starts = (0..<Self.series[prompt.series].values.count - prompt.length).filter { $0 != prompt.start }
    let other = choice.one(of: starts)
    return DatasetItem(
      clean: prompt.text, corrupted: prompt.text(from: other), answers: [prompt.answer(from: prompt.start)],
      wrongs: [prompt.answer(from: other)],
      labels: [("series", Self.series[prompt.series].name), ("length", "\(prompt.length)")])
  }

  func document(_ choice: inout Choice) -> String {
    var frame = choice.branch()
    let prompt = Self.prompt(&choice, frame: &frame, isHeldOut: false)
    return prompt.text + prompt.answer(from: prompt.start) + "."
  }
}
