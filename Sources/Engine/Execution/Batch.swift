import Diagnostics
import ModelGraph
import Tensors

/// The inputs of a run, packed: the tokens of all prompts one after another, or a stack of observations. There is no
/// padding.
public struct Batch: Sendable {
  /// What the rows hold.
  public enum Content: Sendable {
    /// Token ids of all prompts, packed.
    case tokens([Int32])
    /// Images [row, channel, row, column].
    case observations(Tensor)
  }

  public let content: Content
  /// Where each prompt starts in the packed positions; the last of its rows + 1 entries is the total.
  public let offsets: [Int]
  /// Where each prompt's pairs start in a perPair value of one head: the running sum of squared lengths.
  public let pairOffsets: [Int]

  /// Prompts of any positive lengths.
  /// - Throws: `RunError` if there is no prompt, or an empty one.
  public init(prompts: [[Int32]]) throws {
    guard !prompts.isEmpty else { throw RunError.noPrompts }
    if let empty = prompts.firstIndex(where: \.isEmpty) { throw RunError.emptyPrompt(example: empty) }
    self.init(content: .tokens(Array(prompts.joined())), lengths: prompts.map(\.count))
  }

  /// Images [example, channel, row, column]; each is one row with one position.
  public init(observations: Tensor) throws {
    guard let rows = observations.shape.first, rows > 0 else { throw RunError.noPrompts }
    self.init(content: .observations(observations), lengths: [Int](repeating: 1, count: rows))
  }

  private init(content: Content, lengths: [Int]) {
    self.content = content
    offsets = lengths.reduce(into: [0]) { $0.append($0.last! + $1) }
    pairOffsets = lengths.reduce(into: [0]) { $0.append($0.last! + $1 * $1) }
  }

  /// A batch of some of the rows, in that order; a row may occur more than once.
  /// - Precondition: the rows are rows of this batch.
  public func gathering(rows chosen: [Int]) -> Batch {
    let lengths = chosen.map(length)
    switch content {
    case .tokens(let tokens):
      return Batch(content: .tokens(chosen.flatMap { tokens[offsets[$0]..<offsets[$0 + 1]] }), lengths: lengths)
    case .observations(let images):
      return Batch(content: .observations(images.gatheringRows(chosen)), lengths: lengths)
    }
  }

  /// The rows in order, in groups of about `entries` tokens; a longer row is a group by itself.
  public func groups(ofEntries entries: Int) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var start = 0
    for row in 0..<rows where offsets[row + 1] - offsets[start] > entries && row > start {
      groups.append(start..<row)
      start = row
    }
    groups.append(start..<rows)
    return groups
  }

  /// The packed tokens; empty for observations.
  var tokens: [Int32] {
    switch content {
    case .tokens(let ids): ids
    case .observations: []
    }
  }

  /// Whether the rows are pictures.
  public var hasPictures: Bool {
    if case .observations = content { true } else { false }
  }

  /// How many prompts there are.
  public var rows: Int { offsets.count - 1 }

  /// How many tokens all prompts have together.
  public var entries: Int { offsets[rows] }

  /// The number of tokens of one prompt.
  public func length(_ row: Int) -> Int { offsets[row + 1] - offsets[row] }

  /// The longest prompt's number of tokens.
  public var longest: Int { (0..<rows).map(length).max() ?? 0 }

  /// The packed index of every prompt's last token.
  public var lastEntries: [Int] { (0..<rows).map { offsets[$0 + 1] - 1 } }

  /// Every entry's position in its prompt.
  public var positions: [Int] { (0..<rows).flatMap { Array(0..<length($0)) } }

  /// Checks the inputs against what a graph accepts.
  /// - Throws: `RunError` for an id outside the vocabulary, a prompt longer than the context, or the wrong kind of
  ///   input.
  public func validate(for graph: ModelGraph) throws {
    switch (content, graph.input) {
    case (.tokens(let tokens), .tokens(let vocabulary, let context)):
      for row in 0..<rows {
        if let context, length(row) > context {
          throw RunError.promptTooLong(example: row, tokens: length(row), context: context)
        }
        for position in 0..<length(row) {
          let token = tokens[offsets[row] + position]
          guard token >= 0, token < vocabulary else {
            throw RunError.tokenOutOfRange(token: token, example: row, position: position, vocabulary: vocabulary)
          }
        }
      }
    case (.observations(let images), .observations(let channels, let height, let width)):
      let expected = [channels, height, width]
      guard Array(images.shape.dropFirst()) == expected else {
        throw RunError.wrongObservation(shape: Array(images.shape.dropFirst()), expected: expected)
      }
    case (.tokens, .observations): throw RunError.wrongInput(given: "tokens", needed: "observations")
    case (.observations, .tokens): throw RunError.wrongInput(given: "observations", needed: "tokens")
    }
  }
}
