import Foundation
import Tensors
import TestSupport
import Testing

/// Invalid model folders, given to a command that would write a file.
@Suite struct BadCheckpointTests {
  /// How a folder is damaged, and what the message must say.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var status: Int32 = 65
    let words: [String]
    let spoil: @Sendable (Workplace) throws -> Void
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "no folder", status: 66, words: ["model: no such folder"]) {
      try FileManager.default.removeItem(atPath: $0.model)
    },
    Case(name: "no config", words: ["model: no config.json"]) { try remove("config.json", $0) },
    Case(name: "no weights", words: ["model: no model.safetensors"]) { try remove("model.safetensors", $0) },
    Case(name: "broken config", words: ["config.json: line 2, column 1: expected a value"]) {
      try $0.write("model/config.json", "{\"model_type\":\n}")
    },
    Case(name: "misspelt key", words: ["unknown key 'n_layer' (did you mean 'n_layers'?)"]) {
      try $0.write("model/config.json", TinyModel().config.replacingOccurrences(of: "n_layers", with: "n_layer"))
    },
    Case(name: "unsupported type", words: ["model_type 'gpt3' is not supported; supported: gpt2, ", "gpt_neox"]) {
      try $0.write("model/config.json", "{\"model_type\": \"gpt3\"}")
    },
    Case(name: "empty file", words: ["model.safetensors: 0 bytes are too few"]) {
      try $0.write("model/model.safetensors", "")
    },
    Case(name: "truncated", words: ["model.safetensors: tensor '", "reach beyond", "truncated"]) {
      let whole = try Data(contentsOf: URL(fileURLWithPath: "\($0.model)/model.safetensors"))
      try $0.write("model/model.safetensors", Array(whole.dropLast(100)))
    },
    Case(name: "header beyond the file", words: ["the header claims 1000 bytes, but the file has 18"]) {
      try $0.write("model/model.safetensors", littleEndian(1000) + Array("{\"a\": [1]}".utf8))
    },
    Case(name: "absurd header", words: ["the header claims 18446744073709551615 bytes"]) {
      try $0.write("model/model.safetensors", littleEndian(.max) + [0, 0])
    },
    Case(name: "header not JSON", words: ["the header is not strict JSON: line 1, column 1"]) {
      try $0.write("model/model.safetensors", safetensors("nonsense", data: 0))
    },
    Case(name: "overlap", words: ["tensors 'a' and 'b' overlap"]) {
      try $0.write(
        "model/model.safetensors",
        safetensors("{\(entry("a", "F32", "2", 0, 8)),\(entry("b", "F32", "2", 4, 12))}", data: 12))
    },
    Case(name: "out of range", words: ["tensor 'a': data_offsets [0, 800] reach beyond the 12 bytes"]) {
      try $0.write("model/model.safetensors", safetensors("{\(entry("a", "F32", "200", 0, 800))}", data: 12))
    },
    Case(name: "unknown dtype", words: ["tensor 'a': unknown dtype 'F31' (did you mean"]) {
      try $0.write("model/model.safetensors", safetensors("{\(entry("a", "F31", "2", 0, 8))}", data: 8))
    },
    Case(name: "wrong dtype", words: ["weight 'embed.weight' has dtype I32, expected F32, F16 or BF16"]) {
      let entry = entry("embed.weight", "I32", "16,16", 0, 1024)
      try $0.write("model/model.safetensors", safetensors("{\(entry)}", data: 1024))
    },
    Case(name: "wrong shape", words: ["weight 'embed.weight' has shape [8, 32], expected [16, 16]"]) {
      try TinyModel().write(to: $0.model) { name, tensor in name == "embed.weight" ? tensor.reshaped([8, 32]) : tensor }
    },
    Case(name: "missing weight", words: ["no weight 'blocks.1.mlp.in.weight' (did you mean 'blocks.0.mlp.in.weight'?)"])
    {
      try TinyModel().write(to: $0.model) { name, tensor in name == "blocks.1.mlp.in.weight" ? nil : tensor }
    },
    Case(name: "NaN", words: ["weight 'blocks.0.attn.q.weight' is NaN at [1, 3]"]) {
      try TinyModel().write(to: $0.model) { name, tensor in
        var tensor = tensor
        if name == "blocks.0.attn.q.weight" { tensor.withMutableValues { $0[16 + 3] = .nan } }
        return tensor
      }
    },
    Case(name: "broken tokenizer", words: ["tokenizer.json: line 1, column 2"]) {
      try $0.write("model/tokenizer.json", "{")
    },
    Case(name: "unknown tokenizer", words: ["tokenizer.json", "'Unigram'"]) {
      try $0.write("model/tokenizer.json", "{\"model\": {\"type\": \"Unigram\"}}")
    },
  ]

  @Test(arguments: cases)
  func oneLineNamesWhatIsWrong(of spoilt: Case) throws {
    let place = try Workplace()
    try place.write("prompts.jsonl", "{\"prompt\": \"When Mary\"}\n")
    try spoilt.spoil(place)
    let finished = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "hook_embed", "--output", "out/cache.h5",
      in: place.path)
    try expectFailure(finished, status: spoilt.status, leaving: place)
    for words in spoilt.words { #expect(finished.errors.contains(words), "\(finished.errors)") }

    let run = try Tool.run("run", try place.experiment(), "--output", "out", in: place.path)
    try expectFailure(run, status: spoilt.status, leaving: place)
    for words in spoilt.words { #expect(run.errors.contains(words), "\(run.errors)") }
  }

  @Test func aFileIsNoFolder() throws {
    let place = try Workplace()
    try expectFailure(try Tool.run("hooks", "\(place.model)/config.json"), status: 65, "not a folder")
  }
}

private func remove(_ name: String, _ place: Workplace) throws {
  try FileManager.default.removeItem(atPath: "\(place.model)/\(name)")
}

/// The bytes of a safetensors file with any header and this many bytes of data.
private func safetensors(_ header: String, data: Int) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 0, count: data)
}

private func littleEndian(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

private func entry(_ name: String, _ dtype: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
  "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
}
