import ActivationStore
import Checkpoints
import Diagnostics
import Execution
import Foundation
import ModelGraph
import TestSupport
import Testing

/// GGUF files as models: llama.cpp's names, order of rows, gains and keys.
@Suite struct GGUFModelTests {
  static let architectures = ["llama", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "olmo2", "gpt2", "gptneox"]

  private static func path(_ name: String) -> String { SharedFolder.path("gguf/\(name).gguf") }

  @Test(arguments: architectures)
  func logitsAreThoseOfTransformers(architecture: String) throws {
    let expected = try StoreReader(foreign: SharedFolder.path("gguf/expected.h5"))
    let model = try LoadedModel(folder: Self.path(architecture)).model
    let tokens = try expected.integers(at: "/\(architecture)/tokens").map(Int32.init)
    let shape = try expected.describe("/\(architecture)/tokens").shape
    let prompts = (0..<shape[0]).map { Array(tokens[$0 * shape[1]..<($0 + 1) * shape[1]]) }
    let logits = try Oracle(model).run(Batch(prompts: prompts), keeping: [model.graph.logits])
    let reference = try expected.tensor(at: "/\(architecture)/logits").values
    let largest = reference.reduce(0) { max($0, abs($1)) }
    let difference = largestDifference(try #require(logits[model.graph.logits]).values, reference)
    #expect(difference < 1e-5 * largest, "\(difference) of \(largest)")
  }

  @Test func aFolderWithOneFileStandsForIt() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/tiny.gguf"
      try FileManager.default.copyItem(atPath: Self.path("qwen2"), toPath: file)
      #expect(try CheckpointFolder(path: folder).path == file)
      #expect(try CheckpointFolder(path: folder).sha256() == CheckpointFolder(path: file).sha256())
      try FileManager.default.copyItem(atPath: file, toPath: folder + "/other.GGUF")
      #expect(throws: CheckpointError.severalGGUF(folder: folder, files: ["other.GGUF", "tiny.gguf"])) {
        try CheckpointFolder(path: folder)
      }
      // With a config.json it is a folder in Hugging Face layout, whose weights are missing.
      try write("{}", to: folder + "/config.json")
      #expect(throws: CheckpointError.noWeights(folder: folder, found: ["other.GGUF", "tiny.gguf"])) {
        try CheckpointFolder(path: folder)
      }
      #expect(throws: CheckpointError.fileNotFound(folder + "/no.gguf")) {
        try CheckpointFolder(path: folder + "/no.gguf")
      }
      #expect(throws: CheckpointError.notAFolder(folder + "/config.json")) {
        try CheckpointFolder(path: folder + "/config.json")
      }
    }
  }

  @Test func theHashIsThatOfTheFile() throws {
    // sha256sum Tests/Golden/gguf/qwen2.gguf
    #expect(
      try CheckpointFolder(path: Self.path("qwen2")).sha256()
        == "f98e958e1a0d31bc8808e32dd2278e15c806151d9d061eaad51711951d560093")
  }

  @Test func theTokensThatEndATextAreThoseOfTheMetadata() throws {
    func ends(_ keys: [(String, UInt32)]) throws -> Set<Int32> {
      try opened(Self.llama + keys.map { ("tokenizer.ggml.\($0)", GGUFBytes.uint32($1)) }) { try $0.endsOfText() }
    }
    #expect(try ends([]) == [])
    #expect(try ends([("eos_token_id", 2)]) == [2])
    #expect(try ends([("eos_token_id", 2), ("eot_token_id", 7), ("padding_token_id", 9)]) == [2, 7])
  }

  @Test func rotationsAreScaledAsTheKeysSay() throws {
    func frequencies(_ keys: [(String, [UInt8])]) throws -> [Float] {
      try opened(Self.llama + keys) {
        guard case .rotary(let rotary)? = (try LoadedModel.spec(of: $0) as? TransformerSpec)?.positions else {
          return []
        }
        return rotary.inverseFrequencies
      }
    }
    let factor = GGUFBytes.value(6, floats([4]))
    let plain = try frequencies([])
    #expect(plain == RotarySpec(dimensions: 8, theta: 10000).inverseFrequencies)
    let base = try frequencies([("llama.rope.freq_base", GGUFBytes.value(6, floats([500])))])
    #expect(base == RotarySpec(dimensions: 8, theta: 500).inverseFrequencies)
    let linear = [("llama.rope.scaling.type", GGUFBytes.string("linear")), ("llama.rope.scaling.factor", factor)]
    #expect(try frequencies(linear) == plain.map { $0 / 4 })
    #expect(try frequencies([("llama.rope.scale_linear", factor)]) == plain.map { $0 / 4 })
    #expect(try frequencies([("llama.rope.scaling.type", GGUFBytes.string("none"))]) == plain)
  }

  /// 1 / sqrt of a head's width, except in the largest model of a generation.
  @Test(arguments: [("gemma2", 46), ("gemma3", 62)])
  func gemmasScaleIsLlamaCpps(architecture: String, largest: Int) throws {
    func scale(layers: Int) throws -> Float? {
      let keys = Self.llama.filter { $0.0 != "general.architecture" && $0.0 != "llama.block_count" }
      return try opened(
        [("general.architecture", GGUFBytes.string(architecture))]
          + keys.map { ($0.0.replacing("llama", with: architecture), $0.1) }
          + [
            ("\(architecture).block_count", GGUFBytes.uint32(UInt32(layers))),
            ("\(architecture).attention.sliding_window", GGUFBytes.uint32(4)),
          ]
      ) { (try LoadedModel.spec(of: $0) as? TransformerSpec)?.attentionScale }
    }
    // Heads are 8 wide; a stream of 32 divided between two would give 16.
    #expect(try scale(layers: 2) == 1 / Float(8).squareRoot())
    #expect(try scale(layers: largest) == 1 / Float(16).squareRoot())
  }

  @Test func whatIsOfAnotherNetworkIsNamed() throws {
    try expect(.missingConfigKey(key: "general.architecture", file: "F"), keys: [])
    try expect(
      .unsupportedArchitecture(file: "F", found: "lama", supported: Self.supported),
      keys: [("general.architecture", GGUFBytes.string("lama"))])
    try expect(
      .splitGGUF(file: "F", part: 2, of: 3),
      keys: [
        ("general.architecture", GGUFBytes.string("llama")),
        ("split.count", GGUFBytes.value(2, littleEndian(UInt16(3)))),
        ("split.no", GGUFBytes.value(2, littleEndian(UInt16(1)))),
      ])
    try expect(.missingWeight(tensor: "token_embd.weight", place: "F", available: []), keys: Self.llama)
    try expect(
      .missingConfigKey(key: "llama.block_count", file: "F"), keys: Self.llama.filter { $0.0 != "llama.block_count" },
      tensors: Self.embeddings)
    let refused: [(key: String, value: [UInt8], found: String, expected: String)] = [
      ("expert_count", GGUFBytes.uint32(8), "8", "0: nothing else is supported"),
      ("attention.causal", GGUFBytes.value(7, [0]), "false", "true: non-causal attention is not supported"),
      ("logit_scale", GGUFBytes.value(6, floats([2])), "2.0", "1: nothing else is supported"),
      ("rope.scaling.type", GGUFBytes.string("yarn"), "'yarn'", "none, or linear with a rope.scaling.factor"),
      (
        "feed_forward_length", GGUFBytes.array(5, 2, littleEndian([8, 16] as [Int32])), "an array of 2",
        "one number for all layers"
      ),
      ("attention.value_length", GGUFBytes.uint32(4), "4", "attention.key_length = 8"),
    ]
    for (key, value, found, expected) in refused {
      try expect(
        .invalidConfigValue(key: "llama.\(key)", value: found, expected: expected, file: "F"),
        keys: Self.llama.filter { $0.0 != "llama.\(key)" } + [("llama.\(key)", value)], tensors: Self.embeddings)
    }
    // Errors use the file's names.
    try expect(
      .invalidConfigValue(
        key: "llama.attention.head_count_kv", value: "3", expected: "a number that divides num_attention_heads = 2",
        file: "F"),
      keys: Self.llama + [("llama.attention.head_count_kv", GGUFBytes.uint32(3))], tensors: Self.embeddings)
  }

  @Test func aTensorThatTheModelHasNoPlaceForIsNamed() throws {
    try withTemporaryFolder { folder in
      // A name replaced by another of the same length, for which a model with tied embeddings has no place.
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path("qwen2"))))
      let (old, new) = (Array("blk.1.attn_norm.weight".utf8), Array("blk.7.attn_norm.weight".utf8))
      let place = try #require((0..<bytes.count - old.count).first { bytes[$0...].starts(with: old) })
      let path = folder + "/x.gguf"
      try write(Array(bytes[..<place] + new + bytes[(place + old.count)...]), to: path)
      let error = #expect(throws: CheckpointError.self) { try LoadedModel(folder: path) }
      guard case .missingWeight(tensor: "blk.1.attn_norm.weight", place: path, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    try withTemporaryFolder { folder in
      let path = folder + "/x.gguf"
      var bytes = GGUFBytes(keys: Self.llama + [("general.alignment", GGUFBytes.uint32(4))], alignment: 4)
      for (name, sizes) in Self.weights + [("blk.0.ffn_gate_inp.weight", [8, 2])] {
        bytes.tensors.append(.init(name: name, sizes: sizes, offset: UInt64(bytes.data.count)))
        bytes.data += [UInt8](repeating: 0, count: 4 * Int(sizes.reduce(1, *)))
      }
      try write(bytes.bytes, to: path)
      #expect(
        throws: CheckpointError.unusedTensor(tensor: "blk.0.ffn_gate_inp.weight", file: path, architecture: "llama")
      ) { try LoadedModel(folder: path) }
    }
  }

  private static let supported = architectures

  private static let llama: [(String, [UInt8])] = [
    ("general.architecture", GGUFBytes.string("llama")), ("llama.embedding_length", GGUFBytes.uint32(32)),
    ("llama.block_count", GGUFBytes.uint32(1)), ("llama.feed_forward_length", GGUFBytes.uint32(4)),
    ("llama.attention.head_count", GGUFBytes.uint32(2)), ("llama.context_length", GGUFBytes.uint32(32)),
    ("llama.attention.layer_norm_rms_epsilon", GGUFBytes.value(6, floats([1e-5]))),
    ("llama.attention.key_length", GGUFBytes.uint32(8)),
  ]

  private static let embeddings = [GGUFBytes.Tensor(name: "token_embd.weight", sizes: [32, 3])]

  private static let weights: [(String, [UInt64])] = [
    ("token_embd.weight", [32, 3]), ("output_norm.weight", [32]), ("blk.0.attn_norm.weight", [32]),
    ("blk.0.ffn_norm.weight", [32]), ("blk.0.attn_q.weight", [32, 16]), ("blk.0.attn_k.weight", [32, 16]),
    ("blk.0.attn_v.weight", [32, 16]), ("blk.0.attn_output.weight", [16, 32]), ("blk.0.ffn_up.weight", [32, 4]),
    ("blk.0.ffn_gate.weight", [32, 4]), ("blk.0.ffn_down.weight", [4, 32]),
  ]

  /// Loads a file of these keys and an embedding.
  private func opened<Value>(
    _ keys: [(String, [UInt8])], _ read: (CheckpointFolder) throws -> Value
  ) throws -> Value {
    try withTemporaryFolder { folder in
      let data = [UInt8](repeating: 0, count: 4 * 96)
      try write(GGUFBytes(keys: keys, tensors: Self.embeddings, data: data).bytes, to: folder + "/x.gguf")
      return try read(CheckpointFolder(path: folder + "/x.gguf"))
    }
  }

  /// - Parameter error: its file is "F".
  private func expect(
    _ error: CheckpointError, keys: [(String, [UInt8])], tensors: [GGUFBytes.Tensor] = []
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.gguf"
      let data = [UInt8](repeating: 0, count: tensors.isEmpty ? 0 : 4 * 96)
      try write(GGUFBytes(keys: keys, tensors: tensors, data: data).bytes, to: path)
      let found = #expect(throws: CheckpointError.self) { _ = try LoadedModel.spec(of: CheckpointFolder(path: path)) }
      #expect(found?.message == error.message.replacing("F", with: path, maxReplacements: 1))
    }
  }
}
