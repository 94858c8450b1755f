import ActivationStore
import Checkpoints
import ExperimentFile
import Interventions

/// A steering vector in the form of llama.cpp's control vectors: a GGUF file with a tensor `direction.N` per layer.
///
/// llama.cpp adds `direction.N` to the output of block N, counted from 0 (`llama-adapter.cpp`), and rejects
/// `direction.0`. Its own generator and others count the blocks from 1. A file does not say which; it is read as
/// llama.cpp would apply it, unless it has a `direction.0`, was written by Patchbay, or is given with the first number:
/// `mind.gguf#1`.
package struct ControlVector {
  package let vector: SteeringVector
  /// How layers were counted, in a sentence.
  package let note: String
  /// Whether the file records the weights that it is for.
  package let isOfKnownModel: Bool

  /// Whether a path is such a file, with or without the first number.
  package static func isNamed(by path: String) -> Bool { Name(path) != nil }

  /// - Throws: `CheckpointError` for an invalid GGUF file; `ExperimentError.badVector`.
  package init(path: String) throws {
    guard let name = Name(path) else { throw ExperimentError.unknownVectorFormat(file: path) }
    let file = try GGUFFile(path: name.file)
    func bad(_ problem: String) -> ExperimentError { .badVector(file: name.file, problem: problem) }
    let architecture = try file.text("general.architecture")
    guard architecture == Self.architecture else {
      let found = architecture.map { "'\($0)'" } ?? "missing"
      throw bad("general.architecture is \(found), expected '\(Self.architecture)'")
    }
    var rows: [(number: Int, values: [Float])] = []
    for tensor in file.tensors {
      guard tensor.name.hasPrefix(Self.prefix), let number = Int(tensor.name.dropFirst(Self.prefix.count)), number >= 0
      else { throw bad("the tensor '\(tensor.name)' is not one of direction.0, direction.1, ...") }
      guard tensor.shape.count == 1, tensor.shape[0] > 0, tensor.shape == file.tensors[0].shape else {
        throw bad("'\(tensor.name)' has shape \(tensor.shape); all directions must be vectors of one length")
      }
      let storage = try file.storage(named: tensor.name)
      rows.append((number, Array(UnsafeBufferPointer(start: storage.base, count: storage.count))))
    }
    rows.sort { $0.number < $1.number }
    guard let first = rows.first?.number else { throw bad("it has no directions") }
    let (count, reason) = try Self.counting(name, file, first: first)
    guard count <= first else { throw bad("it has direction.0, so its layers count from 0, not from \(count)") }
    note = """
      '\(name.file)': layers counted from \(count), \(reason): direction.\(first) is for layer \(first - count)
      """
    let sha256 = try file.text(Self.Key.sha256)
    isOfKnownModel = sha256 != nil
    vector = SteeringVector(
      model: try file.text(Self.Key.model) ?? file.text(Self.Key.hint) ?? "another model", modelSHA256: sha256 ?? "",
      site: SiteName.residPost.rawValue, method: try file.text(Self.Key.method) ?? "control vector",
      prompts: try file.text(Self.Key.prompts) ?? "", position: try file.text(Self.Key.position) ?? "",
      pairs: try file.integer(Self.Key.pairs) ?? 0, patchbayVersion: try file.text(Self.Key.version) ?? "",
      layers: rows.map { $0.number - count }, values: rows.map { [$0.values] }, isSequence: false,
      activationNorms: rows.map { _ in 0 })
  }

  /// The number from which layers are counted, and why.
  private static func counting(_ name: Name, _ file: GGUFFile, first: Int) throws -> (count: Int, reason: String) {
    if let chosen = name.countedFrom { return (chosen, "as '#\(chosen)' says") }
    if let written = try file.integer(Key.countedFrom) {
      guard written == 0 || written == 1 else {
        throw CheckpointError.invalidConfigValue(
          key: Key.countedFrom, value: "\(written)", expected: "0 or 1", file: name.file)
      }
      return (written, "as the file says")
    }
    if first == 0 { return (0, "since there is a direction.0") }
    return (0, "as llama.cpp applies them; '\(name.file)#1' counts from 1")
  }

  fileprivate static let (architecture, prefix) = ("controlvector", "direction.")

  fileprivate enum Key {
    static let (hint, count) = ("controlvector.model_hint", "controlvector.layer_count")
    static let (model, sha256, method) = ("patchbay.model", "patchbay.model_sha256", "patchbay.method")
    static let (prompts, position, pairs) = ("patchbay.prompts", "patchbay.position", "patchbay.pairs")
    static let (version, countedFrom) = ("patchbay.version", "patchbay.layers_counted_from")
  }

  /// `mind.gguf`, `mind.gguf#0`, `mind.gguf#1`.
  private struct Name {
    let file: String
    var countedFrom: Int?

    init?(_ path: String) {
      let parts = path.split(separator: "#", omittingEmptySubsequences: false)
      if parts.count > 1, let last = parts.last, last == "0" || last == "1" {
        (file, countedFrom) = (String(path.dropLast(2)), last == "0" ? 0 : 1)
      } else {
        file = path
      }
      guard file.lowercased().hasSuffix(".gguf") else { return nil }
    }
  }
}

extension ControlVector {
  /// A vector as a control vector: what llama.cpp adds at the same places when it reads the file.
  package struct Written {
    /// The file, ready to be written.
    package let writer: GGUFWriter
    /// Layers without a counterpart in llama.cpp.
    package let leftOut: [Int]
  }

  /// - Parameter family: the family of its model (`llama`).
  /// - Throws: `ExperimentError.noControlVector` for a vector of another site, for one with a vector per position, and
  ///   if no layer is left.
  package static func written(_ vector: SteeringVector, family: String) throws -> Written {
    // The input of a block is the output of the previous one.
    let shift = try blockOffset(of: vector.site, isSequence: vector.isSequence)
    let places = vector.layers.enumerated().map { (index: $0, number: $1 - shift) }.filter { $0.number >= 1 }
    guard !places.isEmpty else {
      throw ExperimentError.noControlVector(
        reason: "llama.cpp adds nothing at the output of layer 0, and there is no other")
    }
    var writer = GGUFWriter(metadata: [
      ("general.architecture", .text(architecture)), (Key.hint, .text(family)),
      (Key.count, .uint32(UInt32(places.count))),
      (Key.countedFrom, .uint32(0)), (Key.model, .text(vector.model)), (Key.sha256, .text(vector.modelSHA256)),
      (Key.method, .text(vector.method)), (Key.prompts, .text(vector.prompts)), (Key.position, .text(vector.position)),
      (Key.pairs, .uint32(UInt32(clamping: vector.pairs))), (Key.version, .text(vector.patchbayVersion)),
    ])
    for (index, number) in places {
      let values = vector.values[index][0]
      writer.add("\(prefix)\(number)", shape: [values.count], values)
    }
    return Written(writer: writer, leftOut: vector.layers.filter { $0 - shift < 1 })
  }

  /// How many blocks before a layer's block the site is an output.
  /// - Throws: `ExperimentError.noControlVector`.
  package static func blockOffset(of site: String, isSequence: Bool) throws -> Int {
    guard !isSequence else {
      throw ExperimentError.noControlVector(reason: "it has one vector for each layer, not one for each token")
    }
    switch SiteName(rawValue: site) {
    case .residPost: return 0
    case .residPre: return 1
    default:
      throw ExperimentError.noControlVector(
        reason: "llama.cpp adds vectors to the output of blocks: --site resid_post or resid_pre, not \(site)")
    }
  }
}
