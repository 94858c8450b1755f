import Foundation
import TestSupport

/// A temporary folder with a tiny model `model` and an empty folder `out` for what commands write; removed with the
/// value.
final class Workplace {
  private let folder: TemporaryFolder
  var path: String { folder.path }
  var model: String { "\(path)/model" }
  var out: String { "\(path)/out" }

  init(_ model: TinyModel = TinyModel()) throws {
    folder = try TemporaryFolder()
    try folder.makeFolder("out")
    try model.write(to: self.model)
  }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try folder.write(name, text) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String { try folder.write(name, bytes) }

  /// The names of the files in `out`, at any depth.
  func written() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: out).sorted() }

  /// An experiment of one pair on the model, with a line changed.
  /// - Parameter change: a piece of the text and its replacement.
  func experiment(_ changes: (from: String, to: String)...) throws -> String {
    var text = Self.experiment
    for change in changes { text = text.replacingOccurrences(of: change.from, with: change.to) }
    return try write("experiment.yaml", text)
  }

  static let experiment = """
    name: names
    model: model
    prompts:
      pairs:
        - clean: "When Mary and John went to the store John gave a drink to"
          corrupted: "When Mary and John went to the store Mary gave a drink to"
          answer: "Mary"
          wrong: "John"
        - clean: "When Tom and Mary went to"
          corrupted: "When Tom and John went to"
          answer: "Tom"
          wrong: "Mary"
    metrics: [logit_diff, rank]
    sweeps:
      - {name: resid_pre, site: resid_pre, over: [layer, position]}
      - {name: heads, site: z, over: [layer, head]}
    cache: {hooks: ["blocks.*.hook_resid_pre"], runs: [clean, corrupted]}
    """
}
