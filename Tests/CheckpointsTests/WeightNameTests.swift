import Checkpoints
import Execution
import Foundation
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Where each family stores its weights, with the prefix and, as published base models do, without it.
@Suite struct WeightNameTests {
  private static let markers: [(type: String, marker: String, bare: String, first: String)] = [
    ("gpt2", "transformer.wte.weight", "wte.weight", "h.0.attn.c_attn.weight"),
    ("llama", "model.embed_tokens.weight", "embed_tokens.weight", "layers.0.self_attn.q_proj.weight"),
    ("qwen3", "model.embed_tokens.weight", "embed_tokens.weight", "layers.0.self_attn.q_norm.weight"),
    ("gemma2", "model.embed_tokens.weight", "embed_tokens.weight", "layers.0.pre_feedforward_layernorm.weight"),
    ("gemma3_text", "model.embed_tokens.weight", "embed_tokens.weight", "layers.1.self_attn.k_norm.weight"),
    ("olmo2", "model.embed_tokens.weight", "embed_tokens.weight", "layers.0.post_feedforward_layernorm.weight"),
    ("phi3", "model.embed_tokens.weight", "embed_tokens.weight", "layers.2.self_attn.qkv_proj.weight"),
    ("gpt_neox", "gpt_neox.embed_in.weight", "embed_in.weight", "layers.2.attention.query_key_value.bias"),
    ("gpt_neo", "transformer.wte.weight", "wte.weight", "h.0.attn.attention.q_proj.weight"),
    ("gptj", "transformer.wte.weight", "wte.weight", "h.2.mlp.fc_in.bias"),
    (
      "opt", "model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight",
      "decoder.layers.0.self_attn_layer_norm.bias"
    ),
    (
      "falcon", "transformer.word_embeddings.weight", "word_embeddings.weight",
      "h.1.self_attention.query_key_value.weight"
    ),
  ]

  @Test func namesWithAndWithoutPrefixGiveTheSameModel() throws {
    for (type, marker, bare, first) in Self.markers {
      let base = ConfigFixtures.ofFamily(type)
      let config = try ConfigFixtures.config(base)
      let family = try ModelFamilies.family(of: config)
      func both<Family: ModelFamily>(_ family: Family.Type) throws -> (long: [String: Tensor], short: [String: Tensor])
      {
        let spec = try family.spec(config)
        return (
          FamilyCheckpoint.tensors(spec, family, marker: marker), FamilyCheckpoint.tensors(spec, family, marker: bare)
        )
      }
      let (long, short) = try both(family)
      let prefix = String(marker.dropLast(bare.count))
      #expect(!prefix.isEmpty && long[prefix + first] != nil && short[first] != nil, "\(type)")
      #expect(long.keys.allSatisfy { $0.hasPrefix(prefix) || $0.hasPrefix("lm_head.") || $0 == "embed_out.weight" })
      #expect(!short.keys.contains { $0.hasPrefix(prefix) })
      let (a, b) = (try FamilyCheckpoint.load(base, long), try FamilyCheckpoint.load(base, short))
      for index in a.model.graph.weights.indices {
        let id = WeightID(index)
        #expect(a.model.weights[id].tensor == b.model.weights[id].tensor)
      }
      let batch = try Batch(prompts: [[1, 2, 3]])
      #expect(try Oracle(a.model).lastLogits(batch).logits == Oracle(b.model).lastLogits(batch).logits)
    }
  }

  @Test func fusedWeightsAreTakenApart() throws {
    // GPT-2: columns of queries, keys and values next to each other.
    let config = try ConfigFixtures.config(ConfigFixtures.gpt2)
    let gpt2 = try GPT2Family.spec(config)
    let model = try FamilyCheckpoint.load(
      ConfigFixtures.gpt2, FamilyCheckpoint.tensors(gpt2, GPT2Family.self, marker: "wte.weight")
    ).model
    func matrix(_ model: Model, _ name: String) throws -> Matrix {
      model.weights[WeightID(try #require(model.graph.weights.firstIndex { $0.name == name }))]
    }
    let fused = FamilyCheckpoint.tensors(gpt2, GPT2Family.self, marker: "wte.weight")["h.1.attn.c_attn.weight"].map(
      \.matrix)
    for (letter, columns) in [("q", 0..<8), ("k", 8..<16), ("v", 16..<24)] {
      #expect(try matrix(model, "blocks.1.attn.\(letter).weight").tensor == fused?.columns(columns).tensor)
    }
    // GPT-NeoX: rows of each head's query, key and value in turn; 2 heads of 8.
    let base = ConfigFixtures.decoder("gpt_neox")
    let spec = try GPTNeoXFamily.spec(ConfigFixtures.config(base))
    let stored = FamilyCheckpoint.tensors(spec, GPTNeoXFamily.self, marker: "embed_in.weight")
    let neox = try FamilyCheckpoint.load(base, stored).model
    for (part, letter) in ["q", "k", "v"].enumerated() {
      for kind in ["weight", "bias"] {
        let all = try #require(stored["layers.1.attention.query_key_value.\(kind)"])
        let width = kind == "bias" ? 1 : 16
        var expected: [Float] = []
        for first in [part * 8, 24 + part * 8] { expected += all.values[first * width..<(first + 8) * width] }
        #expect(try matrix(neox, "blocks.1.attn.\(letter).\(kind)").tensor.values == expected)
      }
    }
  }

  /// Phi-3: queries, keys and values one below the other, likewise gate and up; 2 heads of 4, one for keys and values.
  @Test func rowsOfFusedWeightsAreTakenApart() throws {
    let base = ConfigFixtures.decoder("phi3").merging(["num_key_value_heads": "1"]) { $1 }
    let spec = try Phi3Family.spec(ConfigFixtures.config(base))
    let stored = FamilyCheckpoint.tensors(spec, Phi3Family.self, marker: "embed_tokens.weight")
    let model = try FamilyCheckpoint.load(base, stored).model
    for (fused, parts) in [
      ("self_attn.qkv_proj", [("attn.q", 0..<8), ("attn.k", 8..<12), ("attn.v", 12..<16)]),
      ("mlp.gate_up_proj", [("mlp.gate", 0..<12), ("mlp.in", 12..<24)]),
    ] as [(String, [(String, Range<Int>)])] {
      let whole = try #require(stored["layers.1.\(fused).weight"])
      #expect(whole.shape == [try #require(parts.last).1.upperBound, 8])
      for (part, rows) in parts {
        let name = "blocks.1.\(part).weight"
        let id = WeightID(try #require(model.graph.weights.firstIndex { $0.name == name }))
        #expect(model.weights[id].tensor == whole.matrix.rows(rows).tensor, "\(part)")
      }
    }
  }

  @Test func anAbsentOrMisshapenWeightIsNamed() throws {
    let spec = try GPT2Family.spec(ConfigFixtures.config(ConfigFixtures.gpt2))
    var tensors = FamilyCheckpoint.tensors(spec, GPT2Family.self, marker: "wte.weight")
    let whole = tensors
    tensors["h.2.ln_1.bias"] = nil
    let missing = #expect(throws: CheckpointError.self) { try FamilyCheckpoint.load(ConfigFixtures.gpt2, tensors) }
    #expect(missing?.message.hasSuffix(": no weight 'h.2.ln_1.bias' (did you mean 'h.0.ln_1.bias'?)") ?? false)
    tensors = whole
    tensors["h.0.attn.c_attn.weight"] = Tensor(shape: [24, 8])
    let shape = #expect(throws: CheckpointError.self) { try FamilyCheckpoint.load(ConfigFixtures.gpt2, tensors) }
    #expect(shape?.message.hasSuffix("weight 'h.0.attn.c_attn.weight' has shape [24, 8], expected [8, 24]") ?? false)
    tensors = whole
    tensors["wte.weight"]?.withMutableValues { $0[9] = .nan }
    let bad = #expect(throws: CheckpointError.self) { try FamilyCheckpoint.load(ConfigFixtures.gpt2, tensors) }
    #expect(bad?.message.hasSuffix("weight 'wte.weight' is NaN at [1, 1]") ?? false)
  }
}
