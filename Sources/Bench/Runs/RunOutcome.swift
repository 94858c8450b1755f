import Analyses
import Patching
import Questions

/// The outcome of a run.
public struct RunOutcome: Sendable {
  /// The results file.
  public let results: String
  /// The cache file, if requested.
  public let cache: String?
  /// The metrics of the unedited runs.
  public let baselines: Baselines
  /// Summaries of the questions' answers, in the experiment's order, kind by kind; only of questions with something to
  /// report.
  public let answers: [any QuestionSummary]
  /// The results of the analyses, if requested.
  public let analysis: AnalysisOutcome?
  /// How many runs an earlier run had done, which were not repeated.
  public let before: Int

  /// One per sweep, in the experiment's order.
  public var summaries: [SweepSummary] { answers.compactMap { $0 as? SweepSummary } }

  /// One per sweep that requests it, in the experiment's order.
  public var additivity: [AdditivitySummary] { answers.compactMap { $0 as? AdditivitySummary } }

  /// What the strongest heads do; nil if no sweep is over heads, or no head had an effect.
  public var heads: HeadsSummary? { answers.lazy.compactMap { $0 as? HeadsSummary }.first }

  /// The effects of vectors in mazes, in the experiment's order.
  public var steering: [MazeSteeringResults] { answers.compactMap { $0 as? MazeSteeringResults } }
}
