import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsReadingTests {
  @Test func whatWasWrittenIsRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      let tensors: [(String, Tensor)] = [
        ("b.weight", Tensor(shape: [2, 3], [1, -2, 3.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0])),
        ("a \"quoted\\\" \n\u{1F} é 層", Tensor(shape: [], [7])),
        ("empty", Tensor(shape: [4, 0, 2], [])),
        ("last", Tensor(shape: [5], [0, 1, 2, 3, 4])),
      ]
      var writer = SafetensorsWriter(metadata: ["format": "pt", "note": "line\nbreak \"and\" quotes"])
      for (name, tensor) in tensors { try writer.add(name, tensor) }
      try writer.write(to: path)

      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == ["format": "pt", "note": "line\nbreak \"and\" quotes"])
      #expect(Set(file.entries.map(\.name)) == Set(tensors.map(\.0)))
      for (name, tensor) in tensors {
        let entry = try #require(file.entry(named: name))
        #expect(entry.dtype == .f32)
        #expect(entry.shape == tensor.shape)
        #expect(try file.storage(named: name).values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
      }
      #expect(file.entries[0].bytes.lowerBound % 8 == 0, "the numbers start on an 8-byte boundary")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.safetensors"])
    }
  }

  @Test func allSmallShapesRoundTrip() throws {
    try withTemporaryFolder { folder in
      let sizes = 0...3
      var writer = SafetensorsWriter()
      var expected: [String: Tensor] = [:]
      for a in sizes {
        for b in sizes {
          for c in sizes {
            let values = (0..<a * b * c).map { Float($0) + Float(a) / 8 }
            for (rank, shape) in [[a * b * c], [a, b * c], [a, b, c]].enumerated() {
              let name = "\(rank).\(a).\(b).\(c)"
              expected[name] = Tensor(shape: shape, values)
              try writer.add(name, Tensor(shape: shape, values))
            }
          }
        }
      }
      try writer.write(to: folder + "/x")
      let file = try SafetensorsFile(path: folder + "/x")
      #expect(file.entries.count == expected.count)
      for (name, tensor) in expected {
        let entry = try #require(file.entry(named: name))
        #expect(Tensor(shape: entry.shape, borrowing: try file.storage(named: name)) == tensor)
      }
    }
  }

  @Test func writingOverAFileReplacesIt() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x"
      for value: Float in [1, 2] {
        var writer = SafetensorsWriter()
        try writer.add("w", Tensor(shape: [1], [value]))
        try writer.write(to: path)
        #expect(try SafetensorsFile(path: path).storage(named: "w").values == [value])
      }
    }
  }

  @Test func aMappingOutlivesItsFileValueAndItsName() throws {
    let storage = try withTemporaryFolder { folder in
      var writer = SafetensorsWriter()
      try writer.add("w", Tensor(shape: [3], [1, 2, 3]))
      try writer.write(to: folder + "/x")
      return try SafetensorsFile(path: folder + "/x").storage(named: "w")
    }
    #expect(storage.values == [1, 2, 3])
  }

  @Test func alignedFloatsAreNotCopied() throws {
    try withTemporaryFolder { folder in
      let data = littleEndian([1, 2, 3].map { Float($0).bitPattern })
      // Spaces after the header shift the numbers over all offsets from a 4-byte boundary.
      var copied = 0
      for padding in 0..<8 {
        let header =
          #"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"# + String(repeating: " ", count: padding)
        try write(safetensors(header, data: data), to: folder + "/x\(padding)")
        let file = try SafetensorsFile(path: folder + "/x\(padding)")
        let (first, second) = (try file.storage(named: "w"), try file.storage(named: "w"))
        #expect(first.values == [1, 2, 3])
        let isAligned = (8 + header.utf8.count) % 4 == 0
        #expect((first.base == second.base) == isAligned)
        copied += isAligned ? 0 : 1
      }
      #expect(copied == 6)
    }
  }

  @Test func aFileWithoutTensorsIsOne() throws {
    try withTemporaryFolder { folder in
      for header in ["{}", #"{"__metadata__":{}}"#, "{}      ", " {} "] {
        try write(safetensors(header), to: folder + "/x")
        #expect(try SafetensorsFile(path: folder + "/x").entries.isEmpty)
      }
    }
  }

  @Test func entriesStandInTheOrderOfTheirBytes() throws {
    try withTemporaryFolder { folder in
      let header = """
        {"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"none":{"dtype":"I64","shape":[0],"data_offsets":[1,1]},
        "a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1],"unknown":{"field":[1]}}}
        """
      try write(safetensors(header, data: [1, 2, 3]), to: folder + "/x")
      #expect(try SafetensorsFile(path: folder + "/x").entries.map(\.name) == ["a", "none", "b"])
    }
  }

  @Test(arguments: SafetensorsDtype.allCases)
  func onlyFloatsOfUpTo32BitsAreRead(dtype: SafetensorsDtype) throws {
    try withTemporaryFolder { folder in
      let header = #"{"w":{"dtype":"\#(dtype.rawValue)","shape":[8],"data_offsets":[0,\#(dtype.bitCount)]}}"#
      try write(safetensors(header, data: [UInt8](repeating: 0, count: dtype.bitCount)), to: folder + "/x")
      let file = try SafetensorsFile(path: folder + "/x")
      if [.f32, .f16, .bf16].contains(dtype) {
        #expect(try file.storage(named: "w").values == [Float](repeating: 0, count: 8))
      } else {
        #expect(throws: CheckpointError.wrongDtype(tensor: "w", file: folder + "/x", found: dtype)) {
          try file.storage(named: "w")
        }
      }
    }
  }

  @Test func aMissingTensorIsNamed() throws {
    try withTemporaryFolder { folder in
      try write(safetensors(#"{"w":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#, data: [0]), to: folder + "/x")
      let file = try SafetensorsFile(path: folder + "/x")
      #expect(file.entry(named: "v") == nil)
      #expect(throws: CheckpointError.missingWeight(tensor: "v", place: folder + "/x", available: ["w"])) {
        try file.storage(named: "v")
      }
    }
  }
}
