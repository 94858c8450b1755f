import Diagnostics

/// One vector for all layers, or one for each of some layers.
struct LayerVectors: Sendable, Hashable {
  /// [features] each.
  let vectors: [[Float]]
  /// The layer of each vector; nil if one is for all.
  let layers: [Int]?

  /// - Parameter layers: nil means that one vector is for all layers, and several are for layers 0, 1, ...
  init(_ vectors: [[Float]], layers: [Int]?) {
    self.vectors = vectors
    self.layers = layers ?? (vectors.count > 1 ? Array(vectors.indices) : nil)
  }

  /// The vector of a layer: the only one, or the one for that layer.
  /// - Throws: `InterventionError.noVectorForLayer`.
  subscript(layer: Int) -> [Float] {
    get throws {
      if vectors.count == 1, layers == nil { return vectors[0] }
      let known = layers ?? Array(vectors.indices)
      guard let place = known.firstIndex(of: layer), place < vectors.count else {
        throw InterventionError.noVectorForLayer(layer: layer, layers: known)
      }
      return vectors[place]
    }
  }

  /// As in experiment files, by numbers.
  var written: JSONObject {
    var keys = JSONObject()
    guard let layers else {
      keys.append(key: "values", value: writtenNumbers(vectors.first ?? []))
      return keys
    }
    keys.append(key: "values", value: .array(vectors.map(writtenNumbers)))
    keys.append(key: "layers", value: .array(layers.map { .integer($0) }))
    return keys
  }
}

func writtenNumbers(_ numbers: [Float]) -> JSONValue { .array(numbers.map { .number(shortest($0)) }) }
