import ActivationStore
import LabelledArrays
import TestSupport
import Testing

/// Groups of labelled arrays in a file.
@Suite struct ArrayGroupTests {
  private static var group: ArrayGroup {
    var group = ArrayGroup(
      "/analyses/a", axes: [LabelledAxis("layer", .integers([3, 5])), LabelledAxis("unused", .texts(["x"]))],
      attributes: ["kind": .text("k")])
    group.add("floats", along: ["layer"], [0.5, .nan], attributes: ["n": .integer(2)])
    group.add(LabelledAxis("bound", .numbers([0.1, 2, 3])))
    group.add("integers", along: ["bound", "layer"], .integers([1, -1, 2, 3, 4, 5]))
    group.add("flags", along: ["layer"], .flags([1, -1]))
    group.add("texts", along: ["bound"], .texts(["a", "", "é"]))
    return group
  }

  private func write(_ group: ArrayGroup, to path: String) throws {
    let file = try ArraysFile(creating: path, format: .analysis, attributes: [:])
    try file.write(group)
    try file.finish()
  }

  @Test func whatIsWrittenIsRead() throws {
    let scratch = try TemporaryFolder()
    try write(Self.group, to: scratch.path("a.h5"))
    let store = try StoreReader(scratch.path("a.h5"))
    let path = "/analyses/a"
    #expect(
      try store.listing(of: path).datasets.sorted() == [
        "bound", "flags", "floats", "integers", "layer", "texts", "unused",
      ])
    #expect(try store.attributes(of: path) == ["kind": .text("k")])
    #expect(try store.attributes(of: "\(path)/floats") == ["n": .integer(2)])
    let floats = try store.tensor(at: "\(path)/floats").values
    #expect(floats[0] == 0.5 && floats[1].isNaN)
    #expect(try store.integers(at: "\(path)/integers") == [1, -1, 2, 3, 4, 5])
    #expect(try store.describe("\(path)/integers").dimensions == ["bound", "layer"])
    #expect(try store.describe("\(path)/integers").type == .int32)
    #expect(try store.describe("\(path)/flags").type == .int8)
    #expect(try store.integers(at: "\(path)/flags") == [1, -1])
    #expect(try store.texts(at: "\(path)/texts") == ["a", "", "é"])
    #expect(try store.labels(at: "\(path)/bound") == .numbers([0.1, 2, 3]))
  }

  @Test(arguments: ["a", "", "/", "/a//b", "/a/.", "/a/"]) func placesThatAreNoneAreRefused(path: String) throws {
    let scratch = try TemporaryFolder()
    #expect(
      #expect(throws: StoreError.self) { try write(ArrayGroup(path), to: scratch.path("a.h5")) }
        == .badName(path: scratch.path("a.h5"), name: path, problem: .unusable))
  }

  @Test func emptyAxesAreRefused() throws {
    let scratch = try TemporaryFolder()
    #expect(
      #expect(throws: StoreError.self) {
        try write(ArrayGroup("/g", axes: [LabelledAxis("layer", .range(0))]), to: scratch.path("a.h5"))
      } == .emptyAxis(path: scratch.path("a.h5"), dataset: "/g", axis: "layer"))
  }
}
