import Checkpoints
import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct CheckpointFolderTests {
  private let indexName = "model.safetensors.index.json"

  private func writeTensors(_ tensors: [String: Tensor], to path: String) throws {
    var writer = SafetensorsWriter()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { try writer.add(name, tensor) }
    try writer.write(to: path)
  }

  @Test func oneFileOfWeights() throws {
    try withTemporaryFolder { folder in
      try write(#"{"model_type": "gpt2", "n_layer": 2}"#, to: folder + "/config.json")
      let tensors = ["wte": Tensor(shape: [2, 2], [1, 2, 3, 4]), "wpe": Tensor(shape: [1], [5])]
      try writeTensors(tensors, to: folder + "/model.safetensors")
      for path in [folder, folder + "/"] {
        let model = try CheckpointFolder(path: path)
        #expect(model.config["n_layer"] == .integer(2))
        #expect(model.configPath == folder + "/config.json")
        #expect(model.tensorNames == ["wpe", "wte"])
        #expect(model.shape(of: "wte") == [2, 2])
        #expect(model.shape(of: "wtf") == nil)
        #expect(try model.storage(named: "wte", expected: [2, 2]).values == [1, 2, 3, 4])
        #expect(model.firstNonFinite() == nil)
      }
    }
  }

  @Test func weightsAreAskedForByNameAndShape() throws {
    try withTemporaryFolder { folder in
      try write("{}", to: folder + "/config.json")
      let file = folder + "/model.safetensors"
      let header = """
        {"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}
        """
      try write(safetensors(header, data: [UInt8](repeating: 0, count: 16)), to: file)
      let model = try CheckpointFolder(path: folder)
      #expect(throws: CheckpointError.missingWeight(tensor: "v", place: folder, available: ["w", "i"])) {
        try model.storage(named: "v", expected: [1])
      }
      #expect(throws: CheckpointError.wrongShape(tensor: "w", file: file, expected: [2, 1], found: [1, 2])) {
        try model.storage(named: "w", expected: [2, 1])
      }
      #expect(throws: CheckpointError.wrongDtype(tensor: "i", file: file, found: .i64)) {
        try model.storage(named: "i", expected: [1])
      }
    }
  }

  // MARK: Shards

  private func writeShards(_ folder: String, map: String) throws {
    try write("{}", to: folder + "/config.json")
    try writeTensors(["a": Tensor(shape: [1], [1]), "extra": Tensor(shape: [1], [9])], to: folder + "/s-2.safetensors")
    try writeTensors(["b": Tensor(shape: [2], [2, .nan])], to: folder + "/s-1.safetensors")
    try write(#"{"metadata":{"total_size":12},"weight_map":\#(map)}"#, to: "\(folder)/\(indexName)")
  }

  @Test func shardsAreOneModel() throws {
    try withTemporaryFolder { folder in
      try writeShards(folder, map: #"{"b":"s-1.safetensors","a":"s-2.safetensors"}"#)
      let model = try CheckpointFolder(path: folder)
      #expect(model.tensorNames == ["b", "a"])
      #expect(model.files.map(\.path) == [folder + "/s-1.safetensors", folder + "/s-2.safetensors"])
      #expect(try model.storage(named: "a", expected: [1]).values == [1])
      #expect(try model.storage(named: "b", expected: [2]).values[0] == 2)
      #expect(model.shape(of: "extra") == nil, "only what the index lists belongs to the model")
      #expect(
        model.firstNonFinite()
          == NonFiniteWeight(file: folder + "/s-1.safetensors", tensor: "b", index: [1], value: .nan))
    }
  }

  @Test func aSingleFileGoesBeforeAnIndex() throws {
    try withTemporaryFolder { folder in
      try writeShards(folder, map: #"{"b":"gone.safetensors"}"#)
      try writeTensors(["w": Tensor(shape: [1], [1])], to: folder + "/model.safetensors")
      #expect(try CheckpointFolder(path: folder).tensorNames == ["w"])
    }
  }

  @Test func anIndexThatIsWrongIsNamed() throws {
    let place = "the name of a file in the same folder"
    let map = "an object from tensor names to file names"
    try withTemporaryFolder { folder in
      let index = "\(folder)/\(indexName)"
      func expect(_ text: String, _ error: CheckpointError) throws {
        try writeShards(folder, map: text)
        #expect(throws: error) { try CheckpointFolder(path: folder) }
      }
      try expect(#"{"a":1}"#, .badIndex(file: index, key: "a", found: "a whole number", expected: place))
      for escape in ["../s-1.safetensors", "/etc/passwd", "", ".", ".."] {
        try expect(#"{"a":"\#(escape)"}"#, .badIndex(file: index, key: "a", found: "'\(escape)'", expected: place))
      }
      try expect("[]", .badIndex(file: index, key: "weight_map", found: "an array", expected: map))
      try expect(
        #"{"a":"x","a":"y"}"#,
        .badJSON(file: index, JSONError(line: 1, column: 53, problem: .duplicateKey("a"))))
      try expect(
        #"{"b":"s-1.safetensors","c":"s-3.safetensors"}"#,
        .missingShard(shard: folder + "/s-3.safetensors", tensor: "c", index: index))
      try expect(
        #"{"b":"s-1.safetensors","a":"s-1.safetensors"}"#,
        .missingFromShard(tensor: "a", shard: folder + "/s-1.safetensors", index: index))

      // The accent composed and decomposed: two names in the file, one in a Swift dictionary.
      var writer = SafetensorsWriter()
      try writer.add("e\u{301}", Tensor(shape: [1], [1]))
      try writer.write(to: folder + "/s-3.safetensors")
      try expect(
        "{\"e\u{301}\":\"s-3.safetensors\",\"\u{E9}\":\"s-3.safetensors\"}",
        .badIndex(file: index, key: "\u{E9}", found: "listed twice", expected: "each tensor once"))

      try write("{}", to: index)
      #expect(throws: CheckpointError.badIndex(file: index, key: "weight_map", found: "missing", expected: map)) {
        try CheckpointFolder(path: folder)
      }
      try write("[]", to: index)
      #expect(throws: CheckpointError.notAnObject(file: index, found: "an array")) {
        try CheckpointFolder(path: folder)
      }
      try write("", to: index)
      let ends = JSONError(line: 1, column: 1, problem: .endsEarly(expected: "a value"))
      #expect(throws: CheckpointError.badJSON(file: index, ends)) { try CheckpointFolder(path: folder) }
    }
  }

  // MARK: Folders that are not models

  @Test func aFolderThatIsNoModelIsNamed() throws {
    try withTemporaryFolder { folder in
      let missing = folder + "/missing"
      #expect(throws: CheckpointError.folderNotFound(missing)) { try CheckpointFolder(path: missing) }
      #expect(throws: CheckpointError.folderNotFound("")) { try CheckpointFolder(path: "") }
      #expect(throws: CheckpointError.missingConfig(folder: folder)) { try CheckpointFolder(path: folder) }

      let config = folder + "/config.json"
      try write("{\n  \"n_layer\": 3,\n}", to: config)
      #expect(throws: CheckpointError.notAFolder(config)) { try CheckpointFolder(path: config) }
      let comma = JSONError(line: 3, column: 1, problem: .unexpected(found: "'}'", expected: "a key in quotes"))
      #expect(throws: CheckpointError.badJSON(file: config, comma)) { try CheckpointFolder(path: folder) }
      try write("3", to: config)
      #expect(throws: CheckpointError.notAnObject(file: config, found: "a whole number")) {
        try CheckpointFolder(path: folder)
      }

      try write("{}", to: config)
      #expect(throws: CheckpointError.noWeights(folder: folder, found: [])) { try CheckpointFolder(path: folder) }
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/model.safetensors", withDestinationPath: folder + "/gone")
      #expect(throws: CheckpointError.noWeights(folder: folder, found: [])) { try CheckpointFolder(path: folder) }
      try FileManager.default.removeItem(atPath: folder + "/model.safetensors")
      try write("", to: folder + "/weights.safetensors")
      #expect(throws: CheckpointError.noWeights(folder: folder, found: ["weights.safetensors"])) {
        try CheckpointFolder(path: folder)
      }
      try write("", to: folder + "/pytorch_model.bin")
      #expect(throws: CheckpointError.onlyPyTorchWeights(folder: folder, file: "pytorch_model.bin")) {
        try CheckpointFolder(path: folder)
      }
      try write("", to: folder + "/model.safetensors")
      let short = SafetensorsProblem.tooShort(bytes: 0)
      #expect(throws: CheckpointError.badSafetensors(file: folder + "/model.safetensors", short)) {
        try CheckpointFolder(path: folder)
      }
    }
  }

  // MARK: Hashes

  @Test func theHashIsThatOfTheFilesInOrder() throws {
    try withTemporaryFolder { folder in
      // An empty model: `{}` and a safetensors file of `{}`; the digest is that of sha256sum.
      try write("{}", to: folder + "/config.json")
      try write(safetensors("{}"), to: folder + "/model.safetensors")
      let digest = "0eeec109c53b2a66f1b6d0de6c0f28c444ea76b163afb7e678a6200baf38ad1e"
      #expect(try CheckpointFolder(path: folder).sha256() == digest)
      try write("{ }", to: folder + "/config.json")
      #expect(try CheckpointFolder(path: folder).sha256() != digest)
    }
  }

  @Test func theHashDoesNotDependOnTheOrderOfTheIndex() throws {
    try withTemporaryFolder { folder in
      try writeShards(folder, map: #"{"b":"s-1.safetensors","a":"s-2.safetensors"}"#)
      let first = try CheckpointFolder(path: folder).sha256()
      try writeShards(folder, map: #"{"a":"s-2.safetensors","b":"s-1.safetensors"}"#)
      #expect(try CheckpointFolder(path: folder).sha256() == first)
      #expect(first.count == 64)
    }
  }
}
