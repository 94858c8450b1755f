import ActivationStore
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct RunAndInspectTests {
  @Test func runWritesResultsAndSaysWhere() throws {
    let place = try Workplace()
    _ = try place.experiment()
    let finished = try Tool.run(
      "run", "experiment.yaml", "--output", "out", "--threads", "2", "--memory", "64M", in: place.path)
    #expect(finished.status == 0 && finished.errors.isEmpty)
    #expect(finished.output.contains("results: out/names.h5"))
    #expect(finished.output.contains("cache: out/names.cache.h5"))
    #expect(finished.output.contains(/\nresid_pre +26  layer \d, position \d+/))
    #expect(finished.output.hasSuffix("report: out/names/report.html\nnotebook: out/names/names.ipynb\n"))
    #expect(try place.written().filter { $0.hasSuffix(".h5") } == ["names.cache.h5", "names.h5"])
    #expect(try place.written().contains("names/figures/sweep-heads.png"))
    let results = try ResultsReader("\(place.out)/names.h5")
    #expect(results.store.isComplete)
    #expect(try results.sweeps() == ["heads", "resid_pre"])
    #expect(try results.header().experiment == Workplace.experiment)
    #expect(try results.values(sweep: "heads", dataset: "logit_diff").shape == [2, 2, 2])
    // Positions that the second prompt does not have.
    let values = try results.values(sweep: "resid_pre", dataset: "logit_diff")
    #expect(values.shape == [2, 13, 2])
    #expect(values[[0, 5, 1]].isFinite && values[[0, 6, 1]].isNaN && values[[0, 6, 0]].isFinite)
  }

  @Test func theDefaultFolderAndAnotherModel() throws {
    let place = try Workplace()
    var other = TinyModel()
    (other.seed, other.layers) = (2, 3)
    try other.write(to: "\(place.path)/other")
    _ = try place.experiment(("model: model\n", ""))
    try expectFailure(try Tool.run("run", "experiment.yaml", in: place.path), status: 65, "no model", "--model")
    let finished = try Tool.run("run", "experiment.yaml", "--model", "other", "--quiet", in: place.path)
    #expect(finished.status == 0 && finished.errors.isEmpty)
    let results = try ResultsReader("\(place.path)/activations/names.h5")
    #expect(try results.values(sweep: "heads", dataset: "logit_diff").shape == [3, 2, 2])
    #expect(try results.header().model == "other")
  }

  @Test func inspectDescribesResults() throws {
    let place = try Workplace()
    _ = try place.experiment()
    #expect(try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path).status == 0)
    let text = try Tool.run("inspect", "out/names.h5", in: place.path)
    #expect(text.status == 0 && text.errors.isEmpty)
    #expect(text.output.hasPrefix("out/names.h5: patchbay-results, complete\n"))
    #expect(text.output.contains("[layer 2, head 2, example 2]"))
    #expect(text.output.contains("sweep resid_pre [layer 2, position 13, example 2]: the strongest cells"))

    let finished = try Tool.run("inspect", "out/names.h5", "--json", in: place.path)
    #expect(finished.status == 0)
    let json = try JSONValue(parsing: Array(finished.output.utf8))
    #expect(json["format"]?.stringValue == "patchbay-results")
    #expect(json["complete"]?.boolValue == true)
    #expect(json["attributes"]?["direction"]?.stringValue == "denoise")
    let datasets = try #require(json["datasets"]?.arrayValue)
    let heads = try #require(datasets.first { $0["path"]?.stringValue == "/sweeps/heads/logit_diff" })
    #expect(heads["dims"]?.arrayValue?.map(\.stringValue) == ["layer", "head", "example"])
    #expect(heads["shape"]?.arrayValue?.map(\.integerValue) == [2, 2, 2])
    let sweeps = try #require(json["sweeps"]?.arrayValue)
    #expect(sweeps.compactMap { $0["name"]?.stringValue } == ["heads", "resid_pre"])
    try checkStrongest(try #require(sweeps[0]["strongest"]?.arrayValue?.first), in: place)
  }

  /// The strongest head, recomputed from the file.
  private func checkStrongest(_ strongest: JSONValue, in place: Workplace) throws {
    let results = try ResultsReader("\(place.out)/names.h5")
    let base = try #require(try results.baseline(.corrupted)["logit_diff"])
    let values = try results.values(sweep: "heads", dataset: "logit_diff")
    var best: (change: Double, layer: Int, head: Int) = (0, -1, -1)
    for layer in 0..<2 {
      for head in 0..<2 {
        let change = (0..<2).reduce(0.0) { $0 + Double(values[[layer, head, $1]] - base[$1]) } / 2
        if abs(change) > abs(best.change) { best = (change, layer, head) }
      }
    }
    #expect(strongest["cell"]?["layer"]?.integerValue == best.layer)
    #expect(strongest["cell"]?["head"]?.integerValue == best.head)
    #expect(abs((strongest["change"]?.doubleValue ?? .nan) - best.change) < 1e-6)
  }

  @Test func inspectDescribesCaches() throws {
    let place = try Workplace()
    try place.write("prompts.jsonl", "{\"tokens\": [1, 2, 3]}\n{\"tokens\": [4]}\n")
    #expect(
      try Tool.run(
        "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "blocks.*.attn.hook_pattern", "--output", "out/c.h5",
        in: place.path
      ).status == 0)
    let text = try Tool.run("inspect", "out/c.h5", in: place.path)
    #expect(text.status == 0)
    #expect(text.output.contains("[example 2, head 2, destination 3, source 3]"))
    let json = try JSONValue(parsing: Array(try Tool.run("inspect", "out/c.h5", "--json", in: place.path).output.utf8))
    #expect(json["format"]?.stringValue == "patchbay-cache")
    #expect(json["sweeps"] == nil)
  }

  @Test func filesThatAreNotOurs() throws {
    let place = try Workplace()
    _ = try place.experiment()
    #expect(try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path).status == 0)
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/names.h5"))
    try place.write("cut.h5", Array(whole.prefix(whole.count * 2 / 3)))
    try place.write("text.h5", "not HDF5")
    try place.write("empty.h5", "")
    func inspect(_ file: String) throws -> Tool.Finished { try Tool.run("inspect", file, in: place.path) }
    try expectFailure(try inspect("cut.h5"), status: 65, "'cut.h5': the file ends too early")
    try expectFailure(try inspect("text.h5"), status: 65, "'text.h5': not an HDF5 file")
    try expectFailure(try inspect("empty.h5"), status: 65, "'empty.h5': not an HDF5 file")
    try expectFailure(try inspect("nowhere.h5"), status: 66, "'nowhere.h5': no such file")
    try expectFailure(try inspect("out"), status: 66, "'out': not a file")
  }

  @Test func anHDF5FileOfAnotherFormat() throws {
    try expectFailure(
      try Tool.run("inspect", SharedFolder.path("golden/gpt2/golden.h5")), status: 65,
      "an HDF5 file without the attribute 'format'; expected 'patchbay-results' or 'patchbay-cache'")
  }
}
