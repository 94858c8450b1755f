import Diagnostics
import ExperimentFile
import Reports

extension HeadsSummary {
  public var name: String { "heads" }

  public static func words(_ summaries: [HeadsSummary], of run: RunSetting) -> [String] { summaries.map(\.report) }

  /// As printed by `patchbay run`.
  var report: String {
    let hasDirect = rows.contains { $0.direct != nil }
    var table = TextTable(
      header: ["head"] + sweeps + (hasDirect ? ["direct"] : []) + gazes.map(\.heading),
      alignments: [TextTable.Alignment](repeating: .right, count: 1 + sweeps.count + (hasDirect ? 1 : 0)))
    for row in rows {
      table.add(
        ["\(row.layer).\(row.head)"] + row.effects.map { $0.map { decimal($0, 3) } ?? "-" }
          + (hasDirect ? [row.direct.map { decimal($0, 2) } ?? "-"] : [])
          + row.looksAt.map { look in look.map { "\($0.source.text) \(decimal($0.share, 2))" } ?? "several tokens" })
    }
    let direct = hasDirect ? "; direct: what it writes directly into the clean logit difference" : ""
    return """
      heads: effects by sweep\(direct); where it attends in the clean runs

      \(table.text)
      """
  }
}

extension HeadsSummary.Gaze {
  fileprivate var heading: String {
    switch self {
    case .end: "from the end at"
    case .wrongAgain: "from the wrong token's last position at"
    }
  }
}

extension HeadsSummary.Source {
  fileprivate var text: String {
    switch self {
    case .role(let role): HeadWords.source("\(role)")
    case .position(let position, let token): "position \(position)" + (token.map { " \(quoted($0))" } ?? "")
    }
  }
}
