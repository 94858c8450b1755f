import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct NonFiniteTests {
  @Test func finiteWeightsOfAnyKindPass() throws {
    try withTemporaryFolder { folder in
      var writer = SafetensorsWriter()
      let extremes: [Float] = [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, 0]
      try writer.add("extremes", Tensor(shape: [5], extremes))
      try writer.add("large", Tensor(shape: [1000, 700], repeating: -1e38))
      try writer.add("none", Tensor(shape: [0], []))
      try writer.write(to: folder + "/x")
      #expect(try SafetensorsFile(path: folder + "/x").firstNonFinite() == nil)
    }
  }

  @Test func wholeNumbersAreNotScanned() throws {
    try withTemporaryFolder { folder in
      let header =
        #"{"i":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}"#
      try write(safetensors(header, data: [UInt8](repeating: 0xFF, count: 16)), to: folder + "/x")
      #expect(try SafetensorsFile(path: folder + "/x").firstNonFinite() == nil)
    }
  }

  @Test(arguments: [0, 1, 262_143, 262_144, 262_145, 500_000, 699_999])
  func aNumberAnywhereIsFound(flat: Int) throws {
    for (number, value) in [
      (Float.nan, NonFiniteWeight.Value.nan), (.infinity, .infinity), (-.infinity, .negativeInfinity),
    ] {
      try withTemporaryFolder { folder in
        var tensor = Tensor(shape: [100, 7, 1000], repeating: 1)
        // A later one is not reported.
        tensor.withMutableValues {
          $0[699_999] = .nan
          $0[flat] = number
        }
        var writer = SafetensorsWriter()
        try writer.add("before", Tensor(shape: [3], repeating: 1))
        try writer.add("w", tensor)
        try writer.add("after", Tensor(shape: [1], repeating: .nan))
        try writer.write(to: folder + "/x")
        let index = [flat / 7000, flat / 1000 % 7, flat % 1000]
        let expected = NonFiniteWeight(file: folder + "/x", tensor: "w", index: index, value: value)
        #expect(try SafetensorsFile(path: folder + "/x").firstNonFinite() == expected)
      }
    }
  }

  /// Every exponent and the edges of the fraction, one number per file, compared with the widened number.
  @Test(arguments: [SafetensorsDtype.f16, .bf16])
  func allHalvesAreJudgedAsTheirValues(dtype: SafetensorsDtype) throws {
    try withTemporaryFolder { folder in
      for high in 0...255 as ClosedRange<UInt16> {
        for low: UInt16 in [0, 1, 0x7F, 0x80, 0xFF] {
          let header = #"{"w":{"dtype":"\#(dtype.rawValue)","shape":[],"data_offsets":[0,2]}}"#
          try write(safetensors(header, data: littleEndian(high << 8 | low)), to: folder + "/x")
          let file = try SafetensorsFile(path: folder + "/x")
          let number = try file.storage(named: "w").values[0]
          let expected: NonFiniteWeight.Value? =
            number.isFinite ? nil : number.isNaN ? .nan : number > 0 ? .infinity : .negativeInfinity
          #expect(file.firstNonFinite()?.value == expected)
        }
      }
    }
  }

  @Test func doublesAreScannedToo() throws {
    try withTemporaryFolder { folder in
      let header = #"{"w":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]}}"#
      let numbers = [1, Double.greatestFiniteMagnitude, -.infinity, 0].map(\.bitPattern)
      try write(safetensors(header, data: littleEndian(numbers)), to: folder + "/x")
      let found = try SafetensorsFile(path: folder + "/x").firstNonFinite()
      #expect(found == NonFiniteWeight(file: folder + "/x", tensor: "w", index: [1, 0], value: .negativeInfinity))
    }
  }
}
