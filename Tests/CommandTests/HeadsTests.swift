import ActivationStore
import Analysis
import Checkpoints
import Diagnostics
import Execution
import Foundation
import TestSupport
import Testing

/// `patchbay heads`: what it shows, writes and refuses.
@Suite struct HeadsTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("scripts/python").path

  @Test func tablesOfAllHeads() throws {
    let place = try Workplace()
    try place.write("prompts.jsonl", "{\"prompt\": \"Mary and Mary and John\"}\n{\"tokens\": [1, 2, 3]}\n")
    let finished = try Tool.run("heads", place.model, "--prompts", "prompts.jsonl", "--top", "2", in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.errors.isEmpty)
    let lines = finished.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(finished.output.contains("2 layers of 2 heads"))
    #expect(finished.output.contains("16 of a random token and 11 random tokens twice, seed 0"))
    for detector in HeadDetector.allCases {
      let rows = lines.filter { $0.first == detector.rawValue }
      #expect(rows.map { $0[1] } == ["16", ["duplicate_token", "induction"].contains(detector.rawValue) ? "1" : "2"])
      #expect(rows.allSatisfy { $0.count == 6 })
    }
    for head in ["0.0", "0.1", "1.0", "1.1"] { #expect(lines.count { $0.first == head && $0.count == 8 } == 2) }
    for input in ["Q", "K", "V"] { #expect(lines.count { $0.first == input } == 1) }
  }

  @Test func jsonHasWhatTheModuleFinds() async throws {
    let place = try Workplace()
    let arguments = ["heads", place.model, "--json", "--sequences", "5", "--length", "6", "--seed", "3"]
    let finished = try Tool.run(arguments)
    #expect(finished.status == 0, "\(finished.errors)")
    let json = try JSONValue(parsing: Array(finished.output.utf8))
    let model = try LoadedModel(folder: place.model).model
    var detection = try HeadDetection(model)
    let sequences = try RepeatedSequences(for: model.graph, count: 5, length: 6, seed: 3)
    // One at a time, where the command runs all together.
    for index in 0..<5 { try detection.add([sequences.tokens(index)]) }
    let copying = try await CopyingScores.measured(on: model)
    let rows = try #require(json["heads"]?.arrayValue)
    #expect(rows.count == 4)
    for (index, row) in rows.enumerated() {
      let (layer, head) = (index / 2, index % 2)
      #expect(row["head"]?.stringValue == "\(layer).\(head)")
      for detector in HeadDetector.allCases {
        let found = try #require(row["on_random_sequences"]?[detector.rawValue]?.doubleValue)
        #expect(abs(found - (try #require(detection.scores[detector]))[layer, head]) < 1e-6)
      }
      #expect(abs(try #require(row["ov_copying"]?.doubleValue) - copying.ov[layer, head]) < 1e-6)
    }
    let composition = try CompositionScores(of: model)
    let first = try #require(json["composition"]?["K"]?.arrayValue?.first)
    let strongest = composition.strongest(1, .key)[0]
    #expect(first["sender"]?.stringValue == "\(strongest.sender)")
    #expect(first["receiver"]?.stringValue == "\(strongest.receiver)")
    #expect(try Tool.run(arguments).output == finished.output)
    #expect(try Tool.run(arguments.dropLast() + ["4"]).output != finished.output)
  }

  @Test func theFileHasLabelledAxes() throws {
    let place = try Workplace()
    let finished = try Tool.run("heads", place.model, "--output", "out/heads.h5", in: place.path)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.hasSuffix("\nreport: out/heads/report.html\nnotebook: out/heads/heads.ipynb\n"))
    #expect(try place.written().filter { !$0.contains("/") } == ["heads", "heads.h5"])
    let page = try String(contentsOfFile: "\(place.out)/heads/report.html", encoding: .utf8)
    #expect(page.contains("Where heads attend, on random sequences") && page.contains("Which heads compose"))
    #expect(
      try String(contentsOfFile: "\(place.out)/heads/tables/heads.csv", encoding: .utf8).hasPrefix("score,layer,head,"))
    // The same of the file later.
    let exported = try Tool.run("export", "out/heads.h5", "--output", "again", in: place.path)
    #expect(exported.output == "report: again/heads/report.html\nnotebook: again/heads/heads.ipynb\n")
    #expect(try String(contentsOfFile: "\(place.path)/again/heads/report.html", encoding: .utf8) == page)
    let store = try StoreReader("\(place.out)/heads.h5", expecting: [.heads])
    #expect(store.isComplete)
    #expect(try store.describe("/heads/induction").dimensions == ["layer", "head"])
    let names = ["sender_layer", "sender_head", "receiver_layer", "receiver_head"]
    #expect(try store.describe("/composition/K").dimensions == names)
    #expect(try store.tensor(at: "/composition/K").values.count { !$0.isNaN } == 4)
    #expect(try store.attributes(of: "/heads")["seed"] == .text("0"))
    let inspected = try Tool.run("inspect", "\(place.out)/heads.h5")
    #expect(inspected.status == 0 && inspected.output.contains("patchbay-heads, complete"))
    #expect(inspected.output.contains("[sender_layer 2, sender_head 2, receiver_layer 2, receiver_head 2]"))
  }

  /// Weights compared with whole matrices in numpy, and detectors with the reference library's patterns and with stored
  /// ones where tokens repeat.
  @Test(
    .enabled(if: PythonReadsTests.interpreter != nil, PythonReadsTests.absence),
    arguments: GoldenModel.families.filter { !GoldenModel.byHooks.contains($0) }, ["folded", "stored"])
  func againstNumpy(family: String, gains: String) throws {
    let place = try Workplace()
    let golden = SharedFolder.path("golden/\(family)")
    let python = try #require(PythonReadsTests.interpreter)
    let check = "'\(python)' '\(Self.script)/check_heads.py'"
    var generator = SplitMix64(seed: 5)
    var repeated = ""
    for length in [3, 9, 12, 20] {
      let tokens = (0..<length).map { _ in "\(Int.random(in: 0..<6, using: &generator))" }
      repeated += "{\"tokens\": [\(tokens.joined(separator: ", "))]}\n"
    }
    try place.write("repeated.jsonl", repeated)
    let finished = try Tool.shell(
      """
      set -e
      \(check) prompts '\(golden)/golden.h5' > golden.jsonl
      "$PATCHBAY" heads '\(golden)' --prompts golden.jsonl --gains \(gains) --output golden.h5 > /dev/null
      \(check) '\(golden)' golden.h5 '\(golden)/golden.h5'
      "$PATCHBAY" cache '\(golden)' --prompts repeated.jsonl --hooks 'blocks.*.attn.hook_pattern' --output cache.h5 > /dev/null
      "$PATCHBAY" heads '\(golden)' --prompts repeated.jsonl --gains \(gains) --output repeated.h5 > /dev/null
      \(check) '\(golden)' repeated.h5 cache.h5
      '\(python)' '\(Self.script)/check_hdf5.py' golden.h5 repeated.h5
      """, in: place.path)
    #expect(finished.status == 0, "\(finished.output)\(finished.errors)")
    let examples = try GoldenModel(family).examples()
    #expect(finished.output.contains("heads_on_prompts/previous_token (\(examples) prompts)"))
    #expect(
      finished.output.contains("heads_on_prompts/induction (4 prompts)")
        || finished.output.contains("induction (3 prompts)"))
  }

  @Test func whatCannotBeDone() throws {
    let place = try Workplace()
    func fails(_ status: Int32, _ words: String, _ arguments: String...) throws {
      let finished = try Tool.run(["heads"] + arguments, in: place.path)
      try expectFailure(finished, status: status, words, leaving: place)
    }
    try place.write(
      "long.jsonl",
      "{\"tokens\": [1, 2]}\n{\"tokens\": [\([String](repeating: "1", count: 25).joined(separator: ","))]}\n")
    try place.write("mixed.jsonl", "{\"tokens\": [1]}\n{\"clean_tokens\": [1], \"corrupted_tokens\": [2]}\n")
    try place.write("empty.jsonl", "\n")
    try fails(65, "long.jsonl:2: ", "model", "--prompts", "long.jsonl", "--output", "out/h.h5")
    try fails(65, "mixed.jsonl: prompt 2 is a pair", "model", "--prompts", "mixed.jsonl")
    try fails(65, "empty.jsonl", "model", "--prompts", "empty.jsonl")
    try fails(66, "none.jsonl", "model", "--prompts", "none.jsonl", "--output", "out/h.h5")
    try fails(66, "nowhere", "nowhere")
    try fails(64, "the model's context of 24 tokens; at most 11, twice, fit", "model", "--length", "12")
    try fails(73, "missing", "model", "--output", "missing/h.h5")
    try fails(64, "would overwrite the prompts", "model", "--prompts", "long.jsonl", "--output", "long.jsonl")
    var tiny = TinyModel()
    tiny.layers = 0
    let headless = try Workplace(tiny)
    try expectFailure(
      try Tool.run("heads", headless.model), status: 65, "no attention heads to measure", leaving: headless)
  }
}
