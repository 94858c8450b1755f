import Foundation
import Interventions
import LabelledArrays
import Patching

/// What the heads that a run found strongest do: how much hangs on each by every sweep over heads, what they write into the logit difference
/// themselves, and where they look.
public struct HeadsSummary: Sendable {
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

extension HeadsSummary {
  /// Sums up a run whose sweeps are done.
  /// - Returns: nil where no sweep goes over heads, or none of them moved anything.
  /// - Throws: `RunError`.
  init?(_ run: ExperimentRun, _ summaries: [SweepSummary], perSweep: Int = 3, atMost: Int = 10) throws {
    let overHeads = zip(run.plans, summaries).filter { $0.0.goesOverHeads }
    guard !overHeads.isEmpty else { return nil }
    var effects: [Head: [Double?]] = [:]
    var chosen: Set<Head> = []
    for (index, (plan, summary)) in overHeads.enumerated() {
      var own: [(head: Head, effect: Double)] = []
      for cell in 0..<plan.cells where plan.hasPath?[cell] ?? true {
        guard let head = plan.head(ofCell: cell), !summary.effects[cell].isNaN else { continue }
        effects[head, default: [Double?](repeating: nil, count: overHeads.count)][index] = summary.effects[cell]
        own.append((head, summary.effects[cell]))
      }
      own.sort { ($0.effect.magnitude, $1.head) > ($1.effect.magnitude, $0.head) }
      chosen.formUnion(own.prefix(perSweep).filter { $0.effect.magnitude >= 0.02 }.map(\.head))
    }
    guard !chosen.isEmpty else { return nil }
    func strength(_ head: Head) -> Double { (effects[head] ?? []).reduce(0) { max($0, $1?.magnitude ?? 0) } }
    let heads = chosen.sorted { (strength($0), $1) > (strength($1), $0) }.prefix(atMost).sorted()
    let places = heads.map { (layer: $0.layer, head: $0.head) }
    let pairs = run.prompts.set.pairs
    let sources = Self.sources(run.prompts)
    let shares = try Gaze.allCases.map { gaze in
      try run.plainEngine.attentionShares(of: places, .clean, classes: sources.count) { example in
        TokenRole.roles(pairs[example], from: gaze).map { destination, roles in
          let classes = roles.indices.map { roles[$0].rawValue + (roles[$0] == .other ? $0 : 0) }
          return (destination, classes.map { min($0, sources.count - 1) })
        }
      }
    }
    var direct: [String: Double] = [:]
    if pairs.allSatisfy({ !$0.wrongs.isEmpty }) {
      let attribution = try run.plainEngine.directLogitAttribution(.clean)
      for (part, values) in zip(attribution.parts, attribution.values) {
        direct[part] = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      }
    }
    sweeps = overHeads.map(\.0.name)
    let seen = shares.map { $0.contains { $0.contains { !$0.isNaN } } }
    gazes = zip(Gaze.allCases, seen).filter(\.1).map(\.0)
    rows = heads.indices.map { index in
      let head = heads[index]
      return Row(
        layer: head.layer, head: head.head, effects: effects[head] ?? [],
        direct: direct["\(head.layer).\(head.head)"],
        looksAt: zip(shares, seen).filter(\.1).map { shares, _ in Self.look(shares[index], sources) })
    }
  }

  /// The source that gets most, if it gets at least a third.
  private static func look(_ shares: [Double], _ sources: [Source]) -> Look? {
    let named = sources.indices.filter { sources[$0] != .role(.other) }
    guard let best = named.max(by: { shares[$0] < shares[$1] }), shares[best] >= 1.0 / 3 else { return nil }
    return Look(source: sources[best], share: shares[best])
  }

  /// What attention is counted by: the roles, and in place of the last, where all prompts are of one length, their positions.
  private static func sources(_ prompts: ResolvedPrompts) -> [Source] {
    let clean = prompts.set.pairs.map(\.clean)
    guard clean.allSatisfy({ $0.count == prompts.set.longest }) else { return TokenRole.allCases.map { .role($0) } }
    let positions = (0..<prompts.set.longest).map { position -> Source in
      let tokens = Set(clean.map { $0[position] })
      return .position(position, token: tokens.count == 1 ? prompts.strings(Array(tokens))?.first : nil)
    }
    return TokenRole.allCases.filter { $0 != .other }.map { .role($0) } + positions
  }

  fileprivate struct Head: Hashable, Comparable {
    let layer: Int
    let head: Int

    static func < (a: Head, b: Head) -> Bool { (a.layer, a.head) < (b.layer, b.head) }
  }
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

extension PlannedSweep {
  /// Whether each cell is a head, with the whole of the effect that the sweep has at it.
  fileprivate var goesOverHeads: Bool {
    switch spec.kind {
    case .site(let sweep):
      ["z", "result", "pattern", "q"].contains(sweep.site.name.rawValue) && Set(axes.map(\.name)) == ["layer", "head"]
    case .path: axes.first?.name == "sender" && axes.count == 1
    case .edges: false
    }
  }

  /// The head that a cell is about.
  fileprivate func head(ofCell cell: Int) -> HeadsSummary.Head? {
    let labels = Dictionary(uniqueKeysWithValues: zip(axes.map(\.name), labels(ofCell: cell)))
    if let sender = labels["sender"] {
      guard case .head(let layer, let head)? = Sender(sender) else { return nil }
      return HeadsSummary.Head(layer: layer, head: head)
    }
    guard let layer = labels["layer"].flatMap(Int.init), let head = labels["head"].flatMap(Int.init) else { return nil }
    return HeadsSummary.Head(layer: layer, head: head)
  }
}
