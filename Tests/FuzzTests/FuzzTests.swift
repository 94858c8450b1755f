import Foundation
import TestSupport
import Testing

/// A few hundred damaged files of every kind; `scripts/fuzz.sh` tries as many thousands. They run in separate
/// processes, so that a crash is a failed test and not the end of all tests.
@Suite struct FuzzTests {
  /// The executable is next to the test bundle, or next to the folder that the bundle is in.
  private static let path: String? = {
    for argument in [CommandLine.arguments[0]] + Bundle.allBundles.map(\.bundlePath) {
      var folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("patchbay-fuzz").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    return nil
  }()

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let path = try #require(Self.path, "patchbay-fuzz is not built")
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments + ["--findings", folder.path("findings")]
    let output = try folder.write("output", "")
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try folder.text("output"))
  }

  @Test func damagedFilesOfEveryKindAreRefusedOrSound() throws {
    let (status, output) = try run(["--count", "450", "--seed", "20", "--seconds", "60", "--jobs", "2"])
    #expect(status == 0, "\(output)")
    // Fifteen kinds, each with mutants that were refused.
    let rows = output.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count > 4 && $0[1] == "30" }
    #expect(rows.count == 15, "\(output)")
    for row in rows { #expect((Int(row[2]) ?? 0) > 5, "\(row)") }
    #expect(output.contains("all "))
  }
}
