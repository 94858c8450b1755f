import ActivationStore
import LabelledArrays
import TestSupport
import Testing

@Suite struct StoredGroupTests {
  let scratch: TemporaryFolder
  init() throws { scratch = try TemporaryFolder() }

  @Test func everyKindOfArrayIsReadBack() throws {
    var written = ArrayGroup(
      "/analyses/all",
      axes: [LabelledAxis("layer", .integers([3, 5])), LabelledAxis("word", .texts(["a", "b", "c"]))],
      attributes: ["kind": .text("sample"), "count": .integer(2)])
    written.add("floats", along: ["layer", "word"], [1, 2, .infinity, 4, 5, 6], attributes: ["unit": .text("nat")])
    written.add("doubles", along: ["word"], .doubles([1.0 / 3, -2, 1e300]))
    written.add("integers", along: ["layer"], .integers([-1, 7]))
    written.add("flags", along: ["layer"], .flags([1, 0]))
    written.add("texts", along: ["word"], .texts(["", "é€", " x"]))
    let file = try ArraysFile(creating: scratch.path("a.h5"), format: .analysis, attributes: [:])
    try file.write(written)
    try file.finish()

    let store = try StoreReader(scratch.path("a.h5"), expecting: [.analysis])
    let group = try StoredGroup("/analyses/all", in: store)
    #expect(group.name == "all" && group.axes == written.axes && group.attributes == written.attributes)
    #expect(group.names == ["doubles", "flags", "floats", "integers", "texts"])
    for name in group.names { #expect(try group.array(name) == written[name]) }
    #expect(group.axes(of: "floats") == written.axes && group.axes(of: "layer") == nil && !group.has("layer"))
    let floats = try group.floats()
    #expect(floats.arrays == [written["doubles"], written["floats"]] && floats.attributes == written.attributes)
  }

  @Test func aMissingArrayIsNamed() throws {
    try Samples.writeResults(scratch.path("r.h5"))
    let group = try StoredGroup(
      Schema.sweeps.path("heads"), in: StoreReader(scratch.path("r.h5"), expecting: [.results]))
    #expect(group.axes(of: "logit_diff")?.map(\.name) == ["layer", "head", "example"])
    let error = #expect(throws: StoreError.self) { try group.array("logit_dif") }
    #expect(error?.message.contains("logit_dif") == true && error?.message.contains("logit_diff") == true)
  }
}
