import Diagnostics

/// What can be wrong with a model's folder: the files, their layout, the weights, and the config's answer to a model
/// family.
public enum CheckpointError: DiagnosedError, Equatable {
  // Files and folders
  case folderNotFound(String)
  case notAFolder(String)
  case fileNotFound(String)
  case notAFile(String)
  /// The operating system's reason, as it words it.
  case unreadable(file: String, reason: String)
  case cannotWrite(file: String, reason: String)

  // Layout of a checkpoint
  case missingConfig(folder: String)
  case badJSON(file: String, JSONError)
  /// The file as a whole is not a JSON object.
  case notAnObject(file: String, found: String)
  /// There are no weights under a name that is read; `found` are other weight files in the folder.
  case noWeights(folder: String, found: [String])
  /// The only weights are pickled PyTorch tensors, which can run code when they are loaded.
  case onlyPyTorchWeights(folder: String, file: String)
  case badSafetensors(file: String, SafetensorsProblem)
  case badGGUF(file: String, GGUFProblem)
  /// There are several models in one folder, and nothing says which is meant.
  case severalGGUF(folder: String, files: [String])
  /// One file of a model that was split into several.
  case splitGGUF(file: String, part: Int, of: Int)
  case unsupportedArchitecture(file: String, found: String, supported: [String])
  /// A key of the index of shards is missing or of the wrong type.
  case badIndex(file: String, key: String, found: String, expected: String)
  case missingShard(shard: String, tensor: String, index: String)
  case missingFromShard(tensor: String, shard: String, index: String)

  // Weights
  case missingWeight(tensor: String, place: String, available: [String])
  case wrongShape(tensor: String, file: String, expected: [Int], found: [Int])
  case wrongDtype(tensor: String, file: String, found: SafetensorsDtype)
  /// A GGUF tensor of an unsupported number type.
  case unreadType(tensor: String, file: String, found: GGUFType)
  /// A tensor of a GGUF file that its model does not use.
  case unusedTensor(tensor: String, file: String, architecture: String)
  case nonFiniteWeight(NonFiniteWeight)
  /// Weights of parts that the model has, which it does not read.
  case unreadWeights([String], modelType: String, folder: String)
  /// Quantised weights; `method` is the config's name for the method.
  case quantized(tensor: String, found: SafetensorsDtype?, method: String?, folder: String)
  /// A tensor to be written has the name of another one, or `__metadata__`.
  case tensorNameTaken(String)

  // Config
  case unsupportedModelType(found: String, supported: [String], file: String)
  case missingConfigKey(key: String, file: String)
  /// A key that a `patchbay` config does not have.
  case unknownConfigKey(key: String, known: [String], file: String)
  case invalidConfigValue(key: String, value: String, expected: String, file: String)

  public var kind: FailureKind {
    switch self {
    case .folderNotFound, .fileNotFound: .inputNotFound
    case .unreadable: .ioFailed
    case .cannotWrite: .cannotCreateOutput
    default: .badData
    }
  }

  public var message: String { onOneLine(text) }

  private var text: String {
    switch self {
    case .folderNotFound(let path): "\(path): no such folder"
    case .notAFolder(let path):
      "\(path): not a folder; a model is a folder with config.json and model.safetensors, or a .gguf file"
    case .fileNotFound(let path): "\(path): no such file"
    case .notAFile(let path): "\(path): not a regular file"
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
    case .missingConfig(let folder):
      "\(folder): no config.json; a model is a folder with config.json and model.safetensors"
    case .badJSON(let file, let error): "\(file): \(error.message)"
    case .notAnObject(let file, let found): "\(file): is \(found), expected an object"
    case .noWeights(let folder, let found):
      "\(folder): no model.safetensors or model.safetensors.index.json"
        + (found.isEmpty ? "" : " (found: \(found.prefix(6).joined(separator: ", "))\(found.count > 6 ? ", ..." : ""))")
    case .onlyPyTorchWeights(let folder, let file):
      "\(folder): weights only as \(file); convert them once with transformers: "
        + "AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(DIR, safe_serialization=True)"
    case .badSafetensors(let file, let problem): "\(file): \(problem.text)"
    case .badGGUF(let file, let problem): "\(file): \(problem.text)"
    case .severalGGUF(let folder, let files):
      "\(folder): has several models; give one of its files: \(files.prefix(12).joined(separator: ", "))"
        + (files.count > 12 ? ", ..." : "")
    case .splitGGUF(let file, let part, let count):
      "\(file): is part \(part) of a model in \(count) files, which are not read; "
        + "join them with llama.cpp's llama-gguf-split --merge"
    case .unsupportedArchitecture(let file, let found, let supported):
      "\(file): general.architecture '\(found)' is not supported"
        + (supported.first { isMisspelling(found, of: $0) }.map { " (did you mean '\($0)'?)" } ?? "")
        + "; supported: \(supported.joined(separator: ", "))"
    case .badIndex(let file, let key, let found, let expected): "\(file): '\(key)' is \(found), expected \(expected)"
    case .missingShard(let shard, let tensor, let index):
      "\(shard): no such file, but \(index) says that it holds tensor '\(tensor)'"
    case .missingFromShard(let tensor, let shard, let index):
      "\(shard): no tensor '\(tensor)', but \(index) says that it is there"
    case .missingWeight(let tensor, let place, let available):
      "\(place): no weight '\(tensor)'" + suggestion(for: tensor, among: available, listed: 4)
    case .wrongShape(let tensor, let file, let expected, let found):
      "\(file): weight '\(tensor)' has shape \(shown(found)), expected \(shown(expected))"
    case .wrongDtype(let tensor, let file, let found):
      "\(file): weight '\(tensor)' has dtype \(found.rawValue), expected F32, F16 or BF16"
    case .unreadType(let tensor, let file, let found):
      "\(file): tensor '\(tensor)' has type \(found.name), which is not supported; supported: "
        + GGUFType.allCases.filter(\.isRead).map(\.name).joined(separator: ", ")
    case .unusedTensor(let tensor, let file, let architecture):
      "\(file): tensor '\(tensor)' has no place in a model of architecture '\(architecture)'"
    case .nonFiniteWeight(let weight):
      "\(weight.file): weight '\(weight.tensor)' is \(weight.value.rawValue) at \(weight.index)"
    case .unreadWeights(let names, let type, let folder):
      "\(folder): a '\(type)' model does not read "
        + (names.count == 1 ? "the weight" : "\(names.count) weights of the checkpoint:")
        + " \(names.prefix(4).map { "'\($0)'" }.joined(separator: ", "))\(names.count > 4 ? ", ..." : "")"
        + "; is model_type or another key of config.json wrong?"
    case .quantized(let tensor, let found, let method, let folder):
      "\(folder): the weights are quantised\(method.map { " (\($0))" } ?? "")"
        + (found.map { ": '\(tensor)' is \($0.rawValue)" } ?? ": there is no '\(tensor)'")
        + "; F32, F16 and BF16 are supported. Use the original, or save it as such with transformers: dequantize(), then save_pretrained"
    case .tensorNameTaken(let name): "a tensor cannot be written as '\(name)': the name is taken"
    case .unsupportedModelType(let found, let supported, let file):
      "\(file): model_type '\(found)' is not supported"
        + (supported.first { isMisspelling(found, of: $0) }.map { " (did you mean '\($0)'?)" } ?? "")
        + "; supported: \(supported.joined(separator: ", "))"
    case .missingConfigKey(let key, let file): "\(file): no key '\(key)'"
    case .unknownConfigKey(let key, let known, let file):
      "\(file): unknown key '\(key)'" + suggestion(for: key, among: known)
    case .invalidConfigValue(let key, let value, let expected, let file):
      "\(file): '\(key)' is \(value), expected \(expected)"
    }
  }
}

/// Whether a word is a name with a typing error: different case or separators, or one letter omitted, doubled or
/// swapped. A different digit or letter means a different model (gptj is not gpt2, gemma not gemma2, mixtral not
/// mistral).
private func isMisspelling(_ word: String, of name: String) -> Bool {
  let (a, b) = (word.lowercased().filter(\.isLetterOrDigit), name.lowercased().filter(\.isLetterOrDigit))
  if a == b { return true }
  let (long, short) = (Array(a.count > b.count ? a : b), Array(a.count > b.count ? b : a))
  if long.count == short.count {
    let apart = long.indices.filter { long[$0] != short[$0] }
    return apart.count == 2 && apart[1] == apart[0] + 1 && long[apart[0]] == short[apart[1]]
      && long[apart[1]] == short[apart[0]]
  }
  // An additional letter at the end, or a digit, is part of a name.
  guard long.count == short.count + 1, let place = short.indices.first(where: { long[$0] != short[$0] }) else {
    return false
  }
  return long[place].isLetter && long[(place + 1)...] == short[place...]
}

extension Character {
  fileprivate var isLetterOrDigit: Bool { isLetter || isNumber }
}

/// Names come from files that anyone may have written. Control characters and line ends are escaped, and names are cut
/// after a thousand characters, so that a message stays one line that a terminal shows unchanged.
private func onOneLine(_ text: String) -> String {
  var line = ""
  for (count, scalar) in text.unicodeScalars.enumerated() {
    if count == 1000 { return line + "..." }
    if scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}" {
      line += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}
