import Diagnostics
import Foundation
import Testing

/// `patchbay mazes`: what the bundled policy can do, and what is refused.
@Suite struct MazesTests {
  /// What its card promises: 95 % or more of held-out mazes of every size that it was trained on.
  @Test func theBundledPolicyFindsTheCheese() throws {
    let finished = try Tool.run("mazes", "bundled:maze", "--count", "150", "--seed", "11", "--json", "--quiet")
    #expect(finished.status == 0 && finished.errors.isEmpty)
    let rows = try #require(try JSONValue(parsing: Array(finished.output.utf8)).arrayValue)
    #expect(rows.compactMap { $0.objectValue?["size"]?.integerValue } == [3, 5, 7, 9, 11, 13])
    for row in rows {
      let share = try #require(row.objectValue?["got_cheese"]?.doubleValue)
      #expect(share >= 0.95, "\(row)")
      #expect(row.objectValue?["cheese_elsewhere"]?.integerValue == 0)
    }
  }

  /// Elsewhere it finds it less often; sometimes it goes where the cheese used to be.
  @Test func cheeseElsewhere() throws {
    let arguments = ["mazes", "bundled:maze", "--sizes", "13", "--count", "60", "--cheese", "anywhere", "--quiet"]
    let finished = try Tool.run(arguments)
    #expect(finished.status == 0)
    let lines = finished.output.split(separator: "\n").map { $0.split(separator: " ") }
    let line = try #require(lines.first { $0.first == "13" }).joined(separator: " ")
    #expect(line.contains(" % of "))
    let json = try Tool.run(arguments + ["--json"])
    let row = try #require(try JSONValue(parsing: Array(json.output.utf8)).arrayValue?.first?.objectValue)
    let (got, instead) = (
      try #require(row["got_cheese"]?.doubleValue), try #require(row["corner_instead"]?.doubleValue)
    )
    #expect(got > 0.5 && got < 0.95 && instead > 0 && instead < 0.5)
    // The same seed gives the same mazes and actions.
    #expect(try Tool.run(arguments).output == finished.output)
  }

  @Test(
    arguments: [
      (
        ["bundled:ioi"], 65,
        "the patchbay model is not a maze policy, which takes pictures of 3 x 64 x 64 and has 15 actions"
      ),
      (["bundled:maze", "--sizes", "4"], 65, "a maze cannot have size 4; the size is an odd number from 3 to 25"),
      (["bundled:maze", "--sizes", "27"], 65, "a maze cannot have size 27; the size is an odd number from 3 to 25"),
      (["bundled:maza"], 66, "bundled:maza: no such bundled model (did you mean 'maze'?)"),
    ] as [([String], Int32, String)])
  func refusals(arguments: [String], status: Int32, message: String) throws {
    let finished = try Tool.run(["mazes"] + arguments)
    #expect(finished.status == status && finished.output.isEmpty)
    #expect(finished.errors == "error: \(message)\n")
  }

  /// Pictures, the policy, vectors and their effects, recomputed by numpy from the drawings in the results file.
  @Test(.enabled(if: PythonReadsTests.interpreter != nil, PythonReadsTests.absence))
  func steeringAgreesWithNumpy() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let place = try Workplace()
    try place.write(
      "check.yaml",
      """
      name: check
      model: bundled:maze
      mazes: {count: 4, sizes: [5, 9, 13], seed: 2}
      steering:
        - {name: cheese, add: {cheese: [-2, 1]}}
        - {name: both, add: {cheese: [-1, 0], top-right: [1, 2]}, site: embedder.block3.maxpool_out}
        - {name: mean, add: {top-right: 2}, from: mean, site: embedder.relufc_out}
        - {name: transfer, add: {cheese: -1}, from: every}
      """)
    let finished = try Tool.run("run", "check.yaml", "--output", "out", "--quiet", in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("report: out/check/report.html"))
    let check = try Tool.finish(
      try Tool.start(
        try #require(PythonReadsTests.interpreter),
        [
          "\(root)/scripts/python/check_mazes.py", "\(place.path)/out/check.h5",
          "\(root)/Sources/Models/BundledModels/Models/maze",
        ]))
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    for name in ["cheese", "both", "mean", "transfer", "all"] { #expect(check.output.contains("\(name): ")) }
  }

  /// Commands for text say that a policy takes none.
  @Test(arguments: [["logits", "bundled:maze", "--prompt", "a"], ["heads", "bundled:maze"]]) func text(
    arguments: [String]
  ) throws {
    let finished = try Tool.run(arguments)
    #expect(finished.status == 65)
    #expect(
      finished.errors
        == "error: the impala_policy model takes no tokens; policies are run by experiments with the key mazes\n")
  }
}
