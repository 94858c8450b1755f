import BundledModels
import Checkpoints
import Diagnostics

/// `patchbay models`: lists what can be loaded.
public struct ModelsCommand: Sendable {
  public init() {}

  /// - Throws: `ConsoleError`.
  public func run(on console: Console) throws {
    var bundled = TextTable(header: ["model", "what it is"], indent: "  ")
    for entry in BundledModels.all { bundled.add(["bundled:\(entry.name)", entry.summary]) }
    var table = TextTable(header: ["model_type", "covers"], indent: "  ")
    for type in ModelFamilies.modelTypes { table.add([type, Self.coverage[type] ?? ""]) }
    try console.print(
      """
      Bundled models:

      \(bundled.text)

      Folders in Hugging Face layout (config.json, model.safetensors or its shards in F32, F16 or BF16, tokenizer.json or
      vocab.json with merges.txt) whose config.json says one of:

      \(table.text)

      GGUF files of the architectures \(LoadedModel.ggufArchitectures.joined(separator: ", ")).
      """)
  }

  /// For each `model_type`, the models published under it and their characteristics.
  public static let coverage: [String: String] = [
    "gpt2": "GPT-2 small to XL, DistilGPT-2: learned positions, LayerNorm, tied embeddings",
    "llama":
      "LLaMA 1 to 3.2, TinyLlama, SmolLM, stories: RMSNorm, rotary positions, gated MLP, grouped keys and values",
    "mistral": "Mistral 7B: as llama, with a sliding window",
    "qwen2": "Qwen2 and Qwen2.5: as llama, with biases on queries, keys and values",
    "gpt_neox": "Pythia, GPT-NeoX: attention and MLP in parallel, partly rotary positions",
    "qwen3": "Qwen3 (dense): as llama, with a norm on each head's queries and keys",
    "gemma2": "Gemma 2: norms before and after each part, soft-capped scores and logits, alternating windows",
    "gemma3_text": "Gemma 3 270M and 1B: norms of queries and keys, local and global layers that rotate differently",
    "gemma3": "Gemma 3 4B to 27B: the text model of a checkpoint that sees pictures too",
    "olmo2": "OLMo 2: as llama, with norms after each part instead of before it",
    "phi3": "Phi-3 and Phi-4 mini with contexts up to 4K: as llama, with fused weights and partly rotary positions",
    "gpt_neo": "GPT-Neo: as gpt2, with products that are not scaled and windows in every other layer",
    "gptj": "GPT-J: attention and MLP in parallel behind one norm, rotary positions on neighbouring features",
    "opt": "OPT: learned positions, ReLU; OPT-350M with norms of the stream and narrow embeddings",
    "falcon": "Falcon with rotary positions (7B, 40B, 180B, Falcon2): few key-value heads, parallel or not",
    "impala_policy": "conv policies of the IMPALA network, such as the maze policies of Langosco et al. 2022",
    "patchbay": "research models described by flags in config.json, weights under Patchbay's own names",
  ]
}
