import ActivationStore
import Foundation
import LabelledArrays
import ModelGraph

/// Small files with a bit of everything; `scripts/python/check_hdf5.py` knows their contents.
enum Samples {
  /// Three pairs of 4, 2 and 3 tokens; among the token strings are one of three bytes and one that is a zero byte.
  static let prompts: [PromptRow] = [
    PromptRow(
      cleanTokens: [1, 2, 3, 4], corruptedTokens: [1, 5, 3, 4], answerToken: 7, wrongToken: 8,
      cleanTokenStrings: ["When", " Mary", "é€", "\0"], corruptedTokenStrings: ["When", " John", "é€", "\0"],
      labels: ["label": "girl", "held_out": "true"]),
    PromptRow(
      cleanTokens: [1, 9], corruptedTokens: [1, 6], answerToken: 9, wrongToken: 6, cleanTokenStrings: ["When", "x"],
      corruptedTokenStrings: ["When", "y"], labels: ["label": "boy"]),
    PromptRow(
      cleanTokens: [0, 2, 3], corruptedTokens: [0, 5, 3], answerToken: 7, wrongToken: 8,
      cleanTokenStrings: ["", " Mary", "é€"], corruptedTokenStrings: ["", " John", "é€"]),
  ]

  static let resultsHeader = ResultsHeader(
    experiment: "name: sample\nmodel: bundled:ioi  # naïve\n", model: "bundled:ioi", modelSHA256: "00ff",
    direction: "denoise", patchbayVersion: "0.1.0",
    attributes: ["normalisation": .text("ratio of means"), "seed": .integer(3), "tau": .number(0.5)])

  /// The value at a cell of the sweep `heads`: layer + head / 10 + example / 100.
  static func headValue(_ layer: Int, _ head: Int, _ example: Int) -> Float {
    Float(layer) + Float(head) / 10 + Float(example) / 100
  }

  static let headAxes = [LabelledAxis("layer", .range(2)), LabelledAxis("head", .range(3))]

  /// A finished results file, except for one cell of `heads` ([1, 2]) that was never written.
  static func writeResults(_ path: String) throws {
    let writer = try startResults(path)
    try writer.finish()
  }

  /// The same, still open.
  static func startResults(_ path: String) throws -> ResultsWriter {
    let writer = try ResultsWriter(creating: path, header: resultsHeader, prompts: prompts)
    try writer.writeBaseline(.clean, metrics: ["logit_diff": [3, 3.5, 4], "prob": [0.5, 0.25, 0.125]])
    try writer.writeBaseline(.corrupted, metrics: ["logit_diff": [-3, -3.5, -4], "prob": [0, 0.5, 1]])
    try writer.declare(
      SweepDeclaration(
        name: "heads", axes: headAxes, metrics: ["logit_diff"],
        extras: [.init("logit_diff_attribution", .float32, attributes: ["point": .text("base")])],
        attributes: ["site": .text("z"), "edit": .text("patch")]))
    for (layer, head) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)] {
      let values = (0..<3).map { headValue(layer, head, $0) }
      try writer.write(sweep: "heads", dataset: "logit_diff", cell: [layer, head], values: values)
      try writer.write(sweep: "heads", dataset: "change_norm", cell: [layer, head], values: [1, 0, 2])
    }
    try writer.declare(
      SweepDeclaration(
        name: "into-9.9-q",
        axes: [
          LabelledAxis("sender", .texts(["7.3", "mlp.0", "embed"])), LabelledAxis("receiver", .texts(["9.9.q"])),
        ],
        metrics: ["logit_diff"], hasChangeNorm: false, extras: [.init("has_path", .int8, perExample: false)]))
    try writer.write(sweep: "into-9.9-q", dataset: "logit_diff", cells: 0..<3, values: (0..<9).map(Float.init))
    try writer.write(sweep: "into-9.9-q", dataset: "has_path", cells: 0..<3, flags: [1, 1, 0])
    try writer.declare(
      SweepDeclaration(
        name: "steer",
        axes: [LabelledAxis("layer", .integers([3, 5])), LabelledAxis("coefficient", .numbers([0.1, 2]))],
        metrics: ["logit_diff"]))
    try writer.write(
      sweep: "steer", dataset: "logit_diff", cells: 1..<4, values: (0..<9).map { Float($0) + 0.5 })
    return writer
  }

  static let cacheHeader = CacheHeader(
    model: "bundled:ioi", modelSHA256: "00ff", patchbayVersion: "0.1.0", attributes: ["note": .text("sample")])

  static let cacheHooks: [CachePlan.Hook] = [
    .init("blocks.0.attn.hook_k", .perPosition([Extent(.head, 1), Extent(.dHead, 2)])),
    .init("blocks.0.attn.hook_pattern", .perPair(heads: 2)),
    .init("blocks.0.attn.hook_z", .perPosition([Extent(.head, 2), Extent(.dHead, 2)])),
    .init("blocks.0.hook_resid_pre", .perPosition([Extent(.dModel, 3)])),
    .init("embedder.stage1", .perExample([Extent(.channel, 2), Extent(.row, 2), Extent(.column, 2)])),
    .init("embedder.stage2", .perExample([Extent(.channel, 3), Extent(.row, 1), Extent(.column, 1)])),
  ]

  /// The value at flat index `index` of an example's unpadded values: an exact binary16.
  static func cacheValue(_ run: StoredRun, _ hook: Int, _ example: Int, _ index: Int) -> Float {
    (run == .corrupted ? -1 : 1) * (Float(hook) * 128 + Float(example) * 32 + Float(index) / 2)
  }

  /// Example 1 of the last hook is never written.
  static func writeCache(
    _ path: String, runs: [StoredRun], precision: CachePlan.Precision = .float32, compress: Bool = false
  ) throws {
    let writer = try CacheWriter(
      creating: path, header: cacheHeader,
      plan: CachePlan(
        runs: runs, hooks: cacheHooks, examples: 3, longestPrompt: 4, promptColumns: PromptColumns(of: prompts),
        precision: precision, compress: compress))
    for (example, row) in prompts.enumerated() {
      try writer.write(prompts: [row], from: example)
      let positions = row.cleanTokens.count
      for run in runs {
        for (number, hook) in cacheHooks.enumerated() where !(number == cacheHooks.count - 1 && example == 1) {
          let count = hook.layout.sizes(examples: 1, positions: positions).reduce(1, *)
          let values = (0..<count).map { cacheValue(run, number, example, $0) }
          try values.withUnsafeBufferPointer {
            try writer.write(run: run, hook: hook.name, example: example, positions: positions, values: $0)
          }
        }
      }
    }
    try writer.finish()
  }
}
