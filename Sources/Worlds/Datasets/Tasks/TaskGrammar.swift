/// One kind of text that the grammar makes.
protocol TaskGrammar: Sendable {
  /// The first is the default.
  var corruptions: [String] { get }

  /// One pair of prompts.
  /// - Parameters:
  ///   - choice: decides the words.
  ///   - frame: decides what the words stand in: two pairs of one frame have the same kind of word at every position.
  ///   - isHeldOut: whether it is made of combinations that `document` never makes.
  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem

  /// A sentence of the training text, or a few.
  func document(_ choice: inout Choice) -> String
}

/// A pair of prompts with its answers.
public struct DatasetItem: Sendable, Equatable {
  public let clean: String
  public let corrupted: String
  /// With their leading spaces.
  public let answers: [String]
  public let wrongs: [String]
  /// What is known of the pair, in order.
  public let labels: [(name: String, value: String)]

  public static func == (a: DatasetItem, b: DatasetItem) -> Bool {
    a.clean == b.clean && a.corrupted == b.corrupted && a.answers == b.answers && a.wrongs == b.wrongs
      && a.labels.elementsEqual(b.labels, by: ==)
  }
}

extension Choice {
  /// Draws until what is drawn is held out, or is not.
  mutating func drawn<T>(isHeldOut: Bool, by words: (T) -> [String], _ draw: (inout Choice) -> T) -> T {
    while true {
      let value = draw(&self)
      if HeldOut.contains(words(value)) == isHeldOut { return value }
    }
  }
}
