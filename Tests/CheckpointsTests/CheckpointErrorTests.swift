import Checkpoints
import Diagnostics
import Testing

/// The wording of every error.
@Suite struct CheckpointErrorTests {
  private static let json = JSONError(line: 2, column: 5, problem: .duplicateKey("a"))

  private static let messages: [(CheckpointError, FailureKind, String)] = [
    (.folderNotFound("m"), .inputNotFound, "m: no such folder"),
    (
      .notAFolder("m"), .badData,
      "m: not a folder; a model is a folder with config.json and model.safetensors, or a .gguf file"
    ),
    (.badGGUF(file: "x", .notGGUF), .badData, "x: not a GGUF file: it does not begin with the letters GGUF"),
    (
      .severalGGUF(folder: "m", files: ["a.gguf", "b.gguf"]), .badData,
      "m: has several models; give one of its files: a.gguf, b.gguf"
    ),
    (
      .splitGGUF(file: "x", part: 1, of: 3), .badData,
      "x: is part 1 of a model in 3 files, which are not read; join them with llama.cpp's llama-gguf-split --merge"
    ),
    (
      .unsupportedArchitecture(file: "x", found: "lama", supported: ["llama", "gpt2"]), .badData,
      "x: general.architecture 'lama' is not supported (did you mean 'llama'?); supported: llama, gpt2"
    ),
    (
      .unreadType(tensor: "w", file: "x", found: .iq4XS), .badData,
      "x: tensor 'w' has type IQ4_XS, which is not supported; supported: F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, "
        + "Q4_K, Q5_K, Q6_K, BF16"
    ),
    (
      .unusedTensor(tensor: "w", file: "x", architecture: "llama"), .badData,
      "x: tensor 'w' has no place in a model of architecture 'llama'"
    ),
    (.fileNotFound("m/x"), .inputNotFound, "m/x: no such file"),
    (.notAFile("m/x"), .badData, "m/x: not a regular file"),
    (.unreadable(file: "x", reason: "Permission denied"), .ioFailed, "x: cannot be read: Permission denied"),
    (
      .cannotWrite(file: "x", reason: "No space left on device"), .cannotCreateOutput,
      "x: cannot be written: No space left on device"
    ),
    (
      .missingConfig(folder: "m"), .badData,
      "m: no config.json; a model is a folder with config.json and model.safetensors"
    ),
    (.badJSON(file: "c", json), .badData, "c: line 2, column 5: the key 'a' appears twice in one object"),
    (.notAnObject(file: "c", found: "an array"), .badData, "c: is an array, expected an object"),
    (
      .noWeights(folder: "m", found: []), .badData,
      "m: no model.safetensors or model.safetensors.index.json"
    ),
    (
      .noWeights(folder: "m", found: ["a.safetensors", "b.safetensors"]), .badData,
      "m: no model.safetensors or model.safetensors.index.json (found: a.safetensors, b.safetensors)"
    ),
    (
      .onlyPyTorchWeights(folder: "m", file: "pytorch_model.bin"), .badData,
      "m: weights only as pytorch_model.bin; convert them once with transformers: "
        + "AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(DIR, safe_serialization=True)"
    ),
    (
      .badIndex(file: "i", key: "weight_map", found: "null", expected: "an object"), .badData,
      "i: 'weight_map' is null, expected an object"
    ),
    (
      .missingShard(shard: "m/s", tensor: "w", index: "m/i"), .badData,
      "m/s: no such file, but m/i says that it holds tensor 'w'"
    ),
    (
      .missingFromShard(tensor: "w", shard: "m/s", index: "m/i"), .badData,
      "m/s: no tensor 'w', but m/i says that it is there"
    ),
    (
      .missingWeight(tensor: "h.0.ln_3.bias", place: "m", available: ["h.0.ln_1.bias", "h.0.ln_2.bias", "wte"]),
      .badData, "m: no weight 'h.0.ln_3.bias' (did you mean 'h.0.ln_1.bias'?)"
    ),
    (
      .missingWeight(tensor: "lm_head", place: "m", available: ["a", "b", "c", "d", "e"]), .badData,
      "m: no weight 'lm_head' (one of: a, b, c, d, ...)"
    ),
    (
      .wrongShape(tensor: "w", file: "x", expected: [2, 3], found: [3, 2]), .badData,
      "x: weight 'w' has shape [3, 2], expected [2, 3]"
    ),
    (
      .wrongShape(tensor: "w", file: "x", expected: [1], found: [Int](repeating: 1, count: 17)), .badData,
      "x: weight 'w' has shape [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ...], expected [1]"
    ),
    (
      .wrongDtype(tensor: "w", file: "x", found: .i64), .badData,
      "x: weight 'w' has dtype I64, expected F32, F16 or BF16"
    ),
    (
      .nonFiniteWeight(NonFiniteWeight(file: "x", tensor: "w", index: [1, 2], value: .nan)), .badData,
      "x: weight 'w' is NaN at [1, 2]"
    ),
    (
      .nonFiniteWeight(NonFiniteWeight(file: "x", tensor: "w", index: [], value: .negativeInfinity)), .badData,
      "x: weight 'w' is -infinity at []"
    ),
    (.tensorNameTaken("w"), .badData, "a tensor cannot be written as 'w': the name is taken"),
    (
      .unsupportedModelType(found: "GPT-2", supported: ["gpt2", "llama"], file: "m/config.json"), .badData,
      "m/config.json: model_type 'GPT-2' is not supported (did you mean 'gpt2'?); supported: gpt2, llama"
    ),
    (
      .unsupportedModelType(found: "gpt_neo", supported: ["gpt2", "gpt_neox"], file: "c"), .badData,
      "c: model_type 'gpt_neo' is not supported; supported: gpt2, gpt_neox"
    ),
    (
      .unreadWeights(["h.0.a"], modelType: "gpt2", folder: "m"), .badData,
      "m: a 'gpt2' model does not read the weight 'h.0.a'; is model_type or another key of config.json wrong?"
    ),
    (
      .unreadWeights(["a", "b", "c", "d", "e"], modelType: "llama", folder: "m"), .badData,
      "m: a 'llama' model does not read 5 weights of the checkpoint: 'a', 'b', 'c', 'd', ...; is model_type or another key "
        + "of config.json wrong?"
    ),
    (
      .quantized(tensor: "w", found: .u8, method: "bitsandbytes", folder: "m"), .badData,
      "m: the weights are quantised (bitsandbytes): 'w' is U8; F32, F16 and BF16 are supported. Use the original, or save it "
        + "as such with transformers: dequantize(), then save_pretrained"
    ),
    (
      .quantized(tensor: "w", found: nil, method: nil, folder: "m"), .badData,
      "m: the weights are quantised: there is no 'w'; F32, F16 and BF16 are supported. Use the original, or save it "
        + "as such with transformers: dequantize(), then save_pretrained"
    ),
    (.missingConfigKey(key: "n_layer", file: "m/config.json"), .badData, "m/config.json: no key 'n_layer'"),
    (
      .invalidConfigValue(key: "n_layer", value: "-1", expected: "a whole number from 1", file: "c"), .badData,
      "c: 'n_layer' is -1, expected a whole number from 1"
    ),
  ]

  private static let problems: [(SafetensorsProblem, String)] = [
    (.tooShort(bytes: 3), "3 bytes are too few for a safetensors file, which starts with 8 bytes of header length"),
    (
      .headerTooLong(bytes: 200_000_000, limit: 100_000_000),
      "the header claims 200000000 bytes, more than the 100000000 a safetensors header may have"
    ),
    (
      .headerBeyondFile(bytes: 9, fileBytes: 8),
      "the header claims 9 bytes, but the file has 8 (truncated, or not a safetensors file)"
    ),
    (
      .headerNotJSON(json),
      "the header is not strict JSON: line 2, column 5: the key 'a' appears twice in one object"
    ),
    (.headerNotAnObject(found: "null"), "the header is null, expected an object of tensors"),
    (.metadataNotAnObject(found: "null"), "'__metadata__' is null, expected an object of strings"),
    (.metadataNotAString(key: "k", found: "null"), "'__metadata__': 'k' is null, expected a string"),
    (
      .entryNotAnObject(tensor: "w", found: "null"),
      "tensor 'w' is null, expected an object with dtype, shape and data_offsets"
    ),
    (.missingField(tensor: "w", field: "shape"), "tensor 'w' has no 'shape'"),
    (
      .wrongField(tensor: "w", field: "shape", found: "null", expected: "an array of whole numbers"),
      "tensor 'w': 'shape' is null, expected an array of whole numbers"
    ),
    (.unknownDtype(tensor: "w", dtype: "FP16"), "tensor 'w': unknown dtype 'FP16' (did you mean 'F16'?)"),
    (.negativeSize(tensor: "w", size: -1), "tensor 'w': negative size -1 in its shape"),
    (
      .shapeOverflows(tensor: "w", dtype: .f32, shape: [.max, 2]),
      "tensor 'w': F32 [9223372036854775807, 2] is larger than any memory"
    ),
    (.endsInsideByte(tensor: "w", dtype: .f4, shape: [3]), "tensor 'w': F4 [3] does not fill whole bytes"),
    (.offsetsReversed(tensor: "w", begin: 4, end: 0), "tensor 'w': data_offsets [4, 0] end before they begin"),
    (
      .offsetsOutOfRange(tensor: "w", begin: 0, end: 8, dataBytes: 4),
      "tensor 'w': data_offsets [0, 8] reach beyond the 4 bytes of data (truncated file?)"
    ),
    (
      .sizeMismatch(tensor: "w", dtype: .f32, shape: [2], expected: 8, found: 4),
      "tensor 'w': F32 [2] takes 8 bytes, but data_offsets span 4"
    ),
    (.overlap(tensor: "w", with: "v"), "tensors 'v' and 'w' overlap"),
    (.hole(before: "w", bytes: 4), "4 bytes before tensor 'w' belong to no tensor"),
    (.trailingBytes(4), "4 bytes after the last tensor belong to no tensor"),
    (.equivalentNames("é"), "two tensors are named 'é' that differ only in how accents are composed"),
  ]

  @Test func everyErrorReadsAsItShould() {
    for (error, kind, message) in Self.messages {
      #expect(error.message == message)
      #expect(error.kind == kind, "\(message)")
    }
  }

  @Test func everyProblemOfAFileReadsAsItShould() {
    for (problem, text) in Self.problems {
      let error = CheckpointError.badSafetensors(file: "m.safetensors", problem)
      #expect(error.message == "m.safetensors: \(text)")
      #expect(error.kind == .badData)
    }
  }

  @Test func aMessageIsOneShortLineWhateverTheFileSays() {
    let name = "\u{1B}[31mred\n\r\u{2028}\u{0}end"
    let message = CheckpointError.missingWeight(tensor: name, place: "m", available: []).message
    #expect(message == #"m: no weight '\u{1b}[31mred\u{a}\u{d}\u{2028}\u{0}end'"#)
    let long = CheckpointError.missingWeight(tensor: String(repeating: "x", count: 100_000), place: "m", available: [])
    #expect(long.message.count == 1003)
  }
}
