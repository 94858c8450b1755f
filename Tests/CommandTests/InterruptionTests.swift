import Foundation
import TestSupport
import Testing

/// Ctrl-C while a cache is written: exit status 130, and nothing half written is left. `ResumeTests` covers runs.
@Suite struct InterruptionTests {
  /// Large enough that a run takes several seconds.
  private static var model: TinyModel {
    var model = TinyModel()
    (model.layers, model.dModel, model.dMlp, model.heads) = (12, 128, 512, 8)
    return model
  }

  private func interrupt(_ arguments: [String], in place: Workplace, with signal: Int32) throws -> Tool.Finished {
    let running = try Tool.start(Tool.path, arguments, in: place.path)
    let deadline = Date(timeIntervalSinceNow: 60)
    while try place.written().isEmpty, running.process.isRunning, Date() < deadline { usleep(2000) }
    #expect(running.process.isRunning, "the run was over before it could be interrupted")
    kill(running.process.processIdentifier, signal)
    return try Tool.finish(running)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func cacheLeavesNothing(signal: Int32) throws {
    let place = try Workplace(Self.model)
    let line = "{\"prompt\": \"When Mary and John went to the store John gave a drink to\"}\n"
    try place.write("prompts.jsonl", String(repeating: line, count: 20000))
    let finished = try interrupt(
      ["cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", "out/cache.h5"], in: place,
      with: signal)
    try expectFailure(finished, status: 130, "error: interrupted", leaving: place)
  }
}
