/// Decides how adjacent tokens are merged.
package protocol MergeRules {
  /// The merge of `left` and `right`; nil if there is none.
  subscript(left: Int32, right: Int32) -> Merge? { get }
}

/// The rules of a model, either listed or derived from its vocabulary.
enum Merges: Sendable {
  case listed(MergeTable)
  case scored(ScoredMerges)

  /// Above this many symbols, a word is merged with a heap; below, searching for the lowest rank each time is faster.
  static let shortWord = 48

  /// Merges `ids[start...]` in place.
  func merge(_ ids: inout [Int32], from start: Int) {
    switch self {
    case .listed(let table):
      if ids.count - start <= Self.shortWord {
        table.mergeByScanning(&ids, from: start)
      } else {
        table.mergeByHeap(&ids, from: start)
      }
    // Looking up a scored pair takes longer, and few such models split a text into words.
    case .scored(let scored): scored.mergeByHeap(&ids, from: start)
    }
  }
}

/// SentencePiece's rule: adjacent tokens are merged if the vocabulary has their concatenation, the token with the best
/// rank first.
///
/// Concatenations are looked up on demand: a table of all pairs that make one of 262,144 tokens takes longer to build
/// than most programs spend encoding.
struct ScoredMerges: MergeRules, Sendable {
  private let vocabulary: Vocabulary
  /// By id, the lowest first; -1 for a token that no merge makes.
  private let ranks: [Int32]

  /// Ties are no longer distinguished from this length of the left part on.
  private static let longest = 511

  /// - Parameter ranks: by id, below `Vocabulary.idLimit`; -1 for a token that no merge makes.
  init(vocabulary: Vocabulary, ranks: [Int32]) { (self.vocabulary, self.ranks) = (vocabulary, ranks) }

  /// Of several ways to make a token, the one with the longer left part comes first, as in the lists of merges that
  /// transformers derives from such a vocabulary.
  subscript(left: Int32, right: Int32) -> Merge? {
    guard let result = vocabulary.id(of: left, followedBy: right), ranks[Int(result)] >= 0 else { return nil }
    let length = min(vocabulary.scalarCount(left), Self.longest)
    return Merge(rank: ranks[Int(result)] << 9 | Int32(Self.longest - length), result: result)
  }
}
