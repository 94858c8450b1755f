import ActivationStore
import Diagnostics
import Foundation
import LabelledArrays
import Reports
import Runs
import TestSupport

/// A temporary folder with a results file in it, removed with the value.
final class NotebookPlace {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  var results: String { "\(path)/activations/results.h5" }
  /// In another folder than the results, so that the relative path between them is not empty.
  var notebook: String { "\(path)/notebooks/one/results.ipynb" }

  init() throws {
    folder = try TemporaryFolder()
    for name in ["activations", "notebooks/one"] { try folder.makeFolder(name) }
  }

  /// Runs an experiment and puts its results in place.
  func run(_ yaml: String) throws {
    let experiment = try Experiment(yaml: "name: results\n\(yaml)", file: "\(path)/results.yaml")
    _ = try ExperimentRun(experiment).run(into: "\(path)/activations")
  }

  /// Writes the notebook and reads it back.
  func document() throws -> JSONValue {
    try writeNotebook(of: results, to: notebook)
    return try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: notebook))))
  }
}

/// A cell read from a notebook.
struct ReadCell {
  let json: JSONValue

  static func all(of document: JSONValue) -> [ReadCell] { (document["cells"]?.arrayValue ?? []).map(ReadCell.init) }

  var id: String { json["id"]?.stringValue ?? "" }
  var isCode: Bool { json["cell_type"]?.stringValue == "code" }
  var source: String { text(json["source"]) }
  var outputs: [JSONValue] { json["outputs"]?.arrayValue ?? [] }
  var printed: String { outputs.map { text($0["text"]) }.joined() }
  var pictures: Int { outputs.count { $0["data"]?["image/png"] != nil } }

  private func text(_ lines: JSONValue?) -> String { (lines?.arrayValue ?? []).compactMap(\.stringValue).joined() }
}

/// Results with texts as awkward as possible, and gaps in their numbers.
enum AwkwardResults {
  static let nasty = "a\"b'c\\d\n$x$ <script>alert(1)</script> `é 你 {0} */ \"\"\" # %"

  /// - Parameter isWhole: whether the run counts as finished.
  static func write(to path: String, isWhole: Bool = true) throws {
    let rows = (0..<4).map { example -> PromptRow in
      let strings = [nasty, " \n", "\"", "\\", example.isMultiple(of: 2) ? "even" : "odd"]
      return PromptRow(
        cleanTokens: [1, 2, 3, 4, Int32(5 + example % 2)], corruptedTokens: [1, 2, 3, 4, 7], answerToken: 2,
        wrongToken: 99,
        cleanTokenStrings: strings, corruptedTokenStrings: strings.dropLast() + [nasty], text: nasty,
        labels: ["label": example.isMultiple(of: 2) ? "even" : "odd", "in \"quotes\"": nasty])
    }
    let header = ResultsHeader(
      experiment: "# \(nasty)\nname: 'awkward'\n", model: nasty, modelSHA256: "00", direction: "denoise",
      patchbayVersion: nasty)
    let writer = try ResultsWriter(creating: path, header: header, prompts: rows)
    try writer.writeBaseline(.clean, metrics: ["logit_diff": [1, 2, 3, 4], "prob": [1, 1, 1, 1]])
    try writer.writeBaseline(.corrupted, metrics: ["logit_diff": [-1, 0, 3, -2], "prob": [0, 0, 0, 0]])
    let axes = [
      LabelledAxis("layer", .range(2)), LabelledAxis("position", .range(5)),
      LabelledAxis("what", .texts([nasty, "}{0}"])),
    ]
    try writer.declare(
      SweepDeclaration(
        name: "a \"sweep\" $x$", axes: axes, metrics: ["logit_diff", "prob"], attributes: ["edit": .text(nasty)]))
    let values = (0..<80).map { $0 % 7 == 3 ? Float.nan : Float($0) / 16 - 2 }
    try writer.write(sweep: "a \"sweep\" $x$", dataset: "logit_diff", cell: [], values: values)
    // A metric that was never written, a sweep without axes, and one that was never written.
    try writer.declare(SweepDeclaration(name: "alone", axes: [], metrics: ["logit_diff"]))
    try writer.write(sweep: "alone", dataset: "logit_diff", cell: [], values: [0, 1, 2, 3])
    try writer.declare(SweepDeclaration(name: "empty", axes: [axes[0]], metrics: ["logit_diff"]))
    let pairs = (0..<12).map { "\($0 / 4).\($0 % 4)" }
    try writer.declare(
      SweepDeclaration(
        name: "paths", axes: [LabelledAxis("sender", .texts(pairs))], metrics: ["logit_diff"],
        extras: [.init("has_path", .int8, perExample: false)],
        attributes: ["freeze": .text("heads"), "receivers": .texts([nasty]), "together": .integer(1)]))
    try writer.write(sweep: "paths", dataset: "logit_diff", cell: [], values: (0..<48).map { Float($0 % 5) - 1 })
    try writer.write(sweep: "paths", dataset: "has_path", cells: 0..<12, flags: (0..<12).map { $0 == 5 ? 0 : 1 })
    let places = 5
    var direct = ArrayGroup("/readouts/direct", attributes: ["read": .text("direct_logit_attribution")])
    let parts = [LabelledAxis("run", .texts(["clean"])), LabelledAxis("part", .texts([nasty, "0.1", "mlp.0"]))]
    let examples = LabelledAxis("example", .range(4))
    direct.add(LabelledArray("logit_diff", axes: parts + [examples], values: (0..<12).map { Float($0) - 6 }))
    try writer.write(direct)
    var looks = ArrayGroup("/readouts/lo\"oks {x} \\", attributes: ["read": .text("attention")])
    let ends = [
      LabelledAxis("run", .texts(["corrupted"])), LabelledAxis("head", .texts(["0.1", nasty])),
      LabelledAxis("destination", .range(places)), LabelledAxis("source", .range(places)), examples,
    ]
    looks.add(
      LabelledArray("pattern", axes: ends, values: (0..<2 * places * places * 4).map { Float($0 % 9) / 8 }))
    try writer.write(looks)
    if isWhole {
      try writer.finish()
    } else {
      try writer.flush()
      try FileManager.default.copyItem(atPath: path + ".partial", toPath: path)
    }
  }
}
