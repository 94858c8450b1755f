import Diagnostics
import Patching

/// What a sweep's added directions do together, and how much of it is not the sum of their separate effects.
public struct AdditivitySummary: QuestionSummary {
  public let sweep: String
  public let metric: Metric
  /// Root mean square, over cells and examples, of the change of the shown metric.
  public let change: Double
  /// The same for the interaction.
  public let interaction: Double
  /// The same for the norms of each activation, by its name.
  public let activations: [(hook: String, change: Double, interaction: Double)]
  /// How many directions are added; a single one has no interaction.
  public let directions: Int

  public var name: String { sweep }

  public static func words(_ summaries: [AdditivitySummary], of run: RunSetting) -> [String] {
    summaries.isEmpty ? [] : [summaries.map(\.line).joined(separator: "\n")]
  }

  /// What its directions change, and how much of that is not the sum of their separate effects.
  private var line: String {
    func part(_ name: String, _ change: Double, _ interaction: Double) -> String {
      let share = change > 0 ? " (\(decimal(100 * interaction / change, 1)) %)" : ""
      return "\(name) \(decimal(change, 3))"
        + (directions > 1 ? ", of which \(decimal(interaction, 3))\(share) is not the sum of each alone" : "")
    }
    let parts =
      [part(metric.rawValue, change, interaction)] + activations.map { part($0.hook, $0.change, $0.interaction) }
    return "\(sweep): change, root mean square over cells and prompts: \(parts.joined(separator: "; "))"
  }
}
