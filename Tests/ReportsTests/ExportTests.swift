import ActivationStore
import Diagnostics
import Foundation
import LabelledArrays
import Reports
import TestSupport
import Testing

/// What an export writes, read as people and programs read it.
@Suite struct ExportTests {
  private func export(_ sample: SampleResults = SampleResults()) throws -> (
    scratch: TemporaryFolder, files: ExportedFiles
  ) {
    let scratch = try TemporaryFolder()
    try sample.write(to: "\(scratch.path)/sample.h5")
    return (scratch, try writeExports(of: "\(scratch.path)/sample.h5", into: "\(scratch.path)/out/sample"))
  }

  private func rows(_ text: String) -> [[String]] {
    var (rows, row, field, isQuoted): ([[String]], [String], String, Bool) = ([], [], "", false)
    for scalar in text.unicodeScalars {
      switch (scalar, isQuoted) {
      case ("\"", _): isQuoted.toggle()
      case (",", false): (row, field) = (row + [field], "")
      case ("\r", false): break
      case ("\n", false): (rows, row, field) = (rows + [row + [field]], [], "")
      default: field.unicodeScalars.append(scalar)
      }
    }
    return rows
  }

  @Test func everythingIsThere() throws {
    let (scratch, files) = try export()
    #expect(files.report == "\(scratch.path)/out/sample/report.html")
    func names(_ paths: [String]) -> [String] { paths.map { URL(fileURLWithPath: $0).lastPathComponent } }
    #expect(
      names(files.figures).filter { $0.hasSuffix(".svg") } == [
        "sweep-zeta.svg", "sweep-zeta-estimates.svg", "sweep-alpha.svg", "sweep-cross.svg", "sweep-cross-bars.svg",
        "sweep-cross-transfer.svg", "sweep-paths.svg", "sweep-steer.svg", "sweep-steer-curves.svg", "circuit.svg",
        "readout-looks-clean-0.0.svg",
      ])
    #expect(
      names(files.tables) == [
        "prompts.csv", "baselines.csv", "sweep-zeta.csv", "sweep-alpha.csv", "sweep-cross.csv", "sweep-paths.csv",
        "sweep-steer.csv",
        "readout-looks.csv",
      ])
    for path in [files.report] + files.figures + files.tables { #expect(FileManager.default.fileExists(atPath: path)) }
    // No half-written files are left behind.
    let left = try FileManager.default.subpathsOfDirectory(atPath: "\(scratch.path)/out")
    #expect(
      !left.contains { $0.hasSuffix(".partial") } && left.count == 1 + 2 + 2 + files.figures.count + files.tables.count)
  }

  /// The page is one file: nothing in it refers to another one.
  @Test func thePageNeedsNothingElse() throws {
    let (scratch, _) = try export()
    let page = try scratch.text("out/sample/report.html")
    #expect(page.hasPrefix("<!doctype html>") && page.contains("<title>sample · Patchbay report</title>"))
    for piece in ["src=", "@import", "url(", "<link rel=\"stylesheet\"", "fetch("] { #expect(!page.contains(piece)) }
    // http:// occurs only in XML names.
    for range in page.ranges(of: "http") { #expect(page[range.lowerBound...].hasPrefix("http://www.w3.org/")) }
  }

  @Test func textsFromFilesAreEscaped() throws {
    let (scratch, _) = try export()
    let page = try scratch.text("out/sample/report.html")
    #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(page.contains("\\u003cscript\\u003ealert(1)"))
    #expect(
      page.contains("&lt;b&gt;tags&lt;/b&gt; &amp; an ampersand, on two lines.") && page.contains("models/&lt;tiny&gt;")
    )
    // Two scripts and no more: the data, and the code that draws them.
    #expect(page.ranges(of: "<script").count == 2 && page.ranges(of: "</script>").count == 2)
    let figure = try scratch.text("out/sample/figures/sweep-alpha.svg")
    #expect(!figure.contains("<script") && figure.contains("&lt;script&gt;"))
    let parser = XMLText(figure)
    #expect(parser.isBalanced)
    let table = try scratch.text("out/sample/tables/sweep-alpha.csv")
    let own = rows(table)
    #expect(own.allSatisfy { $0.count == own[0].count })
    let token = try #require(own[0].firstIndex(of: "token"))
    let words = own.dropFirst().prefix(6).map { $0[token] }
    #expect(words.contains("'=SUM(A1)") && words.contains("\n") && words.contains(","))
    #expect(table.contains(",\",\",") && table.contains("\" \"\"quoted\"\"\"") && table.contains("\r\n"))
  }

  /// By hand: 3 pairs with gaps 8, 4 and 0. The third has no effect; the cell at layer 1, head 1 goes 2/4 - 1/10 = 0.4
  /// of the way in the other two. Both ratios are 0.4; with two numbers of the same sign p is 2/4; over four cells,
  /// rates are p times four over their rank.
  @Test func tablesHoldTheNumbers() throws {
    let (scratch, _) = try export()
    let all = rows(try scratch.text("out/sample/tables/sweep-zeta.csv"))
    #expect(
      all[0] == [
        "metric", "method", "layer", "head", "mean", "change", "effect", "ratio_of_means", "low", "high", "p", "p_fdr",
        "n",
      ])
    #expect(all.count == 1 + 4 * 3)
    let cell = try #require(all.first { Array($0.prefix(4)) == ["logit_diff", "run", "1", "1"] })
    let numbers = cell.dropFirst(4).map { Double($0) ?? .nan }
    // Base -4, -1, 2; patched -0.8, 0.6, 2: mean 0.6, change 1.6; gaps 8, 4, 0: ratio of means 4.8 / 12.
    for (found, wanted) in zip(numbers, [0.6, 1.6, 0.4, 0.4, 0.4, 0.4, 0.5, 0.5, 2]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    let estimate = try #require(all.first { Array($0.prefix(4)) == ["logit_diff", "estimate", "1", "1"] })
    #expect(abs((Double(estimate[6]) ?? .nan) - 0.2) < 1e-6)
    let baselines = rows(try scratch.text("out/sample/tables/baselines.csv"))
    #expect(
      baselines[1].prefix(3) == ["logit_diff", "clean", "3.0"]
        && baselines[2].prefix(3) == ["logit_diff", "corrupted", "-1.0"])
  }

  /// Noising: the base run is the clean one, and the same values mean something else.
  @Test func theOtherDirection() throws {
    let (scratch, _) = try export(SampleResults(direction: "noise"))
    let all = rows(try scratch.text("out/sample/tables/sweep-zeta.csv"))
    let cell = try #require(all.first { Array($0.prefix(4)) == ["logit_diff", "run", "1", "1"] })
    // Base 4, 3, 2; patched 0.8, 1.4, 2: mean 1.4, change -1.6; effect 0.4 again.
    for (found, wanted) in zip(cell[4...].map { Double($0) ?? .nan }, [1.4, -1.6, 0.4, 0.4]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    #expect(
      try scratch.text("out/sample/report.html").contains(
        "Noising: activations of the corrupted run were put into the clean run."))
  }

  @Test func thePageSaysWhatWasDone() throws {
    let (scratch, _) = try export()
    let page = try scratch.text("out/sample/report.html")
    for sentence in [
      "Denoising: activations of the clean run were put into the corrupted run.",
      "z (each head&#39;s output before it is projected) was taken from the clean run, for each layer and head separately. Each cell was run, and estimated from one gradient as well.",
      "Paths: what each sender (heads) writes took its value in the clean run on the path to 1.0.q, with all other heads frozen.",
      "logit_diff: 1 example with the same value in both unpatched runs has no normalised effect (number 2).",
      "the answer&#39;s logit minus the wrong token&#39;s, at the last position",
      "all 8 choices of signs were enumerated",
      "On average over all cells, the effect of an example&#39;s own difference was 1.00, that of others 0.25.",
      "weights <code title=\"SHA-256 0123456789abcdef0123\">0123456789ab</code>", "<pre>patchbay run it</pre>",
    ] { #expect(page.contains(sentence), "\(sentence)") }
    #expect(!page.contains("unfinished"))
  }

  /// Sweeps are in the order that the file states or, for files that do not, in that of the experiment's text; likewise
  /// metrics.
  @Test(
    arguments: [
      ([:], ["zeta", "alpha", "cross", "paths", "steer"], "logit_diff"),
      (
        [
          "sweeps": .texts(["steer", "alpha", "zeta", "paths"]), "metrics": .texts(["prob", "logit_diff"]),
          "name": .text("other"),
        ],
        ["steer", "alpha", "zeta", "paths", "cross"], "prob"
      ),
    ] as [([String: Attribute], [String], String)])
  func order(attributes: [String: Attribute], sweeps: [String], metric: String) throws {
    let (scratch, files) = try export(SampleResults(attributes: attributes))
    let names = files.tables.compactMap { $0.split(separator: "/").last }.filter { $0.hasPrefix("sweep-") }
    #expect(names.map { String($0.dropFirst(6).dropLast(4)) } == sweeps)
    #expect(try scratch.text("out/sample/report.html").contains("The metric shown is <code>\(metric)</code>"))
    #expect(try exportName(of: "\(scratch.path)/sample.h5") == (attributes.isEmpty ? "sample" : "other"))
  }

  @Test func withoutPicturesThereAreDrawingsOnly() throws {
    let (scratch, files) = try export()
    let drawn = try writeExports(of: "\(scratch.path)/sample.h5", into: "\(scratch.path)/out/other", pictures: false)
    func names(_ paths: [String]) -> [String] { paths.map { URL(fileURLWithPath: $0).lastPathComponent } }
    #expect(names(drawn.figures) == names(files.figures).filter { $0.hasSuffix(".svg") })
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/out/other/figures").count
        == drawn.figures.count)
  }

  @Test func anUnfinishedFileSaysSo() throws {
    let scratch = try TemporaryFolder()
    try SampleResults(unwritten: 7, isFinished: false).write(to: "\(scratch.path)/sample.h5")
    try writeExports(of: "\(scratch.path)/sample.h5", into: "\(scratch.path)/out")
    #expect(try scratch.text("out/report.html").contains("unfinished: 19 of 26 cells."))
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as any DiagnosedError {
      return "\(error.kind.rawValue) \(error.message)"
    } catch { return "\(error)" }
  }

  @Test func otherFilesAndFoldersThatCannotBeMade() throws {
    let scratch = try TemporaryFolder()
    let results = "\(scratch.path)/sample.h5"
    try SampleResults().write(to: results)
    let vector = "\(scratch.path)/vector.h5"
    let file = try ArraysFile(creating: vector, format: .vector, attributes: [:])
    try file.finish()
    let other = message { try writeExports(of: vector, into: "\(scratch.path)/out") }
    #expect(other.hasPrefix("65 ") && other.contains("patchbay-results"))
    #expect(message { try writeExports(of: "\(scratch.path)/none.h5", into: "\(scratch.path)/out") }.hasPrefix("66 "))
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/out"))
    let blocked = message { try writeExports(of: results, into: results) }
    #expect(blocked.hasPrefix("73 cannot create the folder '\(results)': "))
    struct Stopped: Error {}
    #expect(throws: Stopped.self) {
      try writeExports(of: results, into: "\(scratch.path)/out") { throw Stopped() }
    }
  }

  /// A second export replaces the first one.
  @Test func exportsAreRepeatable() throws {
    let (scratch, files) = try export()
    let before = try (files.tables + [files.report]).map { try String(contentsOfFile: $0, encoding: .utf8) }
    let again = try writeExports(of: "\(scratch.path)/sample.h5", into: "\(scratch.path)/out/sample")
    #expect(again == files)
    #expect(try (files.tables + [files.report]).map { try String(contentsOfFile: $0, encoding: .utf8) } == before)
  }

  /// A text where numbers belong is an error that names the dataset, wherever it is; it is not left out.
  @Test(arguments: ["/readouts/direct/logit_diff", "/additivity/two/logit_diff_change", "/readouts/lens/prob"])
  func damageIsNamed(dataset: String) throws {
    let scratch = try TemporaryFolder()
    let path = "\(scratch.path)/sample.h5"
    var sample = SampleResults()
    let parts = dataset.split(separator: "/").map(String.init)
    var group = ArrayGroup(
      "/\(parts[0])/\(parts[1])",
      attributes: ["read": .text(parts[1] == "lens" ? "logit_lens" : "direct_logit_attribution")])
    let axes = [LabelledAxis("run", .texts(["clean"])), LabelledAxis("example", .range(3))]
    group.add(LabelledArray(parts[2], axes: axes, values: .texts(["a", "b", "c"])))
    sample.extra = [group]
    try sample.write(to: path)
    let found = message { try writeExports(of: path, into: "\(scratch.path)/out") }
    #expect(found.hasPrefix("65 ") && found.contains(dataset), "\(found)")
  }

  /// Norms of later activations by activation: those that stand along no such axis are not split by it.
  @Test func additivityOfActivations() throws {
    let scratch = try TemporaryFolder()
    var sample = SampleResults()
    let axes = [LabelledAxis("activation", .texts(["early", "late"])), LabelledAxis("example", .range(3))]
    var group = ArrayGroup("/additivity/two")
    group.add(LabelledArray("change_norm", axes: axes, values: [3, 3, 3, 4, 4, 4]))
    group.add(LabelledArray("interaction_norm", axes: [axes[1]], values: [1, 1, 1]))
    sample.extra = [group]
    try sample.write(to: "\(scratch.path)/sample.h5")
    try writeExports(of: "\(scratch.path)/sample.h5", into: "\(scratch.path)/out", pictures: false)
    let page = try scratch.text("out/report.html")
    for row in [
      "<td>early</td><td class=\"n\">3.000</td><td class=\"n\">–</td>",
      "<td>late</td><td class=\"n\">4.000</td><td class=\"n\">–</td>",
    ] { #expect(page.contains(row), "\(row)") }
  }

  /// The words of every layer: the first prompt's in the figure, all prompts' in the table, the most frequent in the
  /// page.
  @Test func theWordsOfEachLayer() throws {
    let scratch = try TemporaryFolder()
    var sample = SampleResults()
    var group = ArrayGroup("/readouts/words", attributes: ["read": .text("top_tokens"), "count": .integer(2)])
    let axes: [LabelledAxis] = [
      .init("run", .texts(["clean"])), .init("layer", .range(2)), .init("position", .range(6)),
      .init("place", .range(2)),
      .init("example", .range(3)),
    ]
    // In every cell the first two prompts say one word and the last another; at the end of the third there is nothing.
    let cells = (0..<72).map { (cell: $0 / 6, place: $0 / 3 % 2, example: $0 % 3) }
    func isThere(_ cell: Int, _ example: Int) -> Bool { !(example == 2 && cell % 6 == 5) }
    group.add(
      LabelledArray(
        "token", axes: axes,
        values: .integers(cells.map { isThere($0.cell, $0.example) ? 100 * $0.place + ($0.example == 2 ? 9 : 8) : -1 }))
    )
    group.add(
      LabelledArray(
        "probability", axes: axes,
        values: cells.map { isThere($0.cell, $0.example) ? ($0.place == 0 ? 0.75 : 0.125) : .nan }))
    group.add(
      LabelledArray(
        "text", axes: axes,
        values: .texts(
          cells.map {
            !isThere($0.cell, $0.example) ? "" : ($0.example == 2 ? " rare" : " <common>") + ($0.place == 0 ? "" : "2")
          })))
    sample.extra = [group]
    try sample.write(to: "\(scratch.path)/sample.h5")
    let files = try writeExports(of: "\(scratch.path)/sample.h5", into: "\(scratch.path)/out", pictures: false)
    #expect(files.figures.contains { $0.hasSuffix("/readout-words-clean.svg") })
    let table = rows(try scratch.text("out/tables/readout-words.csv"))
    #expect(table[0] == ["example", "run", "layer", "position", "place", "token", "text", "probability"])
    // Two layers, six positions, two places, three prompts, less what the third lacks.
    #expect(table.count == 1 + 2 * 6 * 2 * 3 - 2 * 2)
    #expect(table[2] == ["0", "clean", "0", "0", "1", "108", " <common>2", "0.125"])
    let figure = try scratch.text("out/figures/readout-words-clean.svg")
    #expect(figure.contains("the first of 3 prompts") && figure.contains("&lt;comm") && !figure.contains("rare"))
    let page = try scratch.text("out/report.html")
    #expect(page.contains("Pointing at a square lists the 2 best.") && page.contains("\"k\":2,\"e\":3"))
    #expect(page.contains("\\u003ccommon\\u003e") && !page.contains("<common>"))
  }

  @Test(
    arguments: [
      (
        ReportError.cannotCreateFolder("out", reason: "Not a directory"), 73,
        "cannot create the folder 'out': Not a directory"
      ),
      (
        .cannotWrite(file: "a\n.csv", reason: "No space left on device"), 73,
        "cannot write 'a\\n.csv': No space left on device"
      ),
    ] as [(ReportError, Int32, String)])
  func messages(error: ReportError, status: Int32, message: String) {
    #expect(error.kind.rawValue == status && error.message == message)
  }
}

/// XML parsed just enough to see that all elements are closed.
private struct XMLText {
  let isBalanced: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var isGood = true
    for piece in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
      guard let tag = piece.split(separator: ">", omittingEmptySubsequences: false).first else { continue }
      if tag.hasPrefix("/") {
        isGood = isGood && open.popLast() == tag.dropFirst()
      } else if !tag.hasSuffix("/"), let name = tag.split(separator: " ").first {
        open.append(name)
      }
    }
    isBalanced = isGood && open.isEmpty
  }
}
