import Patching
import Questions

/// What a run tells while it goes: its answers, block by block as they are found, how far it is, and at the end what it leaves behind.
public enum RunEvent: Sendable {
  /// The run begins, or is resumed: `before` of `total` runs of one prompt are done.
  case began(total: Int, before: Int)
  /// Part of an answer has been found.
  case answer(AnswerBlock)
  /// How far the run is; after every answer, and while a cache is written.
  case progress(RunProgress)
  /// Everything is written.
  case finished(RunOutcome)
}

/// How far a run is.
public struct RunProgress: Sendable, Hashable {
  /// What is being done: a question's name, or `cache`.
  public let stage: String
  /// Runs of one prompt that are done, those of an earlier run included, and how many there are in all.
  public let done: Int
  public let total: Int
  /// Those that an earlier run had done.
  public let before: Int
}

/// Takes a run's events: the file of the run under way is one, the progress line another. One event is delivered at a time.
///
/// A sink that throws ends the run; what sinks before it have taken stays.
public protocol RunSink: Sendable {
  func receive(_ event: RunEvent) throws
}

/// Calls a function with every event.
public struct EventHandler: RunSink {
  private let handler: @Sendable (RunEvent) throws -> Void

  public init(_ handler: @escaping @Sendable (RunEvent) throws -> Void) { self.handler = handler }

  public func receive(_ event: RunEvent) throws { try handler(event) }
}
