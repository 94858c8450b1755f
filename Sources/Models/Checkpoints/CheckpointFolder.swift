import Diagnostics
import Foundation
import Hashing
import Tensors

/// A model on disk: a folder in Hugging Face layout (`config.json`, and weights in `model.safetensors` or in the shards
/// that `model.safetensors.index.json` names), or a GGUF file. The weights are mapped, not read.
public struct CheckpointFolder: Sendable {
  /// As given.
  public let path: String
  /// `config.json`, with keys in the order of the file; for a GGUF file, its metadata under the names of `config.json`.
  public let config: JSONObject
  /// The safetensors files, in the order of their names.
  public let files: [SafetensorsFile]
  /// All weights: in the order of the file, or of the index.
  public let tensorNames: [String]
  private let places: [String: Int]
  /// If the model is a GGUF file.
  let gguf: GGUFModel?

  /// Opens a folder or a GGUF file and checks every header. A folder with one GGUF file and no `config.json` is read as
  /// that file.
  /// - Throws: a `CheckpointError` that names the file at fault.
  public init(path: String) throws(CheckpointError) {
    if let file = try Self.ggufFile(at: path) {
      try self.init(gguf: GGUFFile(path: file))
    } else {
      try self.init(folder: path)
    }
  }

  private init(gguf file: GGUFFile) throws(CheckpointError) {
    let model = try GGUFModel(file)
    (path, config, gguf) = (file.path, model.config, model)
    (files, places, tensorNames) = ([], [:], file.tensors.map(\.name))
  }

  private init(folder path: String) throws(CheckpointError) {
    self.path = path
    gguf = nil
    do {
      config = try readJSONObject(Self.file(CheckpointFolder.configName, in: path))
    } catch {
      if case .fileNotFound = error { throw .missingConfig(folder: path) }
      throw error
    }

    var places: [String: Int] = [:]
    let single = Self.file(CheckpointFolder.weightsName, in: path)
    let index = Self.file(CheckpointIndex.fileName, in: path)
    if FileManager.default.fileExists(atPath: single) {
      let file = try SafetensorsFile(path: single)
      files = [file]
      tensorNames = file.entries.map(\.name)
      for name in tensorNames { places[name] = 0 }
    } else if FileManager.default.fileExists(atPath: index) {
      (files, tensorNames, places) = try Self.openShards(of: try CheckpointIndex(path: index), at: index, in: path)
    } else {
      throw try Self.noWeights(in: path)
    }
    self.places = places
  }

  /// The path of `config.json`, or of the GGUF file, for messages about keys.
  public var configPath: String { gguf?.file.path ?? Self.file(CheckpointFolder.configName, in: path) }

  /// The sizes of a weight's axes, outermost first; nil if there is no such weight.
  public func shape(of name: String) -> [Int]? {
    if let gguf { return gguf.file.tensor(named: name)?.shape }
    return places[name].flatMap { files[$0].entry(named: name)?.shape }
  }

  /// A weight's type; nil if there is no such weight.
  public func dtype(of name: String) -> SafetensorsDtype? {
    places[name].flatMap { files[$0].entry(named: name)?.dtype }
  }

  /// Whether two weights have the same numbers in the same shape.
  /// - Throws: what `storage(named:expected:)` throws.
  func areEqual(_ a: String, _ b: String) throws(CheckpointError) -> Bool {
    guard let shape = shape(of: a), shape == self.shape(of: b) else { return false }
    let (first, second) = (try storage(named: a, expected: shape), try storage(named: b, expected: shape))
    return withExtendedLifetime((first, second)) {
      UnsafeBufferPointer(start: first.base, count: first.count)
        .elementsEqual(UnsafeBufferPointer(start: second.base, count: second.count))
    }
  }

  /// A weight's numbers as float32, last axis fastest: mapped memory for F32; converted at each call for F16 and BF16,
  /// and for all other types of a GGUF file.
  /// - Parameter shape: the required shape.
  /// - Throws: `missingWeight`, `wrongShape` or `wrongDtype`.
  public func storage(named name: String, expected shape: [Int]) throws(CheckpointError) -> Storage {
    if let gguf { return try gguf.file.storage(named: name, expected: shape) }
    guard let place = places[name], let entry = files[place].entry(named: name) else {
      throw .missingWeight(tensor: name, place: path, available: tensorNames)
    }
    guard entry.shape == shape else {
      throw .wrongShape(tensor: name, file: files[place].path, expected: shape, found: entry.shape)
    }
    return try files[place].storage(named: name)
  }

  /// The first NaN or infinity among the weights, in the order of the files, or nil.
  /// - Parameter names: which tensors count; all if nil.
  public func firstNonFinite(among names: Set<String>? = nil) -> NonFiniteWeight? {
    for file in files {
      if let found = file.firstNonFinite(among: names) { return found }
    }
    return nil
  }

  /// SHA-256, in hexadecimal, of the bytes of `config.json` followed by those of the weight files in the order of their
  /// names, as printed by `cat config.json model.safetensors | sha256sum`. For a GGUF file, the SHA-256 of that file.
  /// - Throws: what reading `config.json` can throw.
  public func sha256() throws(CheckpointError) -> String {
    var hash = SHA256()
    let mappings: [MappedFile]
    if let gguf {
      mappings = [gguf.file.mapping]
    } else {
      mappings = [try MappedFile(path: configPath)] + files.map(\.mapping)
    }
    for mapping in mappings {
      mapping.withBytes { hash.update($0) }
    }
    return hash.hexadecimal()
  }
}

extension CheckpointFolder {
  /// The GGUF file that a path names, or the only one in a folder that has no `config.json`; nil for any other folder.
  /// - Throws: `folderNotFound` or `fileNotFound`, `notAFolder`, `severalGGUF`, `unreadable`.
  public static func ggufFile(at path: String) throws(CheckpointError) -> String? {
    let isNamed = path.lowercased().hasSuffix(ggufEnding)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw isNamed ? .fileNotFound(path) : .folderNotFound(path)
    }
    guard isFolder.boolValue else {
      guard isNamed else { throw .notAFolder(path) }
      return path
    }
    guard !FileManager.default.fileExists(atPath: file(configName, in: path)) else { return nil }
    let names = try contents(of: path).filter { $0.lowercased().hasSuffix(ggufEnding) }
    guard names.count <= 1 else { throw .severalGGUF(folder: path, files: names) }
    return names.first.map { file($0, in: path) }
  }

  private static let ggufEnding = ".gguf"

  /// The names in a folder, in order.
  private static func contents(of folder: String) throws(CheckpointError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw .unreadable(file: folder, reason: error.localizedDescription)
    }
  }

  private static let configName = "config.json"
  private static let weightsName = "model.safetensors"

  private static func file(_ name: String, in folder: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  private static func openShards(
    of index: CheckpointIndex, at indexPath: String, in folder: String
  ) throws(CheckpointError) -> ([SafetensorsFile], [String], [String: Int]) {
    var files: [SafetensorsFile] = []
    for shard in index.shards {
      let path = file(shard, in: folder)
      do {
        files.append(try SafetensorsFile(path: path))
      } catch {
        guard case .fileNotFound = error else { throw error }
        let tensor = index.places.first { $0.shard == shard }?.tensor ?? ""
        throw .missingShard(shard: path, tensor: tensor, index: indexPath)
      }
    }
    let order = Dictionary(uniqueKeysWithValues: zip(index.shards, files.indices))
    var places: [String: Int] = [:]
    for (tensor, shard) in index.places {
      guard let place = order[shard], files[place].entry(named: tensor) != nil else {
        throw .missingFromShard(tensor: tensor, shard: file(shard, in: folder), index: indexPath)
      }
      // The index's keys differ as bytes, but may be equal as Swift strings.
      guard places.updateValue(place, forKey: tensor) == nil else {
        throw .badIndex(file: indexPath, key: tensor, found: "listed twice", expected: "each tensor once")
      }
    }
    return (files, index.places.map(\.tensor), places)
  }

  /// Why there are no weights to read.
  private static func noWeights(in folder: String) throws(CheckpointError) -> CheckpointError {
    let names = try contents(of: folder)
    let pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json"]
    if let file = names.first(where: pickled.contains) { return .onlyPyTorchWeights(folder: folder, file: file) }
    // A link whose target does not exist is not a weight file, whatever its name.
    let found = names.filter {
      ($0.hasSuffix(".safetensors") || $0.lowercased().hasSuffix(ggufEnding))
        && FileManager.default.fileExists(atPath: file($0, in: folder))
    }
    return .noWeights(folder: folder, found: found)
  }
}
