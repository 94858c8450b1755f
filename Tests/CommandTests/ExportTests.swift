import Foundation
import Testing

/// `patchbay export`, and the exports of `patchbay run`.
@Suite struct ExportCommandTests {
  @Test func aReportIsMadeWhereItIsAskedFor() throws {
    let place = try Workplace()
    _ = try place.experiment()
    #expect(try Tool.run("run", "experiment.yaml", "--output", "out", "--quiet", in: place.path).status == 0)
    let report = try String(contentsOfFile: "\(place.out)/names/report.html", encoding: .utf8)
    let finished = try Tool.run("export", "out/names.h5", "--output", "elsewhere", in: place.path)
    #expect(finished.status == 0 && finished.errors.isEmpty)
    #expect(finished.output == "report: elsewhere/names/report.html\nnotebook: elsewhere/names/names.ipynb\n")
    // What the run made and what is made from its file later are identical.
    #expect(try String(contentsOfFile: "\(place.path)/elsewhere/names/report.html", encoding: .utf8) == report)
    // Without a folder, next to other experiments.
    #expect(
      try Tool.run("export", "out/names.h5", in: place.path).output
        == "report: notebooks-export/names/report.html\nnotebook: notebooks-export/names/names.ipynb\n")
    // Prompts of two lengths: no tokens for all, and cells at positions missing from the second are over one prompt.
    #expect(report.contains("Prompts have 6 to 13 tokens"))
    #expect(report.contains("Next to the results file: names.cache.h5."))
  }

  @Test func whatIsNoResultsFileIsRefused() throws {
    let place = try Workplace()
    _ = try place.experiment()
    #expect(try Tool.run("run", "experiment.yaml", "--output", "out", "--quiet", in: place.path).status == 0)
    try expectFailure(
      try Tool.run("export", "out/names.cache.h5", in: place.path), status: 65, "patchbay-cache", "patchbay-results")
    try expectFailure(try Tool.run("export", "experiment.yaml", in: place.path), status: 65, "experiment.yaml")
    try expectFailure(try Tool.run("export", "none.h5", in: place.path), status: 66, "none.h5")
    try place.write("file", "here")
    try expectFailure(
      try Tool.run("export", "out/names.h5", "--output", "file", in: place.path), status: 73,
      "cannot create the folder 'file/names'")
  }

  @Test(.enabled(if: PythonReadsTests.interpreter != nil, PythonReadsTests.absence))
  func numpyFindsTheSameNumbers() throws {
    let place = try Workplace()
    _ = try place.experiment(
      ("[logit_diff, rank]", "[logit_diff, prob]"),
      (
        "sweeps:\n",
        """
        sweeps:
          - {name: both, site: z, over: [layer, head], method: both}
          - {name: steer, site: resid_pre, over: [layer], edit: {add: {from: difference, coefficient: [-1, 0.5]}}}
          - {name: edges, path: {edges: heads}}

        """
      ))
    let run = try Tool.run("run", "experiment.yaml", "--output", "out", "--quiet", in: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let python = try #require(PythonReadsTests.interpreter)
    let check = try Tool.shell(
      "'\(python)' '\(root.path)/scripts/python/check_report.py' out/names.h5 out/names", in: place.path)
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    for name in ["both", "steer", "edges", "heads", "resid_pre"] { #expect(check.output.contains("\(name): ")) }
  }
}
