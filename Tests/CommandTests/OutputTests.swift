import Foundation
import Testing

/// Outputs that cannot be created or completely written.
@Suite struct OutputTests {
  private func cache(_ output: String, in place: Workplace) throws -> Tool.Finished {
    try place.write("prompts.jsonl", "{\"prompt\": \"When Mary and John went\"}\n")
    return try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", output, in: place.path)
  }

  @Test func aPathBelowARegularFile() throws {
    let place = try Workplace()
    try place.write("file", "here")
    try expectFailure(try cache("file/cache.h5", in: place), status: 73, "'file' is not a folder", leaving: place)
    _ = try place.experiment()
    try expectFailure(
      try Tool.run("run", "experiment.yaml", "--output", "file/below", in: place.path), status: 73,
      "file/below: the folder cannot be created: Not a directory", leaving: place)
    #expect(try String(contentsOfFile: "\(place.path)/file", encoding: .utf8) == "here")
  }

  @Test func aFolderThatIsNotThere() throws {
    let place = try Workplace()
    try expectFailure(try cache("nowhere/cache.h5", in: place), status: 73, "the folder 'nowhere' does not exist")
    try expectFailure(try cache("out", in: place), status: 73, "a folder of that name is in the way", leaving: place)
  }

  @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
  func aFolderThatMayNotBeWrittenTo() throws {
    let place = try Workplace()
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: place.out)
    defer {
      do { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.out) } catch {
        print("left read-only: \(place.out)")
      }
    }
    try expectFailure(try cache("out/cache.h5", in: place), status: 73, "Permission denied", leaving: place)
  }

  /// A limit on file sizes simulates a full disk: writing fails in the middle.
  @Test(arguments: [
    "run experiment.yaml --output out", "cache model --prompts prompts.jsonl --hooks '*' --output out/c.h5",
  ])
  func aFullDisk(command: String) throws {
    let place = try Workplace()
    _ = try place.experiment()
    try place.write("prompts.jsonl", String(repeating: "{\"prompt\": \"When Mary and John went\"}\n", count: 50))
    let finished = try Tool.shell("ulimit -f 20; trap '' XFSZ; exec \"$PATCHBAY\" \(command)", in: place.path)
    try expectFailure(finished, status: 74, "failed: File too large", leaving: place)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "this system has no /dev/full"))
  func aFullStandardOutput() throws {
    let place = try Workplace()
    let finished = try Tool.shell("\"$PATCHBAY\" hooks model > /dev/full", in: place.path)
    try expectFailure(finished, status: 74, "standard output cannot be written: No space left on device")
  }

  @Test func aReaderThatHasSeenEnough() throws {
    let place = try Workplace()
    let finished = try Tool.shell("set -o pipefail; \"$PATCHBAY\" hooks model | true", in: place.path)
    #expect(finished.status == 0)
    #expect(finished.errors.isEmpty)
  }

  @Test func whatWasThereStaysWhenARunFails() throws {
    let place = try Workplace()
    #expect(try cache("out/cache.h5", in: place).status == 0)
    let before = try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/cache.h5"))
    try place.write("prompts.jsonl", "{\"prompt\": \"When Mary\"}\n{\"tokens\": [99]}\n")
    let finished = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", "out/cache.h5", in: place.path)
    #expect(finished.status == 65)
    #expect(try place.written() == ["cache.h5"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/cache.h5")) == before)
  }

  @Test func theOutputIsNotAnInput() throws {
    let place = try Workplace()
    try expectFailure(
      try cache("prompts.jsonl", in: place), status: 64, "would overwrite the prompts", leaving: place)
    #expect(try String(contentsOfFile: "\(place.path)/prompts.jsonl", encoding: .utf8).hasPrefix("{"))
  }
}
