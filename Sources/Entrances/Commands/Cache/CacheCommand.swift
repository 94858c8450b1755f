import ActivationStore
import Checkpoints
import Execution
import Foundation
import LabelledArrays
import ModelGraph
import Workbenches

/// `patchbay cache`: writes the activations of many prompts to an HDF5 file.
///
/// The prompt file is read twice, first for the lengths and then to run the prompts, so that only a batch is in memory.
public struct CacheCommand: Sendable {
  public let model: String
  /// A file with a JSON object per line.
  public let prompts: String
  /// Patterns of hook names.
  public let hooks: [String]
  public let output: String
  public let precision: CachePlan.Precision
  public let compress: Bool
  public let prependBOS: PrependBOS
  /// How many batches are run at the same time.
  public let workers: Int

  /// - Parameter threads: how many processors to use; all if nil.
  public init(
    model: String, prompts: String, hooks: [String], output: String, precision: CachePlan.Precision = .float32,
    compress: Bool = false, prependBOS: PrependBOS = .automatic, threads: Int? = nil
  ) {
    self.model = model
    self.prompts = prompts
    self.hooks = hooks
    self.output = output
    self.precision = precision
    self.compress = compress
    self.prependBOS = prependBOS
    workers = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// - Throws: `CheckpointError`, `TokenizerError`, `GraphError`, `ExperimentError`, `StoreError`, `ConsoleError`,
  ///   `CancellationError`. The output then does not exist, or is unchanged.
  public func run(on console: Console) async throws {
    try console.print(try await make(calling: model, on: console))
  }

  /// Writes the file.
  /// - Parameters:
  /// - name: the name of the model in the file.
  ///   - attributes: of the file's root, in addition to its header.
  /// - Returns: a line about the contents.
  /// - Throws: as `run`.
  func make(calling name: String, attributes: [String: Attribute] = [:], on console: Console) async throws -> String {
    if isSameFile(output, prompts) { throw CommandError.outputIsInput(output) }
    let bench = try await Workbench.loading(ModelReference(model))
    let (loaded, graph) = (bench.loaded, bench.model.graph)
    let reader = try PromptReader(bench, prependBOS: prependBOS)
    let nodes = try graph.nodes(matching: hooks)
    let survey = try PromptSurvey(PromptStream(prompts, reader: reader), file: prompts)
    if !survey.otherKeys.isEmpty {
      console.note("note: \(prompts): ignored keys: \(survey.otherKeys.joined(separator: ", "))")
    }
    try Task.checkCancellation()
    let writer = try CacheWriter(
      creating: output,
      header: CacheHeader(
        model: name, modelSHA256: try loaded.folder.sha256(), patchbayVersion: PatchbayVersion.text,
        attributes: attributes.merging([Schema.Cache.prompts: .text(prompts)]) { $1 }),
      plan: CachePlan(
        runs: survey.runs, hooks: nodes.map { CachePlan.Hook($0.hook ?? "", $0.layout) }, examples: survey.count,
        longestPrompt: survey.longest, promptColumns: survey.columns, precision: precision, compress: compress))
    do {
      let stream = try PromptStream(prompts, reader: reader)
      try await write(
        stream, CacheJob(model: loaded.model, nodes: nodes, survey: survey, writer: writer), on: console)
      try Task.checkCancellation()
      try writer.finish()
    } catch {
      writer.discard()
      throw error
    }
    return summary(survey, nodes)
  }

  /// Runs batches, one per worker at a time.
  private func write(_ stream: PromptStream, _ job: CacheJob, on console: Console) async throws {
    let progress = ProgressLine("cache", total: job.survey.count, unit: "prompts", on: console)
    defer { progress.finish() }
    var first = 0
    var pending = try stream.next()
    try await withThrowingTaskGroup(of: Int.self) { group in
      var running = 0
      while pending != nil {
        var batch = CacheBatch(graph: job.model.graph, nodes: job.nodes)
        while let row = pending, batch.add(row) { pending = try stream.next() }
        guard first + batch.rows.count <= job.survey.count, batch.rows.allSatisfy(job.survey.announces) else {
          throw CommandError.promptsChanged(file: prompts)
        }
        if running == workers, let done = try await group.next() {
          progress.advance(by: done)
          running -= 1
        }
        let (rows, start) = (batch.rows, first)
        group.addTask { try job.run(rows, from: start) }
        running += 1
        first += rows.count
      }
      for try await done in group { progress.advance(by: done) }
    }
    if first != job.survey.count { throw CommandError.promptsChanged(file: prompts) }
  }

  private func summary(_ survey: PromptSurvey, _ nodes: [Node]) -> String {
    let what = survey.arePairs ? "pairs of prompts" : "prompts"
    var status = stat()
    let size = stat(output, &status) == 0 ? ", \(byteCount(Int(status.st_size)))" : ""
    return "\(output): \(survey.count) \(what), \(nodes.count) activations\(size)"
  }
}

/// Whether both paths lead to the same existing file.
func isSameFile(_ first: String, _ second: String) -> Bool {
  var (a, b) = (stat(), stat())
  return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev
}
