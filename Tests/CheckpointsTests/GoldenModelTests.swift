import Checkpoints
import TestSupport
import Testing

/// Models written by the reference implementation.
@Suite struct GoldenModelTests {
  @Test(arguments: [
    ("gpt2", "transformer.wte.weight", [307, 64]), ("llama", "lm_head.weight", [307, 64]),
    ("neox", "gpt_neox.embed_in.weight", [307, 64]), ("qwen3", "model.embed_tokens.weight", [307, 64]),
    ("gemma2", "model.embed_tokens.weight", [307, 64]), ("impala", "embedder.block1.conv.weight", [16, 3, 3, 3]),
  ])
  func aReferenceModelIsRead(name: String, weight: String, shape: [Int]) throws {
    let model = try CheckpointFolder(path: SharedFolder.path("golden/\(name)"))
    #expect(model.config["model_type"]?.stringValue != nil)
    let storage = try model.storage(named: weight, expected: shape)
    #expect(storage.count == shape.reduce(1, *))
    #expect(storage.values.contains { $0 != 0 })
    for tensor in model.tensorNames {
      let shape = try #require(model.shape(of: tensor))
      #expect(try model.storage(named: tensor, expected: shape).values.allSatisfy(\.isFinite))
    }
    #expect(model.firstNonFinite() == nil)
    #expect(try model.sha256().count == 64)
  }
}
