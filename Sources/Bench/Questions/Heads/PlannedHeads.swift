import ActivationStore
import LabelledArrays
import Patching
import Workbenches

/// What the strongest heads do in the clean runs: what they write into the logit difference, and where they attend.
/// `/heads`.
///
/// Which heads these are is known only after the sweeps, so they are answered then; space is reserved for the largest
/// possible number.
package struct PlannedHeads: PlannedQuestion {
  /// What is known before the sweeps are done.
  package struct Plan: Sendable {
    let engine: PatchingEngine
    let sources: [HeadsSummary.Source]
    /// Whether all pairs have a wrong token, and so a logit difference.
    let hasDirect: Bool

    /// - Returns: nil if no sweep is over heads.
    package init?(_ questions: [any PlannedQuestion], engine: PatchingEngine, _ prompts: ResolvedPrompts) {
      guard questions.contains(where: { ($0 as? PlannedSweep).map(StrongestHeads.goesOverHeads) ?? false }) else {
        return nil
      }
      self.engine = engine
      sources = Self.sources(prompts)
      hasDirect = prompts.set.pairs.allSatisfy { !$0.wrongs.isEmpty }
    }

    /// A run per gaze, and one for what is written.
    package var runs: Int { HeadsSummary.Gaze.allCases.count + (hasDirect ? 1 : 0) }

    /// The direct parts of the heads, then what they attend to from each gaze.
    var rows: ExampleRows {
      let heads = LabelledAxis("head", .range(StrongestHeads.limit))
      let from = LabelledAxis("from", .texts(HeadsSummary.Gaze.allCases.map(\.rawValue)))
      let to = LabelledAxis("to", .texts(sources.map(\.name)))
      return ExampleRows([
        .init(Schema.HeadSummary.direct, [heads]), .init(Schema.HeadSummary.attention, [from, heads, to]),
      ])
    }

    package var room: PartialResults.Table { PartialResults.Table(name: "heads", width: rows.width) }

    /// The categories of attention: the roles and, instead of the last one if all prompts have the same length, their
    /// positions.
    private static func sources(_ prompts: ResolvedPrompts) -> [HeadsSummary.Source] {
      let clean = prompts.set.pairs.map(\.clean)
      guard clean.allSatisfy({ $0.count == prompts.set.longest }) else { return TokenRole.allCases.map { .role($0) } }
      let positions = (0..<prompts.set.longest).map { position -> HeadsSummary.Source in
        let tokens = Set(clean.map { $0[position] })
        return .position(position, token: tokens.count == 1 ? prompts.strings(Array(tokens))?.first : nil)
      }
      return TokenRole.allCases.filter { $0 != .other }.map { .role($0) } + positions
    }
  }

  let plan: Plan
  let strongest: StrongestHeads

  package init(plan: Plan, strongest: StrongestHeads) {
    self.plan = plan
    self.strongest = strongest
  }

  package var name: String { "heads" }
  package var runs: Int { plan.runs }
  package var room: AnswerRoom { .rows(plan.room) }
  private var engine: PatchingEngine { plan.engine }

  package func answer(_ unit: UnitOfWork) throws {
    guard !unit.missing(fromRows: plan.room.name).isEmpty else { return }
    try unit.check()
    let (columns, count) = (plan.rows.columns, unit.block.count)
    var direct = [Float](repeating: .nan, count: columns[0].width * count)
    var attention = [Float](repeating: .nan, count: columns[1].width * count)
    if !strongest.heads.isEmpty {
      if plan.hasDirect { try addDirect(to: &direct, unit.block) }
      for (place, gaze) in HeadsSummary.Gaze.allCases.enumerated() {
        try addAttention(to: &attention, from: gaze, place, unit.block)
      }
    }
    try unit.add(
      AnswerBlock(
        stage: stage, .rows(table: plan.room.name), examples: unit.block,
        values: [.init(Schema.HeadSummary.direct, direct), .init(Schema.HeadSummary.attention, attention)],
        runs: runs * count))
  }

  private func addDirect(to values: inout [Float], _ block: Range<Int>) throws {
    let found = try engine.directLogitAttribution(.clean, block: block)
    for (place, head) in strongest.heads.enumerated() {
      guard let part = found.parts.firstIndex(of: head.description) else { continue }
      values.replaceSubrange(place * block.count..<(place + 1) * block.count, with: found.values[part])
    }
  }

  /// Attention by category: [from, head, to, example].
  private func addAttention(
    to values: inout [Float], from gaze: HeadsSummary.Gaze, _ from: Int, _ block: Range<Int>
  ) throws {
    let roles = block.map { TokenRole.roles(engine.prompts.pairs[$0], from: gaze) }
    let rows = try engine.attentionRows(of: strongest.heads, .clean, block: block) {
      roles[$0 - block.lowerBound]?.destination
    }
    let classes = plan.sources.count
    for (column, known) in roles.enumerated() {
      guard let known else { continue }
      for (head, row) in rows[column].enumerated() {
        var sums = [Double](repeating: 0, count: classes)
        for (source, role) in known.roles.enumerated() {
          sums[min(role.rawValue + (role == .other ? source : 0), classes - 1)] += Double(row[source])
        }
        let start = (from * StrongestHeads.limit + head) * classes
        for (to, sum) in sums.enumerated() { values[(start + to) * block.count + column] = Float(sum) }
      }
    }
  }

  package func finish(_ finishing: Finishing) throws -> (any QuestionSummary)? {
    guard !strongest.heads.isEmpty else { return nil }
    let (limit, examples) = (StrongestHeads.limit, engine.prompts.count)
    let all = try plan.rows.arrays(from: finishing.partial, table: plan.room.name, check: finishing.check)
    let (heads, to) = (strongest.heads.count, plan.sources.count)
    let direct = Array(try all[0].numbers().prefix(heads * examples))
    let attending = try all[1].numbers()
    let attention = HeadsSummary.Gaze.allCases.indices.flatMap { from -> ArraySlice<Float> in
      let start = from * limit * to * examples
      return attending[start..<start + heads * to * examples]
    }
    let (from, of) = (all[1].axes[0], all[1].axes[2])
    let head = LabelledAxis("head", .texts(strongest.heads.map(\.description)))
    let example = LabelledAxis(Schema.Axis.example, .range(examples))
    var group = ArrayGroup(
      Schema.heads.path,
      attributes: [
        Schema.HeadSummary.sweeps: .texts(strongest.sweeps), Schema.HeadSummary.run: .text(RunSide.clean.rawValue),
      ])
    if plan.hasDirect { group.add(LabelledArray(Schema.HeadSummary.direct, axes: [head, example], values: direct)) }
    group.add(LabelledArray(Schema.HeadSummary.attention, axes: [from, head, of, example], values: attention))
    try finishing.results.write(group)
    return summary(direct: plan.hasDirect ? direct : nil, attention)
  }

  package func summary(of results: ResultsReader, baselines: Baselines) throws -> (any QuestionSummary)? {
    guard !strongest.heads.isEmpty, results.store.contains(Schema.heads.path) else { return nil }
    return summary(
      direct: plan.hasDirect ? try results.store.tensor(at: Schema.heads.path(Schema.HeadSummary.direct)).values : nil,
      try results.store.tensor(at: Schema.heads.path(Schema.HeadSummary.attention)).values)
  }

  /// - Parameters:
  ///   - direct: [head, example]
  ///   - attention: [from, head, to, example]
  private func summary(direct: [Float]?, _ attention: [Float]) -> HeadsSummary {
    let (examples, heads, to) = (engine.prompts.count, strongest.heads.count, plan.sources.count)
    func mean(_ values: [Float], _ row: Int) -> Double {
      let there = values[row * examples..<(row + 1) * examples].filter { !$0.isNaN }
      return there.isEmpty ? .nan : there.reduce(0) { $0 + Double($1) } / Double(there.count)
    }
    let gazes = HeadsSummary.Gaze.allCases
    let shares = gazes.indices.map { from in
      (0..<heads).map { head in (0..<to).map { mean(attention, (from * heads + head) * to + $0) } }
    }
    let seen = shares.map { $0.contains { $0.contains { !$0.isNaN } } }
    return HeadsSummary(
      sweeps: strongest.sweeps, gazes: zip(gazes, seen).filter(\.1).map(\.0),
      rows: strongest.heads.indices.map { index in
        HeadsSummary.Row(
          layer: strongest.heads[index].layer, head: strongest.heads[index].head, effects: strongest.effects[index],
          direct: direct.map { mean($0, index) },
          looksAt: zip(shares, seen).filter(\.1).map { shares, _ in look(shares[index]) })
      })
  }

  /// The source that gets most attention, if it gets at least a third.
  private func look(_ shares: [Double]) -> HeadsSummary.Look? {
    let named = plan.sources.indices.filter { plan.sources[$0] != .role(.other) }
    guard let best = named.max(by: { shares[$0] < shares[$1] }), shares[best] >= 1.0 / 3 else { return nil }
    return HeadsSummary.Look(source: plan.sources[best], share: shares[best])
  }
}

extension HeadsSummary.Source {
  /// Its label in files.
  fileprivate var name: String {
    switch self {
    case .role(let role): "\(role)"
    case .position(let position, _): "\(position)"
    }
  }
}
