import ArgumentParser

/// What to damage. Raw values are the words on the command line.
enum Kind: String, CaseIterable, Sendable, ExpressibleByArgument {
  /// Weight files: header bytes, JSON, lengths, offsets, types, shapes.
  case safetensors
  /// GGUF files: counts, types, texts and offsets of the header, weights.
  case gguf
  /// The index of a sharded checkpoint.
  case index
  /// config.json of every family.
  case config
  /// tokenizer.json and tokenizer_config.json.
  case tokenizer
  /// vocab.json and merges.txt.
  case vocabulary
  /// Experiment files.
  case experiment
  /// Analysis files.
  case analysis
  /// Training recipes.
  case recipe
  /// Files of prompts, JSON lines.
  case prompts
  /// Vectors as .npy and .json.
  case vectors
  /// Results files (HDF5).
  case results
  /// Cache files (HDF5).
  case cache
  /// Vector files (HDF5).
  case steering
  /// Results files of analyses (HDF5).
  case directions

  /// The files of a case that are damaged: those whose names end like this.
  var endings: [String] {
    switch self {
    case .safetensors: [".safetensors"]
    case .gguf: [".gguf"]
    case .index: [".index.json"]
    case .config: ["config.json"]
    case .tokenizer: ["tokenizer.json", "tokenizer_config.json"]
    case .vocabulary: ["vocab.json", "merges.txt"]
    case .experiment, .analysis, .recipe: ["main.yaml"]
    case .prompts: ["prompts.jsonl"]
    case .vectors: ["vector.npy", "vector.json"]
    case .results: ["results.h5"]
    case .cache: ["cache.h5"]
    case .steering: ["steering.h5"]
    case .directions: ["directions.h5"]
    }
  }

  /// The format of such a file, which decides how its bytes are damaged.
  var format: Format {
    switch self {
    case .safetensors: .safetensors
    case .gguf: .gguf
    case .index, .config, .tokenizer, .vocabulary: .json
    case .experiment, .analysis, .recipe: .yaml
    case .prompts: .lines
    case .vectors: .numbers
    case .results, .cache, .steering, .directions: .hdf5
    }
  }

  enum Format: Sendable {
    case safetensors, gguf, json, yaml, lines, numbers, hdf5
  }
}
