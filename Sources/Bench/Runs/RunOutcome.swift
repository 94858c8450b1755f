import Analyses
import Patching
import Questions

/// What a run leaves behind.
public struct RunOutcome: Sendable {
  /// The results file.
  public let results: String
  /// The cache file, where one was asked for.
  public let cache: String?
  /// The metrics of the unedited runs.
  public let baselines: Baselines
  /// What the questions' answers come to, in the experiment's order, kind by kind; for those that have something to say.
  public let answers: [any QuestionSummary]
  /// What was found in the cache, where that was asked for.
  public let analysis: AnalysisOutcome?
  /// How many runs an earlier run had done, which were not done again.
  public let before: Int

  /// One for each sweep, in the experiment's order.
  public var summaries: [SweepSummary] { answers.compactMap { $0 as? SweepSummary } }

  /// One for each sweep that asks for it, in the experiment's order.
  public var additivity: [AdditivitySummary] { answers.compactMap { $0 as? AdditivitySummary } }

  /// What the strongest heads do; nil where no sweep goes over heads, or none of them moved anything.
  public var heads: HeadsSummary? { answers.lazy.compactMap { $0 as? HeadsSummary }.first }

  /// What vectors did in mazes, in the experiment's order.
  public var steering: [MazeSteeringResults] { answers.compactMap { $0 as? MazeSteeringResults } }
}
