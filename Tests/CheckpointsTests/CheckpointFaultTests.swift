import Checkpoints
import Execution
import Foundation
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Checkpoints as found in practice: with buffers, with ties that do not hold, of another model, with quantised
/// weights.
@Suite struct CheckpointFaultTests {
  private static let llama = ConfigFixtures.decoder("llama")

  /// The tensors of a tiny model under its family's names.
  private func tensors(_ base: [String: String], _ marker: String = "model.embed_tokens.weight") throws -> [String:
    Tensor]
  {
    let config = try ConfigFixtures.config(base)
    func all<Family: ModelFamily>(_ family: Family.Type) throws -> [String: Tensor] {
      FamilyCheckpoint.tensors(try family.spec(config), family, marker: marker)
    }
    return try all(ModelFamilies.family(of: config))
  }

  private func fault(_ base: [String: String], _ tensors: [String: Tensor]) -> String? {
    do {
      _ = try FamilyCheckpoint.load(base, tensors)
      return nil
    } catch {
      return (error as? CheckpointError)?.message
    }
  }

  private func logits(_ loaded: LoadedModel) throws -> [Float] {
    try Oracle(loaded.model).lastLogits(Batch(prompts: [[1, 2, 3]])).logits.values
  }

  // MARK: Buffers

  @Test(arguments: [
    ("gpt2", "transformer.wte.weight", ["transformer.h.0.attn.bias", "transformer.h.1.attn.masked_bias"]),
    (
      "gpt_neox", "gpt_neox.embed_in.weight",
      [
        "gpt_neox.layers.0.attention.bias", "gpt_neox.layers.1.attention.masked_bias",
        "gpt_neox.layers.0.attention.rotary_emb.inv_freq",
      ]
    ),
    ("llama", "model.embed_tokens.weight", ["model.layers.2.self_attn.rotary_emb.inv_freq"]),
  ])
  func buffersAreNotJudged(type: String, marker: String, buffers: [String]) throws {
    let base = type == "gpt2" ? ConfigFixtures.gpt2 : ConfigFixtures.decoder(type)
    var stored = try tensors(base, marker)
    let before = try logits(FamilyCheckpoint.load(base, stored))
    for name in buffers { stored[name] = Tensor(shape: [2], [-.infinity, .nan]) }
    #expect(try logits(FamilyCheckpoint.load(base, stored)) == before)
    // A weight that is read is still checked.
    stored[marker]?.withMutableValues { $0[9] = -.infinity }
    let index = type == "gpt_neox" ? "[0, 9]" : "[1, 1]"
    #expect(fault(base, stored)?.contains("weight '\(marker)' is -infinity at \(index)") ?? false)
  }

  /// The list of names that are ignored.
  @Test func theBuffersAreListed() {
    let names = [
      "h.0.attn.bias", "h.0.attn.masked_bias", "layers.1.attention.bias", "layers.1.attention.masked_bias",
      "layers.0.self_attn.rotary_emb.inv_freq", "layers.0.rotary_emb.cos_cached", "layers.0.rotary_emb.sin_cached",
      "embeddings.position_ids",
    ]
    let sources = [("blocks.0.ln1.weight", "h.0.ln.weight"), ("blocks.0.attn.q.weight", "layers.0.q.weight")]
    #expect(UnreadWeights(stored: names, sources: sources, copy: nil).names == [])
    let near = ["h.0.attn.c_attn.bias", "layers.1.attention.dense.bias", "layers.0.self_attn.my_inv_freq"]
    #expect(UnreadWeights(stored: near, sources: sources, copy: nil).names == near)
    #expect(UnreadWeights.buffers.allSatisfy { buffer in names.contains { $0.hasSuffix(buffer) } })
  }

  // MARK: Ties

  @Test(arguments: ["llama", "qwen2", "gemma2", "gpt2", "olmo2"])
  func aStoredHeadThatDiffersCounts(type: String) throws {
    var base = type == "gpt2" ? ConfigFixtures.gpt2 : ConfigFixtures.decoder(type)
    base["tie_word_embeddings"] = "true"
    let embedding = type == "gpt2" ? "transformer.wte.weight" : "model.embed_tokens.weight"
    var stored = try tensors(base, embedding)
    #expect(stored["lm_head.weight"] == nil)
    let tied = try FamilyCheckpoint.load(base, stored)
    #expect((tied.spec as? TransformerSpec)?.tiesEmbeddings == true)
    // A copy is the embedding.
    stored["lm_head.weight"] = stored[embedding]
    let copied = try FamilyCheckpoint.load(base, stored)
    #expect((copied.spec as? TransformerSpec)?.tiesEmbeddings == true)
    #expect(try logits(copied) == logits(tied))
    // A single different number makes it a separate unembedding.
    stored["lm_head.weight"]?.withMutableValues { $0[8] += 1000 }
    let own = try FamilyCheckpoint.load(base, stored)
    #expect((own.spec as? TransformerSpec)?.tiesEmbeddings == false)
    #expect(try logits(own)[1] != logits(tied)[1])
    // It is checked, too: another shape is an error.
    stored["lm_head.weight"]?.withMutableValues { $0[8] = .nan }
    #expect(fault(base, stored)?.contains("weight 'lm_head.weight' is NaN at [1, 0]") ?? false)
    stored["lm_head.weight"] = Tensor(shape: [12, 8])
    #expect(fault(base, stored)?.contains("weight 'lm_head.weight' has shape [12, 8], expected [11, 8]") ?? false)
    // If the config unties it, it is read unchanged.
    base["tie_word_embeddings"] = "false"
    stored["lm_head.weight"] = stored[embedding]
    #expect((try FamilyCheckpoint.load(base, stored).spec as? TransformerSpec)?.tiesEmbeddings == false)
  }

  /// transformers ties in both directions.
  @Test func aTiedEmbeddingMayStandUnderTheHeadsName() throws {
    let base = Self.llama.merging(["tie_word_embeddings": "true"]) { $1 }
    var stored = try tensors(base)
    let before = try logits(FamilyCheckpoint.load(base, stored))
    stored["lm_head.weight"] = stored.removeValue(forKey: "model.embed_tokens.weight")
    #expect(try logits(FamilyCheckpoint.load(base, stored)) == before)
    stored["lm_head.weight"] = nil
    #expect(fault(base, stored)?.contains("no weight 'model.embed_tokens.weight'") ?? false)
  }

  // MARK: Weights of another model

  @Test(arguments: [
    ("llama", "model.layers.0.self_attn.q_norm.weight", [4]), ("llama", "model.layers.1.self_attn.q_proj.bias", [8]),
    ("gemma2", "model.layers.0.self_attn.k_norm.weight", [4]),
    ("mistral", "model.layers.3.mlp.up_proj.weight", [12, 8]),
    ("llama", "lm_head.bias", [11]), ("llama", "model.norm.bias", [8]),
    ("olmo2", "model.layers.2.input_layernorm.weight", [8]),
    ("qwen2", "model.layers.0.self_attn.o_proj.bias", [8]),
  ])
  func weightsThatAModelDoesNotReadAreNamed(type: String, name: String, shape: [Int]) throws {
    let base = ConfigFixtures.decoder(type)
    var stored = try tensors(base)
    stored[name] = Tensor(shape: shape)
    #expect(fault(base, stored)?.contains(": a '\(type)' model does not read the weight '\(name)'; ") ?? false)
  }

  @Test func headsForOtherTasksArePassedOver() throws {
    var stored = try tensors(Self.llama)
    let before = try logits(FamilyCheckpoint.load(Self.llama, stored))
    for name in ["score.weight", "v_head.summary.bias", "vision_tower.encoder.layers.0.mlp.fc1.weight"] {
      stored[name] = Tensor(shape: [2, 2])
    }
    #expect(try logits(FamilyCheckpoint.load(Self.llama, stored)) == before)
  }

  /// The text model of a checkpoint that also takes images, with the names of every version of the library.
  @Test func gemma3WithPictures() throws {
    let text = ConfigFixtures.decoder("gemma3_text").filter { $0.key != "model_type" }.merging(
      ["head_dim": "4", "num_key_value_heads": "2"]
    ) { $1 }
    let keys = text.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
    let base = ["model_type": #""gemma3""#, "text_config": "{\(keys)}"]
    var found: [[Float]] = []
    for (prefix, tower) in [
      ("model.", "vision_tower."), ("language_model.model.", "vision_tower."),
      ("model.language_model.", "model.vision_tower."),
    ] {
      var stored = try tensors(base, "\(prefix)embed_tokens.weight")
      #expect(stored["\(prefix)layers.0.self_attn.q_norm.weight"]?.shape == [4])
      stored["\(tower)encoder.layers.0.self_attn.q_proj.bias"] = Tensor(shape: [3])
      stored["\(prefix)rotary_emb.inv_freq"] = Tensor(shape: [2])
      found.append(try logits(FamilyCheckpoint.load(base, stored)))
    }
    #expect(found[0] == found[1] && found[0] == found[2] && found[0].allSatisfy(\.isFinite))
    let head = "language_model.lm_head.weight"
    var stored = try tensors(base, "language_model.model.embed_tokens.weight")
    stored[head] = stored["language_model.model.embed_tokens.weight"]
    stored[head]?.withMutableValues { $0[8] += 100 }
    #expect(try logits(FamilyCheckpoint.load(base, stored)) != found[0])
  }

  // MARK: Weights in few bits

  @Test func quantisedWeightsAreCalledThat() throws {
    let name = "model.layers.0.self_attn.q_proj.weight"
    let way =
      "F32, F16 and BF16 are supported. Use the original, or save it as such with transformers: dequantize(), then save_pretrained"
    var base = Self.llama
    // Of another shape, with what says how to unpack it; the tensors of every layer stay as they are but the first's.
    var stored = try tensors(base)
    stored[name] = Tensor(shape: [32, 1])
    stored["\(name).absmax"] = Tensor(shape: [1])
    #expect(fault(base, stored)?.hasSuffix(": the weights are quantised: '\(name)' is F32; \(way)") ?? false)
    base["quantization_config"] = #"{"quant_method": "bitsandbytes", "load_in_4bit": true}"#
    #expect(
      fault(base, stored)?.hasSuffix(": the weights are quantised (bitsandbytes): '\(name)' is F32; \(way)") ?? false)
    // Packed with another name.
    stored = try tensors(base)
    stored[name] = nil
    stored["model.layers.0.self_attn.q_proj.qweight"] = Tensor(shape: [1, 8])
    base["quantization_config"] = #"{"quant_method": "gptq"}"#
    #expect(
      fault(base, stored)?.hasSuffix(": the weights are quantised (gptq): there is no '\(name)'; \(way)") ?? false)
    // Only the config says quantised: the weights are ordinary.
    #expect(fault(base, try tensors(base)) == nil)
    // Nothing says quantised: the error is about the shape.
    stored = try tensors(Self.llama)
    stored[name] = Tensor(shape: [32, 1])
    #expect(fault(Self.llama, stored)?.hasSuffix("has shape [32, 1], expected [8, 8]") ?? false)
  }

  // MARK: Names of families

  @Test(arguments: [
    ("bloom", nil), ("gpt_neo", nil), ("mixtral", nil), ("gemma", nil), ("phi", nil), ("olmo", nil), ("olmo3", nil),
    ("qwen2_moe", nil), ("llama4", nil), ("mamba", nil), ("GPT2", "gpt2"), ("gpt-2", "gpt2"), ("Llama", "llama"),
    ("lama", "llama"),
    ("lalma", "llama"), ("gpt_nneox", "gpt_neox"), ("qwen-2", "qwen2"), ("Gemma3-Text", "gemma3_text"),
  ])
  func onlyWhatIsMeantIsSuggested(type: String, meant: String?) throws {
    let supported = [
      "gpt2", "llama", "mistral", "qwen2", "gpt_neox", "qwen3", "gemma2", "gemma3_text", "gemma3", "olmo2", "phi3",
    ]
    let error = CheckpointError.unsupportedModelType(found: type, supported: supported, file: "m/config.json")
    let hint = meant.map { " (did you mean '\($0)'?)" } ?? ""
    #expect(error.message.hasPrefix("m/config.json: model_type '\(type)' is not supported\(hint); supported: gpt2"))
  }
}
