import ExperimentFile
import Interventions

extension Field {
  /// Vectors written as numbers: a list of numbers is one vector for all layers, a list of such lists has one per
  /// layer, and a list of those has one per position of each layer.
  /// - Parameter layers: the layers that they are for; nil for layer 0 on.
  func writtenVectors(_ layers: Field?) throws -> Edit.Direction {
    let elements = try list(of: "numbers")
    guard case .list(let inner) = try elements[0].content() else {
      if let layers { throw layers.error(.cannotCombine(key: "layers", other: "one vector for all layers", path: "")) }
      return .vectors([try vector(width: nil)], layers: nil)
    }
    let chosen = try layers?.layers(count: elements.count) ?? Array(elements.indices)
    if let first = inner.first, case .list(let rows) = try first.content() {
      let (positions, width) = (inner.count, rows.count)
      return .sequences(
        try elements.map { element in
          let rows = try element.list(of: "vectors")
          guard rows.count == positions else {
            throw element.error(
              .badValue(
                path: element.path, value: "\(rows.count) positions", expected: "\(positions), as in the first layer"))
          }
          return try rows.map { try $0.vector(width: width) }
        }, layers: chosen)
    }
    return .vectors(try elements.map { try $0.vector(width: inner.count) }, layers: chosen)
  }

  /// The numbers of one vector.
  /// - Parameter width: how many there must be; nil for any number.
  package func vector(width: Int?) throws -> [Float] {
    let numbers = try list(of: "numbers").map { try $0.float() }
    if let width, numbers.count != width {
      throw error(
        .badValue(path: path, value: "\(numbers.count) numbers", expected: "\(width), as in the first vector"))
    }
    return numbers
  }

  private func layers(count: Int) throws -> [Int] {
    var layers: [Int] = []
    for element in try list(of: "layers") {
      let layer = try element.integer(from: 0)
      if layers.contains(layer) { throw element.error(.repeated(path: path, word: "\(layer)")) }
      layers.append(layer)
    }
    guard layers.count == count else {
      throw error(
        .badValue(path: path, value: "\(layers.count) layers", expected: "one for each vector (\(count))"))
    }
    return layers
  }
}
