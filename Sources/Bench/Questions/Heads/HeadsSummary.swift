import Foundation
import Interventions
import Patching

/// What the strongest heads of a run do: their effect in every sweep over heads, what they write directly into the
/// logit difference, and where they attend.
public struct HeadsSummary: QuestionSummary {
  /// One head.
  public struct Row: Sendable {
    public let layer: Int
    public let head: Int
    /// For each sweep, the head's mean normalised effect; nil if the sweep does not have the head.
    public let effects: [Double?]
    /// What the head adds directly to the logit difference of the clean run, averaged over examples; nil without wrong
    /// tokens.
    public let direct: Double?
    /// For each gaze, what gets most of the head's attention in the clean run, and how much; nil if it is spread out.
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
    /// A position, if all prompts have the same length, of a token without a role; and the token, if it is the same in
    /// all.
    case position(Int, token: String?)
  }

  /// The sweeps over heads.
  public let sweeps: [String]
  /// The positions that heads attend from.
  public let gazes: [Gaze]
  /// By layer and head.
  public let rows: [Row]

  /// Where a head attends from.
  public enum Gaze: String, Sendable, CaseIterable {
    case end
    /// The last position before the end of a prompt's wrong token, for prompts that have it at least twice.
    case wrongAgain
  }
}

/// The role of a token in its prompt.
public enum TokenRole: Int, Sendable, Hashable, CaseIterable {
  case answer
  /// The first wrong token.
  case wrong
  /// A later wrong token.
  case wrongAgain
  /// The token after the first wrong token.
  case afterWrong
  /// The token that attends.
  case itself
  case previous
  /// The first token.
  case first
  /// Anything else; always last.
  case other
}

extension TokenRole {
  /// The roles of a clean prompt's tokens, relative to one of them; nil if the prompt has no such token.
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
