import Diagnostics
import Foundation

/// `model.safetensors.index.json`: which tensor is in which shard.
struct CheckpointIndex {
  static let fileName = "model.safetensors.index.json"

  /// The shards in the order of their names.
  let shards: [String]
  /// Tensor and shard, in the order of the index.
  let places: [(tensor: String, shard: String)]

  /// - Throws: `badJSON`, `notAnObject`, `badIndex`, and what reading a file can throw.
  init(path: String) throws(CheckpointError) {
    let key = "weight_map"
    let wanted = "an object from tensor names to file names"
    guard let map = try readJSONObject(path)[key] else {
      throw .badIndex(file: path, key: key, found: "missing", expected: wanted)
    }
    guard let members = map.objectValue?.members else {
      throw .badIndex(file: path, key: key, found: map.kindName, expected: wanted)
    }
    var places: [(tensor: String, shard: String)] = []
    for member in members {
      let expected = "the name of a file in the same folder"
      guard let shard = member.value.stringValue else {
        throw .badIndex(file: path, key: member.key, found: member.value.kindName, expected: expected)
      }
      // A downloaded index must not make us read files elsewhere.
      guard !shard.isEmpty, shard != ".", shard != "..", !shard.utf8.contains(UInt8(ascii: "/")),
        !shard.utf8.contains(0)
      else { throw .badIndex(file: path, key: member.key, found: "'\(shard)'", expected: expected) }
      places.append((member.key, shard))
    }
    self.places = places
    shards = Set(places.map(\.shard)).sorted()
  }
}

/// Reads a JSON file whose value is an object.
func readJSONObject(_ path: String) throws(CheckpointError) -> JSONObject {
  let file = try MappedFile(path: path)
  let json: JSONValue
  do {
    json = try JSONValue(parsing: file.withBytes { [UInt8]($0) })
  } catch {
    throw .badJSON(file: path, error)
  }
  guard let object = json.objectValue else { throw .notAnObject(file: path, found: json.kindName) }
  return object
}
