/// One kind of text that the grammar generates.
protocol TaskGrammar: Sendable {
  /// The first is the default.
  var corruptions: [String] { get }

  /// One pair of prompts.
  /// - Parameters:
  ///   - choice: decides the words.
  ///   - frame: decides the frame: two pairs with the same frame have the same kind of word at every position.
  ///   - isHeldOut: whether it uses combinations that `document` never does.
  func item(_ choice: inout Choice, frame: inout Choice, corruption: String, isHeldOut: Bool) -> DatasetItem

  /// One or more sentences of the training text.
  func document(_ choice: inout Choice) -> String
}

/// A pair of prompts with its answers.
public struct DatasetItem: Sendable, Equatable {
  public let clean: String
  public let corrupted: String
  /// With their leading spaces.
  public let answers: [String]
  public let wrongs: [String]
  /// Labels of the pair, in order.
  public let labels: [(name: String, value: String)]

  public static func == (a: DatasetItem, b: DatasetItem) -> Bool {
    a.clean == b.clean && a.corrupted == b.corrupted && a.answers == b.answers && a.wrongs == b.wrongs
      && a.labels.elementsEqual(b.labels, by: ==)
  }
}

extension Choice {
  /// Draws until the result is held out, or is not, as requested.
  mutating func drawn<T>(isHeldOut: Bool, by words: (T) -> [String], _ draw: (inout Choice) -> T) -> T {
    while true {
      let value = draw(&self)
      if HeldOut.contains(words(value)) == isHeldOut { return value }
    }
  }
}
