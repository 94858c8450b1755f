import Patching
import Questions

/// What a run reports as it goes: its answers, block by block as they are found; its progress; and its outcome at the
/// end.
public enum RunEvent: Sendable {
  /// The run starts, or is resumed: `before` of `total` runs of one prompt are done.
  case began(total: Int, before: Int)
  /// Part of an answer has been found.
  case answer(AnswerBlock)
  /// The run's progress; after every answer, and while a cache is written.
  case progress(RunProgress)
  /// Everything is written.
  case finished(RunOutcome)
}

/// The progress of a run.
public struct RunProgress: Sendable, Hashable {
  /// The current stage: a question's name, or `cache`.
  public let stage: String
  /// How many runs of one prompt are done, including those of an earlier run, and how many there are in total.
  public let done: Int
  public let total: Int
  /// How many were done by an earlier run.
  public let before: Int
}

/// Takes a run's events: the partial file is one sink, the progress line another. One event is delivered at a time.
///
/// A sink that throws ends the run; what earlier sinks have taken remains.
public protocol RunSink: Sendable {
  func receive(_ event: RunEvent) throws
}

/// Calls a function with every event.
public struct EventHandler: RunSink {
  private let handler: @Sendable (RunEvent) throws -> Void

  public init(_ handler: @escaping @Sendable (RunEvent) throws -> Void) { self.handler = handler }

  public func receive(_ event: RunEvent) throws { try handler(event) }
}
