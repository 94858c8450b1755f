import ActivationStore
import Checkpoints
import Foundation
import TestSupport
import Testing

/// A `.gguf` file wherever a model's folder may stand.
@Suite struct GGUFTests {
  private static let golden = SharedFolder.path("gguf/qwen2.gguf")
  private static let tokens = "1,5,9,13,2,40"

  private static func place() throws -> (folder: TemporaryFolder, file: String) {
    let folder = try TemporaryFolder()
    try folder.makeFolder("models")
    try FileManager.default.copyItem(atPath: golden, toPath: folder.path("models/tiny.gguf"))
    return (folder, folder.path("models/tiny.gguf"))
  }

  @Test func everyCommandTakesTheFileAndTheFolderThatItIsAloneIn() throws {
    let (folder, file) = try Self.place()
    let prompts = try folder.write("p.jsonl", "{\"tokens\": [1, 5, 9]}\n")
    for arguments in [
      ["hooks", "MODEL"], ["logits", "MODEL", "--tokens", Self.tokens],
      ["generate", "MODEL", "--prompt-tokens", Self.tokens, "--tokens", "4", "--edit", "z.1: zero"],
      ["heads", "MODEL"],
      ["cache", "MODEL", "--prompts", prompts, "--hooks", "blocks.*.hook_resid_pre", "--output", folder.path("c.h5")],
    ] {
      let outputs = try [file, folder.path("models")].map { model in
        let finished = try Tool.run(arguments.map { $0 == "MODEL" ? model : $0 } + ["--quiet"])
        #expect(finished.status == 0, "\(arguments[0]): \(finished.errors)")
        return finished.output.replacing(model, with: "MODEL")
      }
      #expect(outputs[0] == outputs[1] && !outputs[0].isEmpty, "\(arguments[0])")
    }
  }

  @Test func experimentsRecordTheFileAndItsHash() throws {
    let (folder, file) = try Self.place()
    try folder.write(
      "e.yaml",
      """
      name: e
      model: models/tiny.gguf
      prompts:
        pairs: [{clean_tokens: [1, 5, 9], corrupted_tokens: [1, 6, 9], answer_token: 3, wrong_token: 4}]
      sweeps: [{name: s, site: resid_pre, over: [layer, position]}]
      """)
    let finished = try Tool.run("run", "e.yaml", "--output", "out", "--quiet", in: folder.path)
    #expect(finished.status == 0, "\(finished.errors)")
    let header = try ResultsReader(folder.path("out/e.h5")).header()
    #expect(try header.model == "models/tiny.gguf" && header.modelSHA256 == CheckpointFolder(path: file).sha256())
  }

  @Test func severalFilesAndFilesThatAreNoneAreRefusedInOneLine() throws {
    let (folder, file) = try Self.place()
    func refused(_ model: String, _ status: Int32, _ message: String) throws {
      let finished = try Tool.run("logits", model, "--tokens", "1")
      #expect(
        finished.status == status && finished.errorLines == ["error: \(message)"] && finished.output.isEmpty,
        "\(finished.errors)")
    }
    let models = folder.path("models")
    try FileManager.default.copyItem(atPath: file, toPath: models + "/a.gguf")
    try refused(models, 65, "\(models): has several models; give one of its files: a.gguf, tiny.gguf")
    try refused(models + "/b.gguf", 66, "\(models)/b.gguf: no such file")
    let text = try folder.write("text.gguf", "GGML")
    try refused(text, 65, "\(text): not a GGUF file: it does not begin with the letters GGUF")
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    let cut = try folder.write("cut.gguf", whole.prefix(30000))
    let finished = try Tool.run("logits", cut, "--tokens", "1")
    #expect(finished.status == 65 && finished.errors.contains("(truncated file?)"), "\(finished.errors)")
    // Text needs a tokenizer, and this file's metadata have none.
    let prompt = try Tool.run("logits", file, "--prompt", "Mary")
    #expect(prompt.status == 65 && prompt.errors.contains("has no tokenizer; give --tokens"), "\(prompt.errors)")
  }
}

/// Steering vectors as llama.cpp's control vectors.
@Suite struct ControlVectorTests {
  /// Three layers, and pairs.
  private static func place() throws -> Workplace {
    var model = TinyModel()
    model.layers = 3
    let place = try Workplace(model)
    try place.write(
      "pairs.jsonl",
      """
      {"clean_tokens": [1, 2, 5, 3], "corrupted_tokens": [1, 3, 5, 2]}
      {"clean_tokens": [4, 6, 7], "corrupted_tokens": [3, 6, 7]}

      """)
    return place
  }

  private static func make(_ file: String, _ arguments: String..., in place: Workplace) throws -> Tool.Finished {
    try Tool.run(
      ["vector", "model", "--prompts", "pairs.jsonl", "--output", file] + arguments, in: place.path)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let place = try Self.place()
    #expect(try Self.make("v.h5", "--site", "resid_post", in: place).status == 0)
    let made = try Self.make("v.gguf", "--site", "resid_post", in: place)
    #expect(made.status == 0 && made.errors.contains("layer 0 left out: llama.cpp"), "\(made.errors)")
    let vector = try SteeringVector(file: place.path + "/v.h5")
    let file = try GGUFFile(path: place.path + "/v.gguf")
    #expect(file.tensors.map(\.name) == ["direction.1", "direction.2"] && file.tensors.allSatisfy { $0.shape == [16] })
    #expect(try file.text("general.architecture") == "controlvector")
    #expect(try file.text("controlvector.model_hint") == "patchbay" && file.integer("controlvector.layer_count") == 2)
    for layer in 1...2 {
      let storage = try file.storage(named: "direction.\(layer)")
      #expect((0..<16).map { storage.base[$0] } == vector.values[layer][0])
    }
    func generate(_ addition: String, _ more: String...) throws -> Tool.Finished {
      try Tool.run(
        [
          "generate", "model", "--prompt-tokens", "1,2,3", "--tokens", "6", "--positions", "all", "--json", "--add",
          addition,
        ] + more, in: place.path)
    }
    let (own, control) = (try generate("v.h5:3@resid_post.2"), try generate("v.gguf:3@resid_post.2"))
    #expect(own.status == 0 && control.status == 0, "\(control.errors)")
    #expect(own.output.replacing("v.h5", with: "v.gguf") == control.output)
    #expect(
      control.errors.contains("'v.gguf': layers counted from 0, as the file says: direction.1 is for layer 1"),
      "\(control.errors)")
    // The file says which weights it is of.
    try FileManager.default.moveItem(atPath: place.model, toPath: place.path + "/old")
    var other = TinyModel()
    (other.layers, other.seed) = (3, 2)
    try other.write(to: place.model)
    let refused = try generate("v.gguf:3@resid_post.2")
    #expect(refused.status == 65 && refused.errors.contains("different weights"), "\(refused.errors)")
    #expect(try generate("v.gguf:3@resid_post.2", "--anywhere").status == 0)
  }

  /// What goes into a block is what came out of the one before.
  @Test func theStreamBeforeABlockIsTheOutputOfTheOneBefore() throws {
    let place = try Self.place()
    #expect(try Self.make("v.h5", in: place).status == 0)
    let made = try Self.make("v.gguf", in: place)
    #expect(made.status == 0 && made.errors.contains("layers 0 and 1 left out"), "\(made.errors)")
    let vector = try SteeringVector(file: place.path + "/v.h5")
    let file = try GGUFFile(path: place.path + "/v.gguf")
    #expect(file.tensors.map(\.name) == ["direction.1"])
    let storage = try file.storage(named: "direction.1")
    #expect((0..<16).map { storage.base[$0] } == vector.values[2][0])
  }

  @Test func whatHasNoPlaceThereIsRefused() throws {
    let place = try Self.place()
    for (arguments, reason) in [
      (["--site", "mlp_out"], "--site resid_post or resid_pre, not mlp_out"),
      (["--method", "difference"], "one vector for each layer, not one for each token"),
    ] {
      let refused = try Tool.run(
        ["vector", "model", "--prompts", "pairs.jsonl", "--output", "v.gguf"] + arguments, in: place.path)
      #expect(refused.status == 64 && refused.errors.contains(reason), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: place.path + "/v.gguf"))
    }
  }

  /// A file of another program, which does not say how it counts: as llama.cpp does, unless something else is said.
  @Test func layersAreCountedAsSaid() throws {
    let place = try Self.place()
    func write(_ name: String, _ numbers: [Int], architecture: String = "controlvector") throws {
      var writer = GGUFWriter(metadata: [("general.architecture", .text(architecture))])
      for number in numbers {
        writer.add("direction.\(number)", shape: [16], [Float](repeating: Float(number + 1), count: 16))
      }
      try place.write(name, writer.bytes)
    }
    try write("v.gguf", [1, 2])
    try write("zero.gguf", [0, 1, 2])
    try write("model.gguf", [1], architecture: "llama")
    func sweep(_ edit: String) throws -> (finished: Tool.Finished, norms: [Double]) {
      try place.write(
        "e.yaml",
        """
        name: e
        model: model
        prompts: {pairs: [{clean_tokens: [1, 2], corrupted_tokens: [1, 3], answer_token: 1, wrong_token: 2}]}
        sweeps: [{name: s, site: resid_post, over: [layer], layer: LAYERS, position: -1, edit: {add: \(edit)}}]
        """.replacing("LAYERS", with: edit.contains("#1") || edit.contains("zero") ? "[0, 1]" : "[1, 2]"))
      let finished = try Tool.run("run", "e.yaml", "--output", "out", in: place.path)
      let norms = finished.status == 0 ? try StoreReader("\(place.out)/e.h5").numbers(at: "/sweeps/s/change_norm") : []
      return (finished, norms)
    }
    let note = "layers counted from"
    for (edit, said, norms) in [
      (
        "{vector: v.gguf}",
        "\(note) 0, as llama.cpp applies them; 'v.gguf#1' counts from 1: direction.1 is for layer 1", [8, 12]
      ),
      ("{vector: v.gguf#0}", "\(note) 0, as '#0' says: direction.1 is for layer 1", [8, 12]),
      ("{vector: v.gguf#1}", "\(note) 1, as '#1' says: direction.1 is for layer 0", [8, 12]),
      ("{file: v.gguf#1}", "\(note) 1, as '#1' says: direction.1 is for layer 0", [8, 12]),
      ("{vector: zero.gguf}", "\(note) 0, since there is a direction.0: direction.0 is for layer 0", [4, 8]),
    ] as [(String, String, [Double])] {
      let (finished, found) = try sweep(edit)
      #expect(finished.status == 0 && finished.errors.contains(said), "\(edit): \(finished.errors)")
      #expect(zip(found, norms).allSatisfy { abs($0 - $1) < 1e-4 } && found.count == 2, "\(edit): \(found)")
    }
    for (edit, message) in [
      ("{vector: zero.gguf#1}", "it has direction.0, so its layers count from 0, not from 1"),
      ("{vector: model.gguf}", "general.architecture is 'llama', expected 'controlvector'"),
      ("{vector: none.gguf}", "no such file"),
    ] {
      let (finished, _) = try sweep(edit)
      #expect(finished.status != 0 && finished.errors.contains(message), "\(edit): \(finished.errors)")
    }
    // It is a vector of the stream behind a block.
    try place.write(
      "e.yaml",
      "name: e\nmodel: model\nprompts: {pairs: [{clean_tokens: [1], corrupted_tokens: [2], answer_token: 1, wrong_token: 2}]}\n"
        + "sweeps: [{name: s, site: resid_pre, over: [layer], edit: {add: {vector: v.gguf}}}]\n")
    let refused = try Tool.run("run", "e.yaml", "--output", "out", in: place.path)
    #expect(refused.status == 65 && refused.errors.contains("was made at resid_post"), "\(refused.errors)")
  }
}
