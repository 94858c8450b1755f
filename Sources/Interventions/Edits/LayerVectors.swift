/// One vector for all layers, or one for each of some.
struct LayerVectors: Sendable, Hashable {
  /// [features] each.
  let vectors: [[Float]]
  private let layers: [Int]?

  init(_ vectors: [[Float]], layers: [Int]?) {
    self.vectors = vectors
    self.layers = layers
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
}
