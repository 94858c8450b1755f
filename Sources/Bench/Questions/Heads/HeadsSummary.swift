import Foundation
import Interventions
import Patching

/// What the heads that a run found strongest do: how much hangs on each by every sweep over heads, what they write into the logit difference
/// themselves, and where they look.
public struct HeadsSummary: QuestionSummary {
  /// One head.
  public struct Row: Sendable {
    public let layer: Int
    public let head: Int
    /// For each sweep, the head's mean normalised effect; nil where the sweep does not have the head.
    public let effects: [Double?]
    /// What the head adds to the logit difference of the clean run directly, averaged over examples; nil where there are no wrong tokens.
    public let direct: Double?
    /// For each of the gazes, what most of the head's attention in the clean run falls on, and how much; nil where it is spread out.
    public let looksAt: [Look?]
  }

  /// Part of a head's attention.
  public struct Look: Sendable, Hashable {
    public let source: Source
    public let share: Double
  }

  /// What attention falls on.
  public enum Source: Sendable, Hashable {
    case role(TokenRole)
    /// A place where all prompts, being of one length, have something that has no role; and the token there, if it is the same in all.
    case position(Int, token: String?)
  }

  /// The sweeps over heads.
  public let sweeps: [String]
  /// The positions that heads look from.
  public let gazes: [Gaze]
  /// By layer and head.
  public let rows: [Row]

  /// Where a head looks from.
  public enum Gaze: String, Sendable, CaseIterable {
    case end
    /// The last place in front of the end where a prompt has its wrong token, for prompts that have it twice or more.
    case wrongAgain
  }
}

/// What a token is to its prompt.
public enum TokenRole: Int, Sendable, Hashable, CaseIterable {
  case answer
  /// The first wrong token.
  case wrong
  /// A wrong token after the first.
  case wrongAgain
  /// What follows the first wrong token.
  case afterWrong
  /// The token that attends.
  case itself
  case previous
  /// The first token.
  case first
  /// Anything else; the last of all.
  case other
}

extension TokenRole {
  /// The roles of a clean prompt's tokens, seen from one of them; nil where the prompt has no such token.
  package static func roles(_ pair: PromptSet.Pair, from gaze: HeadsSummary.Gaze) -> (
    destination: Int, roles: [TokenRole]
  )? {
    let tokens = pair.clean
    let wrongs = tokens.indices.filter { pair.wrongs.contains(tokens[$0]) }
    let destination: Int
    switch gaze {
    case .end: destination = tokens.count - 1
    case .wrongAgain:
      guard wrongs.count >= 2, let last = wrongs.last else { return nil }
      destination = last
    }
    let roles = tokens.indices.map { index -> TokenRole in
      if pair.answers.contains(tokens[index]) { return .answer }
      if index == destination { return .itself }
      if index == wrongs.first { return .wrong }
      if wrongs.contains(index) { return .wrongAgain }
      if let first = wrongs.first, index == first + 1, destination > index { return .afterWrong }
      if index == destination - 1 { return .previous }
      return index == 0 ? .first : .other
    }
    return (destination, roles)
  }
}
