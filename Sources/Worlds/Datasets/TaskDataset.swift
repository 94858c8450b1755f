/// The tasks for which prompt pairs can be drawn.
public enum TaskDataset: String, Sendable, Hashable, CaseIterable {
  case ioi
  case pronouns
  case agreement
  case successors
  case greaterThan = "greater-than"
  case induction
  case agency

  var grammar: any TaskGrammar {
    switch self {
    case .ioi: IndirectObjects()
    case .pronouns: Pronouns()
    case .agreement: Agreement()
    case .successors: Successors()
    case .greaterThan: GreaterThan()
    case .induction: Induction()
    case .agency: Agency()
    }
  }

  /// The ways to corrupt a prompt; the first is the default.
  public var corruptions: [String] { grammar.corruptions }

  /// In a few words.
  public var summary: String {
    switch self {
    case .ioi: "indirect objects: When Mary and John went to the store, John gave a drink to -> Mary"
    case .pronouns: "gendered pronouns: Mary lost the key because -> she"
    case .agreement: "subject and verb: The keys to the cabinet -> are"
    case .successors: "what comes next: Monday Tuesday Wednesday -> Thursday"
    case .greaterThan: "years: The war lasted from the year 1732 to the year 17 -> 33 or more"
    case .induction: "repeated random words: lamp cup tree lamp -> cup"
    case .agency: "things treated as subjects: In the tale the lamp could talk. The lamp -> wanted"
    }
  }
}

/// The pairs that were drawn, and why others were left out.
public struct DatasetSample: Sendable {
  /// All different, in the order in which they were drawn.
  public let items: [DatasetItem]
  /// How many pairs were left out for each reason, in the order in which the reasons first occurred.
  public let leftOut: [(reason: LeftOut, count: Int)]

  /// Why a pair was left out.
  public enum LeftOut: String, Sendable, Hashable, CaseIterable {
    case answerNotOneToken = "the answer is not one token"
    case wrongNotOneToken = "the wrong answer is not one token"
    case differentLengths = "clean and corrupted differ in their number of tokens"
    case notAligned = "more or fewer tokens than the first pair"
  }
}

extension TaskDataset {
  /// Draws pairs; the same arguments give the same pairs on every machine.
  /// - Parameters:
  ///   - count: how many pairs; fewer if the tokenizer or the grammar does not have as many.
  ///   - corruption: one of `corruptions`; nil for the first.
  ///   - isAligned: whether all pairs have the same frame, so that every position has the same kind of word.
  ///   - tokens: a tokenizer that pairs must suit: prompts of the same length, answers of one token after the prompt.
  ///     Of several answers, those of one token are kept. nil keeps everything.
  /// - Throws: `DatasetError`, and what `tokens` throws.
  public func sample(
    count: Int, seed: UInt64, corruption: String? = nil, split: DatasetSplit = .heldOut, isAligned: Bool = false,
    tokens: ((String) throws -> [Int32])? = nil
  ) throws -> DatasetSample {
    guard count > 0 else { throw DatasetError.badCount(count) }
    let corruption = corruption ?? corruptions[0]
    guard corruptions.contains(corruption) else {
      throw DatasetError.unknownCorruption(corruption, task: rawValue, known: corruptions)
    }
    let grammar = grammar
    var items: [DatasetItem] = []
    var seen: Set<String> = []
    var leftOut: [DatasetSample.LeftOut: Int] = [:]
    // Twenty times as many draws as requested find nearly everything there is.
    var draw = 0
    while items.count < count, draw < 20 * count + 1000 {
      var choice = Choice(seed: seed, index: draw)
      draw += 1
      let isHeldOut: Bool
      switch split {
      case .heldOut: isHeldOut = true
      case .training: isHeldOut = false
      case .all: isHeldOut = choice.chance(0.5)
      }
      var frame = isAligned ? Choice(seed: seed, index: -1) : choice.branch()
      let item = grammar.item(&choice, frame: &frame, corruption: corruption, isHeldOut: isHeldOut)
      guard seen.insert(item.clean).inserted else { continue }
      if isAligned, let tokens, let first = items.first, try tokens(first.clean).count != tokens(item.clean).count {
        leftOut[.notAligned, default: 0] += 1
        continue
      }
      switch try item.suited(to: tokens) {
      case .success(let item): items.append(item)
      case .failure(let problem): leftOut[problem.reason, default: 0] += 1
      }
    }
    guard !items.isEmpty else { throw DatasetError.nothingSuits(task: rawValue) }
    return DatasetSample(
      items: items, leftOut: DatasetSample.LeftOut.allCases.compactMap { why in leftOut[why].map { (why, $0) } })
  }
}

extension DatasetItem {
  struct Unsuited: Error { let reason: DatasetSample.LeftOut }

  /// The pair with only those answers that are one token.
  fileprivate func suited(to tokens: ((String) throws -> [Int32])?) throws -> Result<DatasetItem, Unsuited> {
    guard let tokens else { return .success(self) }
    let prompt = try tokens(clean)
    guard try tokens(corrupted).count == prompt.count else { return .failure(Unsuited(reason: .differentLengths)) }
    func single(_ answers: [String]) throws -> [String] {
      try answers.filter {
        let whole = try tokens(clean + $0)
        return whole.count == prompt.count + 1 && whole.starts(with: prompt)
      }
    }
    let (answers, wrongs) = (try single(answers), try single(wrongs))
    if answers.isEmpty { return .failure(Unsuited(reason: .answerNotOneToken)) }
    if wrongs.isEmpty { return .failure(Unsuited(reason: .wrongNotOneToken)) }
    return .success(
      DatasetItem(clean: clean, corrupted: corrupted, answers: answers, wrongs: wrongs, labels: labels))
  }
}
