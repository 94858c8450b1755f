import ActivationStore

/// The examples of a results file: prompts with their tokens, or mazes, which have only labels.
struct NotebookPrompts: Sendable {
  let count: Int
  let lengths: [Int]
  /// For each prompt; empty if the file has no texts of tokens.
  let clean: [[String]], corrupted: [[String]]
  let cleanTokens: [[Int32]], corruptedTokens: [[Int32]]
  let texts: [String]?
  let answers: [Int32]?, wrongs: [Int32]?
  /// By the name of their dataset, `label_NAME`.
  let labels: [(name: String, values: [String])]

  var hasTokens: Bool { !clean.isEmpty }
  var isAligned: Bool { hasTokens && Set(lengths).count == 1 && lengths[0] > 0 }

  init(_ store: StoreReader) throws {
    let present = store.contains(Schema.prompts.path) ? Set(try store.listing(of: Schema.prompts.path).datasets) : []
    let lengths = present.contains(Schema.Prompts.lengths) ? try store.promptLengths() : []
    (self.lengths, count) = (lengths, lengths.count)
    func rows<T>(_ name: String, _ read: (String) throws -> [T]) throws -> [[T]] {
      guard present.contains(name), !lengths.isEmpty else { return [] }
      let values = try read(Schema.prompts.path(name))
      let width = values.count / lengths.count
      return lengths.enumerated().map { Array(values[$0 * width..<$0 * width + min(max($1, 0), width)]) }
    }
    clean = try rows(Schema.Prompts.cleanTokenStrings, store.texts)
    corrupted = try rows(Schema.Prompts.corruptedTokenStrings, store.texts)
    cleanTokens = try rows(Schema.Prompts.cleanTokens, store.int32s)
    corruptedTokens = try rows(Schema.Prompts.corruptedTokens, store.int32s)
    func column<T>(_ name: String, _ read: (String) throws -> [T]) throws -> [T]? {
      present.contains(name) ? try read(Schema.prompts.path(name)) : nil
    }
    texts = try column(Schema.Prompts.text, store.texts)
    answers = try column(Schema.Prompts.answerToken, store.int32s)
    wrongs = try column(Schema.Prompts.wrongToken, store.int32s)
    labels = try present.filter { Schema.Prompts.label(ofDataset: $0) != nil }.sorted {
      Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
    }
    .map { ($0, try store.texts(at: Schema.prompts.path($0))) }
  }

  /// The name of each position: the token; or in brackets the label whose value is there in every prompt; or the first
  /// prompt's token with a star if others differ. Empty if prompts differ in length.
  var positionNames: [String] {
    guard isAligned else { return [] }
    return (0..<lengths[0]).map { position in
      let tokens = clean.map { $0[position] }
      if tokens.allSatisfy({ $0 == tokens[0] }) { return notebookToken(tokens[0]) }
      let words = tokens.map(notebookToken)
      if let label = labels.first(where: { $0.values == words }) { return "‹\(Self.short(label.name))›" }
      return words[0] + "*"
    }
  }

  /// `label_subject` becomes `subject`.
  static func short(_ label: String) -> String { Schema.Prompts.label(ofDataset: label) ?? label }

  /// The dataset of the drawings of mazes.
  static let mazes = Schema.Prompts.dataset(ofLabel: "maze")

  /// The text of each token that occurs in a prompt, by its number.
  var vocabulary: [Int32: String] {
    var vocabulary: [Int32: String] = [:]
    for (tokens, strings) in [(cleanTokens, clean), (corruptedTokens, corrupted)] {
      for (tokens, strings) in zip(tokens, strings) {
        for (token, string) in zip(tokens, strings) { vocabulary[token] = string }
      }
    }
    return vocabulary
  }
}
