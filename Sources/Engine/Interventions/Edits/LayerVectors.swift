import Diagnostics

/// One vector for all layers, or one for each of some.
struct LayerVectors: Sendable, Hashable {
  /// [features] each.
  let vectors: [[Float]]
  /// The layer that each vector is for; nil for one for all.
  let layers: [Int]?

  /// - Parameter layers: nil: one vector is for all layers, and several are for layer 0 on.
  init(_ vectors: [[Float]], layers: [Int]?) {
    self.vectors = vectors
    self.layers = layers ?? (vectors.count > 1 ? Array(vectors.indices) : nil)
  }

  /// The vector of a layer: the only one, or the one whose place in the list is the layer's.
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

  /// As experiment files have them, by numbers.
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
