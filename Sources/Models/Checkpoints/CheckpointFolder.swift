import Diagnostics
import Foundation
import Hashing
import Tensors

/// A model in Hugging Face layout: `config.json`, and weights in `model.safetensors` or in the shards that
/// `model.safetensors.index.json` names. The weights are mapped, not read.
public struct CheckpointFolder: Sendable {
  /// As it was given.
  public let path: String
  /// `config.json`, keys in the order of the file.
  public let config: JSONObject
  /// The weight files, in the order of their names.
  public let files: [SafetensorsFile]
  /// All weights: in the order of the file, or of the index.
  public let tensorNames: [String]
  private let places: [String: Int]

  /// Opens the folder and checks every header.
  /// - Throws: a `CheckpointError` that names the file at fault.
  public init(path: String) throws(CheckpointError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .folderNotFound(path) }
    guard isFolder.boolValue else { throw .notAFolder(path) }
    self.path = path
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

  /// Where `config.json` stands, for messages about its keys.
  public var configPath: String { Self.file(CheckpointFolder.configName, in: path) }

  /// The sizes of a weight's axes, outermost first; nil when there is no such weight.
  public func shape(of name: String) -> [Int]? {
    places[name].flatMap { files[$0].entry(named: name)?.shape }
  }

  /// A weight's type; nil when there is no such weight.
  public func dtype(of name: String) -> SafetensorsDtype? {
    places[name].flatMap { files[$0].entry(named: name)?.dtype }
  }

  /// Whether two weights hold the same numbers in the same shape.
  /// - Throws: what `storage(named:expected:)` throws.
  func areEqual(_ a: String, _ b: String) throws(CheckpointError) -> Bool {
    guard let shape = shape(of: a), shape == self.shape(of: b) else { return false }
    let (first, second) = (try storage(named: a, expected: shape), try storage(named: b, expected: shape))
    return withExtendedLifetime((first, second)) {
      UnsafeBufferPointer(start: first.base, count: first.count)
        .elementsEqual(UnsafeBufferPointer(start: second.base, count: second.count))
    }
  }

  /// A weight's numbers as float32, last axis fastest: mapped memory for F32, converted anew at each call for F16 and
  /// BF16.
  /// - Parameter shape: what the shape must be.
  /// - Throws: `missingWeight`, `wrongShape` or `wrongDtype`.
  public func storage(named name: String, expected shape: [Int]) throws(CheckpointError) -> Storage {
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

  /// SHA-256 in hexadecimal of the bytes of `config.json` followed by those of the weight files in the order of their
  /// names: what `cat config.json model.safetensors | sha256sum` prints.
  /// - Throws: what reading `config.json` can throw.
  public func sha256() throws(CheckpointError) -> String {
    var hash = SHA256()
    for mapping in [try MappedFile(path: configPath)] + files.map(\.mapping) {
      mapping.withBytes { hash.update($0) }
    }
    return hash.hexadecimal()
  }
}

extension CheckpointFolder {
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
      // The index's keys differ byte by byte, but may be equal as Swift's strings are.
      guard places.updateValue(place, forKey: tensor) == nil else {
        throw .badIndex(file: indexPath, key: tensor, found: "listed twice", expected: "each tensor once")
      }
    }
    return (files, index.places.map(\.tensor), places)
  }

  /// Why there are no weights to read.
  private static func noWeights(in folder: String) throws(CheckpointError) -> CheckpointError {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      return .unreadable(file: folder, reason: error.localizedDescription)
    }
    let pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json"]
    if let file = names.first(where: pickled.contains) { return .onlyPyTorchWeights(folder: folder, file: file) }
    // A link whose target is gone is no weight file, whatever its name.
    let found = names.filter {
      $0.hasSuffix(".safetensors") && FileManager.default.fileExists(atPath: file($0, in: folder))
    }
    return .noWeights(folder: folder, found: found)
  }
}
