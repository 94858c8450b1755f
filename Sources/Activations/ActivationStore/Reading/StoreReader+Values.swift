import CHDF5
import Tensors

extension StoreReader {
  /// All numbers of a float dataset.
  /// - Throws: `StoreError.missing`, `.wrongType`, `.tooLarge`, `.damaged`.
  public func tensor(at dataset: String) throws -> Tensor { try tensor(at: dataset, box: nil) }

  /// A range of the first axis of a float dataset, always read by HDF5: the reference for `tensor(at:first:)`.
  package func tensorByLibrary(at dataset: String, first range: Range<Int>) throws -> Tensor {
    let rest = try withDataset(dataset) { try $0.space().shape() }.dropFirst()
    return try tensor(
      at: dataset, box: Box(start: [range.lowerBound] + rest.map { _ in 0 }, count: [range.count] + rest))
  }

  private func tensor(at dataset: String, box: Box?) throws -> Tensor {
    try withDataset(dataset) { handle in
      let type = try handle.type().element()
      guard [.float16, .float32, .float64].contains(type) else { throw wrongType(dataset, type, "float32 or float16") }
      let shape = try checkedShape(handle, dataset, box, bytes: 4)
      guard type == .float16 else {
        return try Tensor(shape: shape) { values in
          guard let base = values.baseAddress, !values.isEmpty else { return }
          try handle.read(base, as: pb_native_float(), box)
        }
      }
      let half = try DatatypeHandle.half()
      let count = shape.reduce(1, *)
      var halves = [UInt16](repeating: 0, count: count)
      let id = half.id
      try halves.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        try handle.read(base, as: id, box)
      }
      return Tensor(shape: shape) { values in
        for index in values.indices { values.initializeElement(at: index, to: Half.value(halves[index])) }
      }
    }
  }

  /// All numbers of an integer dataset, row-major.
  /// - Throws: `StoreError.missing`, `.wrongType`, `.tooLarge`, `.damaged`.
  public func integers(at dataset: String) throws -> [Int] {
    let values: [Int64] = try elements(at: dataset, pb_native_int64(), 0, among: [.int8, .int32, .int64], "integers")
    return values.map(Int.init)
  }

  /// All numbers of an int32 (or int8) dataset, row-major.
  public func int32s(at dataset: String) throws -> [Int32] {
    try elements(at: dataset, pb_native_int32(), 0, among: [.int8, .int32], "int32")
  }

  /// All numbers of a float dataset, row-major, in double precision.
  public func numbers(at dataset: String) throws -> [Double] {
    try elements(at: dataset, pb_native_double(), 0, among: [.float16, .float32, .float64], "floats")
  }

  /// All texts of a dataset, row-major.
  /// - Throws: `StoreError.missing`, `.wrongType`, `.tooLarge`, `.damaged`.
  public func texts(at dataset: String) throws -> [String] {
    try withDataset(dataset) { handle in
      let type = try handle.type()
      guard try type.element() == .text else { throw wrongType(dataset, try type.element(), "text") }
      let shape = try checkedShape(handle, dataset, nil, bytes: type.size())
      return try handle.texts(nil, count: shape.reduce(1, *))
    }
  }

  private func elements<T>(
    at dataset: String, _ memoryType: hid_t, _ zero: T, among types: [ElementType], _ expected: String
  ) throws -> [T] {
    try withDataset(dataset) { handle in
      let type = try handle.type().element()
      guard types.contains(type) else { throw wrongType(dataset, type, expected) }
      let shape = try checkedShape(handle, dataset, nil, bytes: MemoryLayout<T>.stride)
      var values = [T](repeating: zero, count: shape.reduce(1, *))
      try values.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        try handle.read(base, as: memoryType, nil)
      }
      return values
    }
  }
}
