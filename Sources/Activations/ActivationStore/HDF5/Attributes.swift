import CHDF5
import LabelledArrays

/// Sets an attribute of an open file, group or dataset, replacing any of that name.
func setAttribute(_ name: String, _ value: Attribute, on object: hid_t) throws(HDF5Failure) {
  if try Library.checked("H5Aexists", { H5Aexists(object, name) }) > 0 {
    try Library.checked("H5Adelete") { H5Adelete(object, name) }
  }
  switch value {
  case .text(let text): try setTexts(name, [text], shape: [], on: object)
  case .texts(let texts): try setTexts(name, texts, shape: [texts.count], on: object)
  case .integer(let integer): try setIntegers(name, [integer], shape: [], on: object)
  case .integers(let integers): try setIntegers(name, integers, shape: [integers.count], on: object)
  case .number(let number): try setNumbers(name, [number], shape: [], on: object)
  case .numbers(let numbers): try setNumbers(name, numbers, shape: [numbers.count], on: object)
  }
}

private func setTexts(_ name: String, _ texts: [String], shape: [Int], on object: hid_t) throws(HDF5Failure) {
  let attribute = try newAttribute(name, .text, shape, on: object)
  let type = try DatatypeHandle.text()
  let (id, typeID) = (attribute.id, type.id)
  try withCStrings(texts) { (table) throws(HDF5Failure) in
    _ = try Library.checked("H5Awrite") { H5Awrite(id, typeID, table) }
  }
}

private func setIntegers(_ name: String, _ integers: [Int], shape: [Int], on object: hid_t) throws(HDF5Failure) {
  let attribute = try newAttribute(name, .int64, shape, on: object)
  let values = integers.map(Int64.init) + [0]
  try Library.checked("H5Awrite") { H5Awrite(attribute.id, pb_native_int64(), values) }
}

private func setNumbers(_ name: String, _ numbers: [Double], shape: [Int], on object: hid_t) throws(HDF5Failure) {
  let attribute = try newAttribute(name, .float64, shape, on: object)
  let values = numbers + [0]
  try Library.checked("H5Awrite") { H5Awrite(attribute.id, pb_native_double(), values) }
}

private func newAttribute(
  _ name: String, _ type: ElementType, _ shape: [Int], on object: hid_t
) throws(HDF5Failure) -> AttributeHandle {
  let stored = try DatatypeHandle.stored(type)
  let space = try DataspaceHandle.shaped(shape)
  return try AttributeHandle("H5Acreate2") {
    H5Acreate2(object, name, stored.id, space.id, pb_default_properties(), pb_default_properties())
  }
}

/// The names of the attributes of an open object, in alphabetical order.
func attributeNames(of object: hid_t) throws(HDF5Failure) -> [String] {
  var names: [String] = []
  // In storage order: the other orders go through a table that HDF5 1.10 frees uninitialised when it cannot be read.
  try Library.checked("H5Aiterate2") {
    let collect: H5A_operator2_t = { _, name, _, data in
      guard let name, let data else { return -1 }
      data.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
      return 0
    }
    return withUnsafeMutablePointer(to: &names) { H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nil, collect, $0) }
  }
  return names.sorted()
}

/// The value of an attribute of an open object; nil if there is none of that name or its type is not one of
/// `Attribute`'s.
/// - Parameter limit: the largest number of elements to make room for.
func attribute(_ name: String, of object: hid_t, limit: Int = 1 << 20) throws(HDF5Failure) -> Attribute? {
  guard try Library.checked("H5Aexists", { H5Aexists(object, name) }) > 0 else { return nil }
  let attribute = try AttributeHandle("H5Aopen") { H5Aopen(object, name, pb_default_properties()) }
  let id = attribute.id
  let type = try DatatypeHandle("H5Aget_type") { H5Aget_type(id) }
  let space = try DataspaceHandle("H5Aget_space") { H5Aget_space(id) }
  let shape = try space.shape()
  let count = shape.reduce(1, *)
  guard count <= limit, type.size() <= limit, count * type.size() <= 64 * limit else {
    throw HDF5Failure(function: "H5Aread", detail: "attribute '\(name)' claims \(count) elements")
  }
  let isArray = !shape.isEmpty
  switch try type.element() {
  case .text:
    let typeID = type.id
    let texts = try readTexts(count, type, space) { (memory) throws(HDF5Failure) in
      _ = try Library.checked("H5Aread") { H5Aread(id, typeID, memory) }
    }
    return isArray ? .texts(texts) : texts.first.map(Attribute.text)
  case .float16, .float32, .float64:
    var values = [Double](repeating: 0, count: max(count, 1))
    try Library.checked("H5Aread") { H5Aread(id, pb_native_double(), &values) }
    return isArray ? .numbers(Array(values.prefix(count))) : .number(values[0])
  case .int8, .int32, .int64:
    var values = [Int64](repeating: 0, count: max(count, 1))
    try Library.checked("H5Aread") { H5Aread(id, pb_native_int64(), &values) }
    return isArray ? .integers(values.prefix(count).map(Int.init)) : .integer(Int(values[0]))
  case .other: return nil
  }
}
