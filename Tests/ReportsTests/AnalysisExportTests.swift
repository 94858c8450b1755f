import ActivationStore
import Diagnostics
import Foundation
import LabelledArrays
import Reports
import TestSupport
import Testing

/// Exports of files of analyses and of heads, made of the file alone.
@Suite struct AnalysisExportTests {
  private struct Exported {
    let folder: TemporaryFolder
    let files: ExportedFiles
    func text(_ name: String) throws -> String { try folder.text("out/\(name)") }
    func lines(_ table: String) throws -> [String] {
      try text("tables/\(table).csv").split(separator: "\r\n").map(String.init)
    }
    var figures: [String] {
      files.figures.map { URL(fileURLWithPath: $0).lastPathComponent }.filter { $0.hasSuffix(".svg") }
    }
  }

  private func export(_ write: (String) throws -> Void) throws -> Exported {
    let folder = try TemporaryFolder()
    try write("\(folder.path)/sample.analysis.h5")
    return Exported(
      folder: folder,
      files: try writeExports(of: "\(folder.path)/sample.analysis.h5", into: "\(folder.path)/out", pictures: false))
  }

  @Test func everyKindHasItsFiguresAndTable() throws {
    let exported = try export { try SampleAnalyses.write(to: $0) }
    #expect(exported.files.notebook.hasSuffix("/out/sample.analysis.ipynb"))
    // The two that the analysis names come first, the others by the alphabet.
    #expect(
      exported.figures == [
        "analysis-way-share.svg", "analysis-readers-accuracy.svg", "analysis-readers-curve.svg",
        "analysis-readers-cosines.svg", "analysis-readers-across.svg", "analysis-alike-cka.svg",
        "analysis-alike-cosine.svg", "analysis-apart-between_over_within.svg", "analysis-apart-explained.svg",
        "analysis-apart-silhouette.svg", "analysis-clusters-agreement.svg", "analysis-clusters-contents.svg",
        "analysis-components-blocks.0.hook_resid_post.svg", "analysis-components-blocks.1.hook_resid_post.svg",
        "analysis-components-explained.svg", "analysis-lengths-lengths.svg", "analysis-neurons-spread.svg",
        "analysis-probes-accuracy.svg", "analysis-probes-confusion.svg",
      ])
    let page = try exported.text("report.html")
    for words in [
      "<title>sample.analysis · Patchbay report</title>", "<h2 id=\"experiment-title\">The analysis</h2>",
      "made/&lt;cache&gt;.h5", "What &lt;things&gt; are.", "readers: readers", "alike: which places are alike",
      "rows: activations for other programs", "Classes of &#39;kind&#39;: &lt;thing&gt; and person.",
      "Trained on 3, scored on 1 examples at most.", "Held-out scores are of examples that were not trained on.",
      "source 1, hook 2, position 1, item 4, feature 2",
    ] { #expect(page.contains(words), "\(words)") }
    #expect(!page.contains("<thing>") && !page.contains("<lamp>"))
    for piece in ["src=", "@import", "url("] { #expect(!page.contains(piece)) }
  }

  @Test func tablesHoldTheNumbers() throws {
    let exported = try export { try SampleAnalyses.write(to: $0) }
    let (first, second) = (SampleAnalyses.hooks[0], SampleAnalyses.hooks[1])
    #expect(
      try exported.lines("analysis-readers")[0...1] == [
        "source,hook,position,\"accuracy, logistic\",\"accuracy, logistic_low\",\"accuracy, logistic_high\",\"accuracy, random\",\"accuracy, random_low\",\"accuracy, random_high\",\"AUC, logistic\",\"AUC, random\"",
        "cache,\(first),-1,0.75,0.5,1.0,0.5,0.25,0.75,0.800000011920929,0.5",
      ])
    // Things at a quarter of the way, people at the end; all of a class the same, so that bounds are the mean.
    #expect(
      try exported.lines("analysis-way").last == "cache,\(second),-1,0.25,0.25,0.25,1.0,1.0,1.0")
    // The unit farthest from normal first.
    #expect(
      try exported.lines("analysis-neurons")[1] == "cache,\(second),-1,7,0.125,8.0,40.0,the «<lamp>»")
    #expect(try exported.lines("analysis-alike").last == "\(second),\(second),1.0,1.0")
    #expect(try exported.lines("analysis-lengths").last == "cache,\(second),-1,4.0,1.0,2.0,4.0,9.0,1.0")
  }

  @Test func figuresSayWhatTheyShow() throws {
    let exported = try export { try SampleAnalyses.write(to: $0) }
    func figure(_ name: String) throws -> String { try exported.text("figures/analysis-\(name).svg") }
    // Of the better place; of four things one is taken for a person.
    let confusion = try figure("probes-confusion")
    for words in ["at blocks.1.hook_resid_post", "&lt;thing&gt; (4)", "0.75", "0.25", "true class", "told class"] {
      #expect(confusion.contains(words), "\(words)")
    }
    let accuracy = try figure("readers-accuracy")
    for words in ["layer", "held-out accuracy", "logistic", "random", "4 examples", "95 % bootstrap"] {
      #expect(accuracy.contains(words), "\(words)")
    }
    // An item without a projection is left out, so 3 of 4.
    let scatter = try figure("components-blocks.0.hook_resid_post")
    for words in ["3 examples, coloured by 'kind'", "component 0 (50 % of the variance)"] {
      #expect(scatter.replacing("&#39;", with: "'").contains(words), "\(words)")
    }
    #expect(scatter.ranges(of: "<circle").count == 3 + 2)
    // Clusters and classes are the same at the second place: two and two.
    #expect(try figure("clusters-contents").contains("kmeans at blocks.1.hook_resid_post; numbers of 4 examples"))
  }

  @Test func headsByDetectorAndPair() throws {
    let exported = try export { try SampleAnalyses.writeHeads(to: $0) }
    #expect(
      exported.figures == ["heads-induction.svg", "copying-ov_copying.svg", "composition.svg"])
    // What has no number is left out.
    #expect(
      try exported.lines("heads") == [
        "score,layer,head,value,n", "induction,0,0,0.125,16", "induction,0,1,0.25,16", "induction,1,0,0.875,16",
        "induction,1,1,0.5,16",
      ])
    #expect(
      try exported.lines("composition")[0...1] == [
        "input,sender_layer,sender_head,receiver_layer,receiver_head,score", "K,0,1,1,1,0.4375",
      ])
    let page = try exported.text("report.html")
    for words in [
      "models/&lt;tiny&gt;", "1.0 0.88, 1.1 0.50, 0.1 0.25, 0.0 0.12",
      "16 sequences of 50 random tokens followed by the same tokens again (seed 3)",
      "compared with 0.125 for random matrices",
      "<td>0.1</td><td>1.1</td><td class=\"n\">0.438</td><td class=\"n\">3.5</td>", "folded into the weights",
    ] { #expect(page.contains(words), "\(words)") }
  }

  /// A text where numbers belong is not passed over.
  @Test func damageIsNamed() throws {
    var group = SampleAnalyses.group("readers", "readers")
    group.add(LabelledAxis("method", .texts(["logistic"])))
    group.add("accuracy", along: SampleAnalyses.placeNames + ["method"], .texts(["a", "b"]))
    let error = #expect(throws: StoreError.self) {
      _ = try export { try SampleAnalyses.write([group], to: $0) }
    }
    #expect(error?.kind == .badData && error?.message.contains("/analyses/readers/accuracy") == true)
  }

  @Test func anUnknownKindSaysSo() throws {
    let exported = try export { try SampleAnalyses.write([SampleAnalyses.group("new", "wavelets")], to: $0) }
    #expect(try exported.text("report.html").contains("is unknown to this version of Patchbay"))
  }
}
