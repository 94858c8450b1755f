import ActivationStore
import TestSupport
import Testing

/// Vector files whose parts do not fit together.
@Suite struct VectorFileTests {
  private func write(_ layers: [Int], _ values: [[[Float]]], to path: String) throws {
    let vector = SteeringVector(
      model: "m", modelSHA256: "00", site: "resid_pre", method: "mean-difference", prompts: "p.jsonl", position: "-1",
      pairs: 2, patchbayVersion: "0.1.0", layers: layers, values: values, isSequence: false,
      activationNorms: layers.map { _ in 1 })
    let file = try ArraysFile(creating: path, format: .vector, attributes: vector.attributes)
    try file.write(vector.arrays)
    try file.finish()
  }

  @Test func whatIsWrittenIsRead() throws {
    let scratch = try TemporaryFolder()
    try write([0, 3], [[[1, 2]], [[3, 4]]], to: scratch.path("v.h5"))
    #expect(try SteeringVector(file: scratch.path("v.h5")).values == [[[1, 2]], [[3, 4]]])
  }

  /// A layer with two vectors, or one that no model has, would otherwise crash when the vector is added.
  @Test(arguments: [[1, 1], [-1, 0]]) func layersThatMakeNoSenseAreRefused(layers: [Int]) throws {
    let scratch = try TemporaryFolder()
    try write(layers, [[[1, 2]], [[3, 4]]], to: scratch.path("v.h5"))
    let error = #expect(throws: StoreError.self) { try SteeringVector(file: scratch.path("v.h5")) }
    #expect(error?.message.contains("a vector for each of some layers, each layer once") == true)
  }

  /// Only their attributes identify scales.
  @Test func scalesAreKnownByTheirAttributes() throws {
    let scratch = try TemporaryFolder()
    try write([0, 3], [[[1, 2]], [[3, 4]]], to: scratch.path("v.h5"))
    let store = try StoreReader(scratch.path("v.h5"))
    #expect(try store.describe("/vector/layer").isScale)
    #expect(try !store.describe("/vector/value").isScale)
    #expect(
      try store.describe("/vector/value").dimensions.map { $0?.split(separator: "/").last } == ["layer", "feature"])
  }
}
