import ActivationStore
import Analyses
import Checkpoints
import Datasets
import Diagnostics
import Execution
import ExperimentFile
import Foundation
import Tokenization
import Workbenches

extension CacheRecipe {
  /// Makes the cache of one of the models, unless it already exists.
  /// - Parameters:
  /// - path: where it goes. Drawn prompts are stored next to it, as `.jsonl`.
  /// - Throws: `ExperimentError`, `CheckpointError`, `TokenizerError`, `StoreError`, `CancellationError`.
  func make(_ model: ModelReference, at path: String, threads: Int?, on console: Console) async throws {
    do {
      let lines = try promptLines(model, beside: path)
      let sha256 = try CheckpointFolder(path: try model.folder()).sha256()
      let origin = "\(digest(lines.bytes)) \(hooks.joined(separator: " ")) \(prependBOS.rawValue)"
      if isMade(path, sha256, origin) { return }
      let command = CacheCommand(
        model: try model.folder(), prompts: lines.file, hooks: hooks, output: path, precision: .float32,
        compress: false, prependBOS: prependBOS, threads: threads)
      _ = try await command.make(calling: model.text, attributes: [Schema.Cache.madeFrom: .text(origin)], on: console)
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }

  private func promptLines(_ model: ModelReference, beside path: String) throws -> (file: String, bytes: [UInt8]) {
    switch prompts {
    case .file(let file):
      do {
        return (file, try readBytes(file))
      } catch {
        throw ExperimentError.nested(place, error.kind, error.message)
      }
    case .template(let template):
      let sample = try template.sample(tokenizer: try model.tokenizer(), folder: try model.folder())
      let text = sample.items.map(DatasetCommand.line).joined(separator: "\n") + "\n"
      let file = path.replacing(".cache.h5", with: ".jsonl")
      do {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
      } catch {
        throw ExperimentError.cannotWrite(file, reason: (error as NSError).localizedDescription)
      }
      return (file, Array(text.utf8))
    }
  }

  /// Whether a complete cache of the same model, prompts and hooks exists. One that cannot be read is made again.
  private func isMade(_ path: String, _ sha256: String, _ origin: String) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    do {
      let reader = try CacheReader(path)
      let header = try reader.header()
      return reader.store.isComplete && header.modelSHA256 == sha256
        && header.attributes[Schema.Cache.madeFrom] == .text(origin)
    } catch {
      return false
    }
  }

  /// FNV-1a, 64 bits: to detect that prompts have changed.
  private func digest(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return String(hash, radix: 16)
  }
}
