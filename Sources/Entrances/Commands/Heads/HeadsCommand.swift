import ActivationStore
import Analysis
import Checkpoints
import Execution
import Foundation
import Reports
import Workbenches

/// `patchbay heads`: where every attention head attends, what its weights copy, and which heads compose.
public struct HeadsCommand: Sendable {
  public let model: String
  /// A file with a JSON object per line, as for `patchbay cache`; for pairs, the clean prompt is used.
  public let prompts: String?
  /// How many random sequences there are.
  public let sequences: Int
  /// How many random tokens come before their repetition; nil for 50, or as many as the model allows.
  public let length: Int?
  public let seed: UInt64
  /// How many heads or pairs each list shows.
  public let top: Int
  public let gains: NormGains
  public let isJSON: Bool
  /// The HDF5 file to write, if any; its report is written next to it.
  public let output: String?
  public let prependBOS: PrependBOS

  public init(
    model: String, prompts: String? = nil, sequences: Int = 16, length: Int? = nil, seed: UInt64 = 0, top: Int = 5,
    gains: NormGains = .folded, isJSON: Bool = false, output: String? = nil, prependBOS: PrependBOS = .automatic
  ) {
    self.model = model
    self.prompts = prompts
    self.sequences = sequences
    self.length = length
    self.seed = seed
    self.top = top
    self.gains = gains
    self.isJSON = isJSON
    self.output = output
    self.prependBOS = prependBOS
  }

  /// - Throws: `CheckpointError`, `TokenizerError`, `ExperimentError`, `CommandError`, `HeadsError`, `RunError`,
  ///   `StoreError`, `ConsoleError`, `CancellationError`. The output then does not exist, or is unchanged.
  public func run(on console: Console) async throws {
    if let output, let prompts, isSameFile(output, prompts) { throw CommandError.outputIsInput(output) }
    let bench = try await Workbench.loading(ModelReference(model))
    let (loaded, graph) = (bench.loaded, bench.model.graph)
    let reader = try PromptReader(bench, prependBOS: prependBOS)
    var onSequences = try HeadDetection(loaded.model)
    let random = try RepeatedSequences(
      for: graph, count: sequences, length: length, seed: seed, first: reader.resolver.tokenizer?.beginningOfText)
    let survey = try prompts.map { try PromptSurvey(PromptStream($0, reader: reader), file: $0) }
    // Before the work, so that a path that cannot be written is reported immediately.
    let file = try output.map { path in
      try ArraysFile(
        creating: path, format: .heads,
        attributes: [
          Schema.Root.model: .text(model), Schema.Root.modelSHA256: .text(try loaded.folder.sha256()),
          Schema.Root.patchbayVersion: .text(PatchbayVersion.text), Schema.Heads.normGains: .text(gains.rawValue),
        ])
    }
    try detect(random, with: &onSequences, on: console)
    let onPrompts = try survey.map { try detect($0, reader, loaded.model, on: console) }
    let progress = ProgressLine("composition", total: graph.dimensions.layers, unit: "layers", on: console)
    let composition = try CompositionScores(of: loaded.model, gains: gains) { _ in progress.advance(by: 1) }
    progress.finish()
    let copying = try await CopyingScores.measured(on: loaded.model, gains: gains)
    let report = HeadsReport(
      model: model, gains: gains, random: random,
      detections: [HeadsReport.Detection(kind: .random, onSequences)]
        + (onPrompts.map { [HeadsReport.Detection(kind: .prompts(prompts ?? ""), $0)] } ?? []),
      copying: copying, composition: composition)
    if let file {
      for arrays in report.arrays { try file.write(arrays) }
      try Task.checkCancellation()
      try file.finish()
    }
    try console.print(isJSON ? report.json(top: top).text : report.text(top: top, output: output))
    guard let output else { return }
    let folder = URL(fileURLWithPath: output).deletingLastPathComponent().relativePath
    let exported = try ExportedFiles.exporting(output, writtenTo: folder)
    // With --json, standard output has only JSON.
    if !isJSON { try console.print("\n" + exported.lines.joined(separator: "\n")) }
  }

  private func detect(
    _ random: RepeatedSequences, with detection: inout HeadDetection, on console: Console
  ) throws {
    let progress = ProgressLine("random sequences", total: random.count, unit: "sequences", on: console)
    defer { progress.finish() }
    for first in stride(from: 0, to: random.count, by: 64) {
      let tokens = (first..<min(first + 64, random.count)).map(random.tokens)
      try detection.add(tokens) { progress.advance(by: $0) }
    }
  }

  /// Reads the prompts again and runs them as they are read.
  private func detect(
    _ survey: PromptSurvey, _ reader: PromptReader, _ model: Model, on console: Console
  ) throws -> HeadDetection {
    guard let prompts else { preconditionFailure("a survey is of a file") }
    if !survey.otherKeys.isEmpty {
      console.note("note: \(prompts): ignored keys: \(survey.otherKeys.joined(separator: ", "))")
    }
    let progress = ProgressLine("prompts", total: survey.count, unit: "prompts", on: console)
    defer { progress.finish() }
    var detection = try HeadDetection(model)
    let stream = try PromptStream(prompts, reader: reader)
    var pending: [[Int32]] = []
    while let row = try stream.next() {
      pending.append(row.cleanTokens)
      if pending.count == 64 {
        try detection.add(pending) { progress.advance(by: $0) }
        pending = []
      }
    }
    try detection.add(pending) { progress.advance(by: $0) }
    return detection
  }
}
