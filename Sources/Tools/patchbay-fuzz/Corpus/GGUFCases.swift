import Checkpoints
import Diagnostics
import Foundation

/// GGUF files of a few hundred weights: LLaMA with grouped keys, a vocabulary and quantised weights, and GPT-2 with
/// fused queries, keys and values.
enum GGUFCases {
  static let all: [(name: String, bytes: [UInt8])] = [("llama", llama), ("gpt2", gpt2)]

  private static var llama: [UInt8] {
    let words = TinyCheckpoint.words
    var file = Tensors(metadata: [
      ("general.architecture", .text("llama")), ("general.alignment", .uint32(32)),
      ("llama.embedding_length", .uint32(32)), ("llama.block_count", .uint32(1)),
      ("llama.feed_forward_length", .uint32(32)), ("llama.attention.head_count", .uint32(2)),
      ("llama.attention.head_count_kv", .uint32(1)), ("llama.context_length", .uint32(24)),
      ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)), ("llama.rope.freq_base", .float32(100)),
      ("llama.rope.dimension_count", .uint32(16)), ("tokenizer.ggml.model", .text("llama")),
      ("tokenizer.ggml.tokens", .texts(words)),
      ("tokenizer.ggml.scores", .float32s(words.indices.map { Float(-$0) })),
      ("tokenizer.ggml.token_type", .int32s(words.map { $0 == "<unk>" ? 2 : $0 == "<s>" ? 3 : 1 })),
      ("tokenizer.ggml.unknown_token_id", .uint32(0)), ("tokenizer.ggml.bos_token_id", .uint32(17)),
      ("tokenizer.ggml.add_bos_token", .flag(true)),
    ])
    file.add("token_embd.weight", [words.count, 32], .q80)
    file.add("output_norm.weight", [32])
    file.add("rope_freqs.weight", [8])
    for (part, shape, type) in [
      ("attn_norm", [32], .f32), ("attn_q", [32, 32], .q40), ("attn_k", [16, 32], .q41), ("attn_v", [16, 32], .q50),
      ("attn_output", [32, 32], .f16), ("ffn_norm", [32], .f32), ("ffn_gate", [32, 32], .q51),
      ("ffn_up", [32, 32], .q80), ("ffn_down", [32, 32], .bf16),
    ] as [(String, [Int], GGUFType)] {
      file.add("blk.0.\(part).weight", shape, type)
    }
    return file.writer.bytes
  }

  private static var gpt2: [UInt8] {
    var file = Tensors(metadata: [
      ("general.architecture", .text("gpt2")), ("gpt2.embedding_length", .uint32(8)), ("gpt2.block_count", .uint32(1)),
      ("gpt2.feed_forward_length", .uint32(12)), ("gpt2.attention.head_count", .uint32(2)),
      ("gpt2.context_length", .uint32(24)), ("gpt2.attention.layer_norm_epsilon", .float32(1e-5)),
    ])
    file.add("token_embd.weight", [20, 8])
    file.add("position_embd.weight", [24, 8])
    for (part, outputs, inputs) in [
      ("attn_qkv", 24, 8), ("attn_output", 8, 8), ("ffn_up", 12, 8), ("ffn_down", 8, 12),
    ] {
      file.add("blk.0.\(part).weight", [outputs, inputs])
      file.add("blk.0.\(part).bias", [outputs])
    }
    for norm in ["blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"] {
      file.add("\(norm).weight", [8])
      file.add("\(norm).bias", [8])
    }
    return file.writer.bytes
  }

  /// A file with random weights.
  private struct Tensors {
    var writer: GGUFWriter
    var generator = SplitMix64(seed: 2)

    init(metadata: [(key: String, value: GGUFWriter.Value)]) { writer = GGUFWriter(metadata: metadata) }

    mutating func add(_ name: String, _ shape: [Int], _ type: GGUFType = .f32) {
      let count = shape.reduce(1, *)
      if type == .f32 {
        return writer.add(name, shape: shape, (0..<count).map { _ in Float.random(in: 0.1...0.5, using: &generator) })
      }
      // Bytes that give no infinite half, wherever they are in a block.
      let size = count / type.blockSize * type.blockBytes
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...0x3B, using: &generator) }
      writer.add(name, type, shape: shape, bytes: bytes)
    }
  }
}
