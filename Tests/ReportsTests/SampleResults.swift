import ActivationStore
import Foundation
import LabelledArrays

/// A small results file with a bit of everything, including tokens and names that are difficult for pages and tables.
struct SampleResults {
  var examples = 3
  var direction = "denoise"
  var attributes: [String: Attribute] = [:]
  var experiment = """
    # A title with <b>tags</b> & an ampersand,
    # on two lines.
    #
    #     patchbay run it
    name: sample
    metrics: [logit_diff, prob]   # the first is shown
    sweeps:
      - {name: zeta, site: z, over: [layer, head]}
      - {name: alpha, site: resid_pre, over: [layer, position]}
    """
  /// Cells of `alpha` that are left unwritten, from the first on.
  var unwritten = 0
  var isFinished = true
  /// Groups besides.
  var extra: [ArrayGroup] = []

  static let tokens = ["<script>alert(1)</script>", " \"quoted\"", ",", "\n", "=SUM(A1)", " Mary"]

  /// Baselines by example: those of the third pair are equal.
  static let clean: [Float] = [4, 3, 2]
  static let corrupted: [Float] = [-4, -1, 2]

  /// The patched run at layer l and head h: base + (l + 1) / 4 of the way, minus h tenths of it.
  static func share(_ layer: Int, _ head: Int) -> Float { Float(layer + 1) / 4 - Float(head) / 10 }

  func write(to path: String) throws {
    let rows = (0..<examples).map { example -> PromptRow in
      var corrupted = Self.tokens
      corrupted[5] = " John\(example)"
      return PromptRow(
        cleanTokens: [1, 2, 3, 4, 5, 6], corruptedTokens: [1, 2, 3, 4, 5, 7], answerToken: 1, wrongToken: 2,
        cleanTokenStrings: Self.tokens, corruptedTokenStrings: corrupted, labels: ["label": "a,b"])
    }
    let writer = try ResultsWriter(
      creating: path,
      header: ResultsHeader(
        experiment: experiment, model: "models/<tiny>", modelSHA256: "0123456789abcdef0123", direction: direction,
        patchbayVersion: "0.1.0", attributes: attributes), prompts: rows)
    let (clean, corrupted) = (Array(Self.clean.prefix(examples)), Array(Self.corrupted.prefix(examples)))
    try writer.writeBaseline(.clean, metrics: ["logit_diff": clean, "prob": clean.map { $0 / 10 }])
    try writer.writeBaseline(.corrupted, metrics: ["logit_diff": corrupted, "prob": corrupted.map { $0 / 10 }])
    let (base, other) = direction == "denoise" ? (corrupted, clean) : (clean, corrupted)
    func patched(_ share: Float) -> [Float] { zip(base, other).map { $0 + share * ($1 - $0) } }
    try writer.declare(
      SweepDeclaration(
        name: "zeta", axes: [.init("layer", .range(2)), .init("head", .range(2))], metrics: ["logit_diff", "prob"],
        extras: [.init("logit_diff_attribution", .float32)],
        attributes: ["site": .text("z"), "edit": .text("patch"), "method": .text("both")]))
    for layer in 0..<2 {
      for head in 0..<2 {
        let values = patched(Self.share(layer, head))
        try writer.write(sweep: "zeta", dataset: "logit_diff", cell: [layer, head], values: values)
        try writer.write(sweep: "zeta", dataset: "prob", cell: [layer, head], values: values.map { $0 / 10 })
        try writer.write(
          sweep: "zeta", dataset: "logit_diff_attribution", cell: [layer, head],
          values: zip(values, base).map { ($0 - $1) * 0.5 })
      }
    }
    try writer.declare(
      SweepDeclaration(
        name: "alpha", axes: [.init("layer", .range(2)), .init("position", .range(6))], metrics: ["logit_diff"],
        attributes: ["site": .text("resid_pre"), "edit": .text("patch")]))
    for cell in unwritten..<12 {
      try writer.write(
        sweep: "alpha", dataset: "logit_diff", cells: cell..<(cell + 1), values: patched(Float(cell) / 12))
    }
    try writer.declare(
      SweepDeclaration(
        name: "paths", axes: [.init("sender", .texts(["0.0", "0.1", "1.0", "1.1"]))], metrics: ["logit_diff"],
        extras: [.init("has_path", .int8, perExample: false)],
        attributes: [
          "senders": .text("heads"), "receivers": .texts(["1.0.q"]), "freeze": .text("heads"), "together": .integer(1),
        ]))
    for (cell, share) in ([0.5, -0.25, 0, 0] as [Float]).enumerated() {
      try writer.write(sweep: "paths", dataset: "logit_diff", cell: [cell], values: patched(share))
      try writer.write(sweep: "paths", dataset: "has_path", cell: [cell], flags: [cell < 2 ? 1 : 0])
    }
    try writer.declare(
      SweepDeclaration(
        name: "steer", axes: [.init("layer", .range(1)), .init("coefficient", .numbers([-1, 0.5, 2]))],
        metrics: ["logit_diff"],
        attributes: ["site": .text("resid_pre"), "edit": .text("add"), "add": .text("difference")]))
    for cell in 0..<3 {
      try writer.write(sweep: "steer", dataset: "logit_diff", cell: [0, cell], values: patched([-1, 0.5, 2][cell]))
    }
    try writer.declare(
      SweepDeclaration(
        name: "cross", axes: [.init("source_example", .range(examples))], metrics: ["logit_diff"],
        attributes: ["site": .text("resid_pre"), "edit": .text("add"), "add": .text("example-difference")]))
    for cell in 0..<examples {
      let values = (0..<examples).map { base[$0] + ($0 == cell ? 1 : 0.25) * (other[$0] - base[$0]) }
      try writer.write(sweep: "cross", dataset: "logit_diff", cell: [cell], values: values)
    }
    var looks = ArrayGroup("/readouts/looks", attributes: ["read": .text("attention")])
    let ends: [LabelledAxis] = [
      .init("run", .texts(["clean"])), .init("head", .texts(["0.0"])), .init("destination", .range(6)),
      .init("source", .range(6)), .init("example", .range(examples)),
    ]
    looks.add(LabelledArray("pattern", axes: ends, values: [Float](repeating: 0.25, count: 36 * examples)))
    try writer.write(looks)
    for group in extra { try writer.write(group) }
    if isFinished {
      try writer.finish()
    } else {
      try writer.flush()
      try FileManager.default.copyItem(atPath: path + ".partial", toPath: path)
    }
  }
}
