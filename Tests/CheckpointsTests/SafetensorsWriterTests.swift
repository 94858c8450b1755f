import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  @Test func theBytesAreThoseOfTheFormat() throws {
    try withTemporaryFolder { folder in
      var writer = SafetensorsWriter(metadata: ["b": "2", "a": "1"])
      try writer.add("w", Tensor(shape: [1, 2], [1, -2]))
      try writer.write(to: folder + "/x")
      var header = #"{"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
      while header.utf8.count % 8 != 0 { header += " " }
      let expected = safetensors(header, data: [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder + "/x"))) == expected)
    }
  }

  @Test func aNameCanBeUsedOnce() throws {
    var writer = SafetensorsWriter()
    try writer.add("w", Tensor(shape: [1]))
    for name in ["w", "__metadata__"] {
      #expect(throws: CheckpointError.tensorNameTaken(name)) { try writer.add(name, Tensor(shape: [1])) }
    }
  }

  @Test func aFileThatCannotBeMadeIsNamedAndLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let writer = SafetensorsWriter()
      let nowhere = folder + "/missing/x"
      #expect(throws: CheckpointError.cannotWrite(file: nowhere, reason: "No such file or directory")) {
        try writer.write(to: nowhere)
      }
      // A folder cannot be replaced by a file; the file written next to it is removed.
      let taken = folder + "/folder"
      try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
      let error = checkpointError { () throws(CheckpointError) in try writer.write(to: taken) }
      #expect(error?.kind == .cannotCreateOutput)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["folder"])
    }
  }
}
