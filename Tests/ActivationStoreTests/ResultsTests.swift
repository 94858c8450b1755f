import ActivationStore
import Foundation
import LabelledArrays
import TestSupport
import Testing

@Suite struct ResultsTests {
  let scratch: TemporaryFolder
  init() throws { scratch = try TemporaryFolder() }

  @Test func whatIsWrittenIsReadBack() throws {
    try Samples.writeResults(scratch.path("r.h5"))
    let reader = try ResultsReader(scratch.path("r.h5"))
    #expect(reader.store.format == .results && reader.store.isComplete)
    #expect(try reader.header() == Samples.resultsHeader)
    var prompts = Samples.prompts
    prompts[0].cleanTokenStrings?[3] = "\u{2400}"
    prompts[0].corruptedTokenStrings?[3] = "\u{2400}"
    #expect(try reader.prompts() == prompts)
    #expect(try reader.baselineRuns() == [.clean, .corrupted])
    #expect(try reader.baseline(.corrupted) == ["logit_diff": [-3, -3.5, -4], "prob": [0, 0.5, 1]])
    #expect(try reader.sweeps() == ["heads", "into-9.9-q", "steer"])

    let heads = try reader.sweep("heads")
    #expect(heads.axes == Samples.headAxes && heads.examples == 3)
    #expect(heads.floatDatasets == ["change_norm", "logit_diff", "logit_diff_attribution"])
    #expect(heads.attributes == ["site": .text("z"), "edit": .text("patch")])
    let values = try reader.values(sweep: "heads", dataset: "logit_diff")
    #expect(values.shape == [2, 3, 3])
    for layer in 0..<2 {
      for head in 0..<3 {
        for example in 0..<3 {
          let value = values[[layer, head, example]]
          #expect(layer == 1 && head == 2 ? value.isNaN : value == Samples.headValue(layer, head, example))
        }
      }
    }
    let path = try reader.sweep("into-9.9-q")
    #expect(path.axes.map(\.labels) == [.texts(["7.3", "mlp.0", "embed"]), .texts(["9.9.q"])])
    #expect(path.flagDatasets == ["has_path"])
    #expect(try reader.flags(sweep: "into-9.9-q", dataset: "has_path") == [1, 1, 0])
    let steer = try reader.values(sweep: "steer", dataset: "logit_diff").values
    #expect(steer.prefix(3).allSatisfy(\.isNaN) && Array(steer.dropFirst(3)) == (0..<9).map { Float($0) + 0.5 })
    #expect(try reader.sweep("steer").axes.last?.labels == .numbers([0.1, 2]))
  }

  @Test func aDatasetIsDescribed() throws {
    try Samples.writeResults(scratch.path("r.h5"))
    let store = try StoreReader(scratch.path("r.h5"))
    let description = try store.describe("/sweeps/heads/logit_diff")
    #expect(description.shape == [2, 3, 3] && description.type == .float32 && !description.isScale)
    #expect(description.dimensions == ["layer", "head", "example"] && description.filters == ["fletcher32"])
    #expect(try store.describe("/sweeps/heads/layer").isScale)
    #expect(try store.labels(of: "head", of: "/sweeps/heads/logit_diff") == .range(3))
    #expect(try store.listing() == GroupListing(groups: ["baseline", "prompts", "sweeps"], datasets: []))
    #expect(try store.listing(of: "/baseline/clean").datasets == ["example", "logit_diff", "prob"])
    #expect(try store.allDatasets(below: "/baseline").count == 6)
  }

  @Test func nothingIsLeftWithoutFinish() throws {
    let path = scratch.path("r.h5")
    do {
      let writer = try Samples.startResults(path)
      #expect(FileManager.default.fileExists(atPath: path + ".partial"))
      try writer.flush()
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    let writer = try Samples.startResults(path)
    writer.discard()
    #expect(throws: StoreError.alreadyClosed(path: path)) { try writer.finish() }
    #expect(throws: StoreError.alreadyClosed(path: path)) {
      try writer.write(sweep: "heads", dataset: "logit_diff", cell: [0, 0], values: [1, 2, 3])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
  }

  @Test func aFinishedFileTakesThePlaceOfAnOlderOne() throws {
    let path = scratch.path("r.h5")
    try Data("an older file".utf8).write(to: URL(filePath: path))
    try Data("left by a run that was killed".utf8).write(to: URL(filePath: path + ".partial"))
    try Samples.writeResults(path)
    #expect(try ResultsReader(path).sweeps().count == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["r.h5"])
  }

  @Test func manyWorkersWriteAtOnce() async throws {
    let writer = try ResultsWriter(
      creating: scratch.path("r.h5"), header: Samples.resultsHeader, prompts: Samples.prompts)
    try writer.declare(
      SweepDeclaration(
        name: "big", axes: [LabelledAxis("layer", .range(40)), LabelledAxis("head", .range(30))], metrics: ["kl"]))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          for cell in stride(from: worker, to: 1200, by: 8) {
            let values = (0..<3).map { Float(cell * 3 + $0) }
            try writer.write(sweep: "big", dataset: "kl", cells: cell..<(cell + 1), values: values)
          }
        }
      }
      try await group.waitForAll()
    }
    try writer.finish()
    let values = try ResultsReader(scratch.path("r.h5")).values(sweep: "big", dataset: "kl").values
    #expect(values == (0..<3600).map(Float.init))
  }

  @Test func wrongUseIsRefused() throws {
    let path = scratch.path("r.h5")
    let writer = try Samples.startResults(path)
    func refusal(_ body: () throws -> Void) -> StoreError? { #expect(throws: StoreError.self, performing: body) }
    #expect(
      refusal { try writer.write(sweep: "heads", dataset: "logit_dif", cell: [0, 0], values: [1, 2, 3]) }?.message
        .contains("did you mean '/sweeps/heads/logit_diff'?") == true)
    #expect(
      refusal { try writer.write(sweep: "haeds", dataset: "kl", cell: [0], values: []) }?.message
        .contains("'/sweeps/heads'") == true)
    #expect(
      refusal { try writer.write(sweep: "heads", dataset: "logit_diff", cell: [0, 3], values: [1, 2, 3]) }
        == .wrongShape(path: path, dataset: "/sweeps/heads/logit_diff", found: [0, 3], expected: "a cell of [2, 3, 3]"))
    #expect(
      refusal { try writer.write(sweep: "heads", dataset: "logit_diff", cell: [0, 0], values: [1]) }?.message
        .contains("3 values") == true)
    #expect(
      refusal { try writer.write(sweep: "into-9.9-q", dataset: "has_path", cell: [0], values: [1]) }
        == .wrongType(path: path, dataset: "/sweeps/into-9.9-q/has_path", found: .float32, expected: "int8"))
    for name in ["", ".", "a/b", "a\0b"] {
      #expect(
        refusal { try writer.declare(SweepDeclaration(name: name, axes: [], metrics: [])) }
          == .badName(path: path, name: name, problem: .unusable))
    }
    #expect(
      refusal { try writer.declare(SweepDeclaration(name: "x", axes: Samples.headAxes, metrics: ["layer"])) }
        == .badName(path: path, name: "layer", problem: .taken))
    #expect(
      refusal {
        try writer.declare(SweepDeclaration(name: "y", axes: [LabelledAxis("head", .range(0))], metrics: ["kl"]))
      } == .emptyAxis(path: path, dataset: "/sweeps/y", axis: "head"))
    #expect(
      refusal {
        _ = try ResultsWriter(
          creating: scratch.path("odd.h5"), header: Samples.resultsHeader,
          prompts: [PromptRow(cleanTokens: [1, 2], corruptedTokens: [1])])
      }?.message.contains("prompt 0: 2 clean tokens, but 1 corrupted tokens") == true)
  }
}
