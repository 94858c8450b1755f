import ActivationStore
import Analysis
import Checkpoints
import Diagnostics
import Foundation
import Interventions
import ModelGraph
import Workbenches

/// `patchbay vector`: computes a steering direction from prompt pairs, one per layer.
public struct VectorCommand: Sendable {
  /// How a vector is computed.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    case meanDifference = "mean-difference"
    case pairedComponent = "paired-component"
    /// One pair, position by position from the first (ActAdd, Turner et al. 2023).
    case difference
    case random
  }

  public let model: String
  /// A file of pairs, one JSON object per line; the clean prompt is the side to steer towards.
  public let prompts: String
  public let site: SiteName
  public let method: Method
  /// Which token of each prompt; ignored by `.difference`.
  public let position: PositionRule
  public let seed: UInt64
  public let output: String
  public let prependBOS: PrependBOS

  public init(
    model: String, prompts: String, site: SiteName, method: Method = .meanDifference,
    position: PositionRule = .index(-1), seed: UInt64 = 0, output: String, prependBOS: PrependBOS = .automatic
  ) {
    self.model = model
    self.prompts = prompts
    self.site = site
    self.method = method
    self.position = position
    self.seed = seed
    self.output = output
    self.prependBOS = prependBOS
  }

  /// - Throws: `CommandError`, `ExperimentError`, `CheckpointError`, `TokenizerError`, `SelectionError`, `StoreError`,
  ///   `ConsoleError`, `CancellationError`. The output then does not exist, or is unchanged.
  public func run(on console: Console) async throws {
    if isSameFile(output, prompts) { throw CommandError.outputIsInput(output) }
    let isControlVector = output.lowercased().hasSuffix(".gguf")
    if isControlVector { _ = try ControlVector.blockOffset(of: site.rawValue, isSequence: method == .difference) }
    let cache = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-\(UUID().uuidString).h5").path
    defer { unlink(cache) }
    _ = try await CacheCommand(
      model: model, prompts: prompts,
      hooks: [site.hasLayers ? "blocks.*.\(site.hook(layer: 0).suffix)" : site.hook(layer: 0).text],
      output: cache, prependBOS: prependBOS
    ).make(calling: model, on: console)
    let opened = try ActivationCache(name: "pairs", file: cache)
    guard opened.reader.runs == [.clean, .corrupted] else { throw CommandError.vectorNeedsPairs(prompts) }
    let (vector, notes) = try method == .difference ? (sequence(opened), []) : contrast(opened)
    if isControlVector {
      try writeControlVector(vector, on: console)
    } else {
      let file = try ArraysFile(creating: output, format: .vector, attributes: vector.attributes)
      try file.write(vector.arrays)
      try Task.checkCancellation()
      try file.finish()
    }
    try console.print(([report(vector)] + notes).joined(separator: "\n"))
  }

  /// Writes it for llama.cpp, and reports layers without a counterpart there.
  private func writeControlVector(_ vector: SteeringVector, on console: Console) throws {
    let folder = try CheckpointFolder(path: try ModelReference(model).folder())
    let written = try ControlVector.written(vector, family: try LoadedModel.spec(of: folder).family)
    try Task.checkCancellation()
    try written.writer.write(to: output)
    guard !written.leftOut.isEmpty else { return }
    let numbers = written.leftOut.map(String.init).joined(separator: " and ")
    let layers = "\(written.leftOut.count == 1 ? "layer" : "layers") \(numbers)"
    console.note("\(layers) left out: llama.cpp adds vectors to the outputs of blocks, from the second on")
  }

  /// The vector, and which pairs it leaves out.
  private func contrast(_ cache: ActivationCache) throws -> (vector: SteeringVector, notes: [String]) {
    guard let method = ContrastStudy.Method(rawValue: method.rawValue) else {
      preconditionFailure("every method but one is a contrast")
    }
    let selection = try Selection(SelectionSpec(positions: [position]), labels: LabelSpec(.run), in: [cache])
    let contrasts = try ContrastStudy(selection, method: method, seed: seed).contrasts { try Task.checkCancellation() }
    let vector = vector(
      of: cache, layers: selection.hooks.map { $0.layer ?? 0 }, values: contrasts.map { [$0.vector.map(Float.init)] },
      norms: contrasts.map(\.activationNorm), pairs: contrasts.map(\.pairs).max() ?? 0)
    return (vector, selection.leftOutNotes)
  }

  private func sequence(_ cache: ActivationCache) throws -> SteeringVector {
    guard cache.prompts.count == 1 else {
      throw CommandError.differenceNeedsOnePair(prompts, found: cache.prompts.count)
    }
    var (values, norms): ([[[Float]]], [Double]) = ([], [])
    for hook in cache.reader.hooks {
      let width = try cache.reader.layout(of: hook).width
      let clean = try cache.reader.read(run: .clean, hook: hook, examples: 0..<1).values
      let corrupted = try cache.reader.read(run: .corrupted, hook: hook, examples: 0..<1).values
      let rows = stride(from: 0, to: clean.count, by: width).map { start in
        (start..<start + width).map { clean[$0] - corrupted[$0] }
      }
      values.append(rows)
      let lengths = [clean, corrupted].flatMap { all in
        stride(from: 0, to: all.count, by: width).map { start in
          all[start..<start + width].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
      }
      norms.append(lengths.reduce(0, +) / Double(lengths.count))
    }
    return vector(
      of: cache, layers: cache.reader.hooks.map { $0.layer ?? 0 }, values: values, norms: norms, pairs: 1)
  }

  private func vector(
    of cache: ActivationCache, layers: [Int], values: [[[Float]]], norms: [Double], pairs: Int
  ) -> SteeringVector {
    SteeringVector(
      model: model, modelSHA256: cache.modelSHA256, site: site.rawValue, method: method.rawValue, prompts: prompts,
      position: method == .difference ? "each" : position.label, pairs: pairs, patchbayVersion: PatchbayVersion.text,
      layers: layers, values: values, isSequence: method == .difference, activationNorms: norms)
  }

  private func report(_ vector: SteeringVector) -> String {
    var table = TextTable(
      header: ["layer", "length", "activations", "share"], alignments: [.right, .right, .right, .right])
    for (index, layer) in vector.layers.enumerated() {
      let (norm, whole) = (vector.norms[index], vector.activationNorms[index])
      table.add([
        "\(layer)", decimal(norm, 3), decimal(whole, 3), whole > 0 ? "\(decimal(100 * norm / whole, 1)) %" : "-",
      ])
    }
    let what = vector.isSequence ? "\(vector.values[0].count) positions" : "at \(vector.position)"
    return """
      \(method.rawValue) of \(site.rawValue), \(what), of \(vector.pairs) \(vector.pairs == 1 ? "pair" : "pairs"); lengths, and the activations' mean \
      length

      \(table.text)

      \(output)
      """
  }
}
