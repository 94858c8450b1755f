import ActivationStore
import Diagnostics
import Foundation
import Reports
import Testing

/// The contents of a notebook, without running it.
@Suite struct NotebookFileTests {
  let place: NotebookPlace
  init() throws { place = try NotebookPlace() }

  static let ioi = """
    model: bundled:ioi
    prompts: {template: {name: ioi, count: 8, seed: 0, corruption: swap-subject, aligned: true}}
    metrics: [prob, logit_diff]
    sweeps:
      - {name: resid_pre, site: resid_pre, over: [layer, position]}
      - {name: heads, site: z, over: [layer, head], method: both}
      - {name: attn, site: attn_out, over: [layer, position]}
      - {name: into-logits, path: {senders: heads, receivers: logits}}
    readouts:
      - {name: direct, read: direct_logit_attribution}
      - {name: lens, read: logit_lens}
      - {name: looks, read: attention, heads: ["0.6", "2.6"]}
      - {name: words, read: top_tokens, count: 3}
    """

  @Test func everyPartOfTheFileHasItsPlace() throws {
    try place.run(Self.ioi)
    let document = try place.document()
    #expect(document["nbformat"]?.integerValue == 4 && document["nbformat_minor"]?.integerValue == 5)
    let cells = ReadCell.all(of: document)
    #expect(Set(cells.map(\.id)).count == cells.count)
    for cell in cells {
      #expect(
        (1...64).contains(cell.id.count)
          && cell.id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) })
    }
    #expect(cells.filter(\.isCode).enumerated().allSatisfy { $1.json["execution_count"]?.integerValue == $0 + 1 })
    // In the experiment's order, each with a picture and its strongest cells.
    let sweeps = ["sweep-resid_pre", "sweep-heads", "sweep-attn", "sweep-into-logits"]
    #expect(cells.map(\.id).filter(sweeps.contains) == sweeps)
    for id in sweeps + [
      "readout-direct", "readout-direct-sources", "readout-lens", "readout-lens-everywhere", "readout-words", "heads",
      "sweep-heads-estimate",
    ] {
      #expect(cells.first { $0.id == id }?.pictures == 1, "\(id)")
    }
    #expect(cells.first { $0.id == "readout-looks" }?.pictures == 2)
    for id in ["select", "groups", "compare-sweeps", "compare-metrics", "runs", "export", "second", "baselines"] {
      #expect(cells.first { $0.id == id }?.printed.isEmpty == false, "\(id)")
    }
    let setup = try #require(cells.first { $0.id == "setup" })
    #expect(setup.source.contains(#"RESULTS = Path("../../activations/results.h5")"#))
    #expect(setup.source.contains(#"METRIC = "prob""#), "the experiment's first metric is the one that is shown")
    #expect(cells.first { $0.id == "sweep-heads-strongest" }?.printed.split(separator: "\n").count == 11)
    #expect(cells.first { $0.id == "experiment" }?.printed.contains("name: results\nmodel: bundled:ioi\n") == true)
    let size = try #require(try FileManager.default.attributesOfItem(atPath: place.notebook)[.size] as? Int)
    #expect(size < 2_000_000)
  }

  @Test func numbersAreThoseOfTheFile() throws {
    try AwkwardResults.write(to: place.results)
    let cells = ReadCell.all(of: try place.document())
    // (patched - base) / (other - base) of 0, 1, 2, 3 with the baselines of the sample; the third has none: 0.5, 0.5,
    // 5/6.
    #expect(cells.first { $0.id == "sweep-alone" }?.printed == "effect 0.611, 95 % interval 0.500 to 0.833\n")
    #expect(cells.first { $0.id == "runs" }?.printed.hasPrefix("clean above corrupted in 3 of 4") == true)
    #expect(cells.first { $0.id == "readout-direct" }?.printed == "all parts together: -1.500\n")
    // Of 12 senders one has no path.
    #expect(cells.first { $0.id == "sweep-paths-words" }?.source.contains("without a path") == true)
    #expect(!cells.contains { $0.id.hasPrefix("sweep-empty") }, "nothing was written of it")
  }

  @Test func textOfTheFileStaysText() throws {
    try AwkwardResults.write(to: place.results)
    for cell in ReadCell.all(of: try place.document()) where !cell.isCode {
      let outsideCode = cell.source.split(separator: "`").enumerated().filter { $0.offset.isMultiple(of: 2) }.map(
        \.element)
      #expect(!cell.source.contains("<script") || !outsideCode.contains { $0.contains("<script") }, "\(cell.source)")
    }
  }

  @Test func aRunThatWasBrokenOffSaysSo() throws {
    try AwkwardResults.write(to: place.results, isWhole: false)
    let setup = ReadCell.all(of: try place.document()).first { $0.id == "setup" }
    #expect(setup?.printed.contains("The run has not finished") == true)
  }

  @Test func mistakesAreNamed() throws {
    try AwkwardResults.write(to: place.results)
    #expect(throws: NotebookError.name(file: "a.json")) { try writeNotebook(of: place.results, to: "a.json") }
    #expect(throws: StoreError.self) { try writeNotebook(of: place.path + "/none.h5", to: place.notebook) }
    let nowhere = place.path + "/none/a.ipynb"
    let error = #expect(throws: NotebookError.self) { try writeNotebook(of: place.results, to: nowhere) }
    #expect(error?.kind == .cannotCreateOutput && error?.message.contains("none/a.ipynb") == true)
  }

  @Test func theSameFileIsTheSameNotebook() throws {
    try AwkwardResults.write(to: place.results)
    let first = try place.document()
    #expect(try place.document() == first)
  }
}
