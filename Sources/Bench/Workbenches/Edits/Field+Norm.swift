import ActivationStore
import ExperimentFile
import Interventions

extension Field {
  /// A direction's vectors scaled to the length that this field gives: a number, or the lengths of another file's
  /// vectors, layer by layer.
  /// - Throws: `ExperimentError` for a length that is not above 0, vectors of zeros, which have no direction, and
  ///   layers that the other file lacks.
  func rescaled(_ direction: Edit.Direction, folder: String, site: SiteName) throws -> Edit.Direction {
    guard case .vectors(let vectors, let layers) = direction else { throw error(.normOfSequence(path: path)) }
    let lengths = try lengths(of: layers ?? Array(vectors.indices), isForAll: layers == nil, folder: folder, site: site)
    let rescaled = try zip(vectors, lengths).enumerated().map { place, pair -> [Float] in
      let (vector, length) = pair
      let own = norm(vector)
      guard own > 0 else { throw error(.normOfNothing(path: path, layer: layers?[place])) }
      return vector.map { Float(Double($0) * length / own) }
    }
    return .vectors(rescaled, layers: layers)
  }

  private func lengths(of layers: [Int], isForAll: Bool, folder: String, site: SiteName) throws -> [Double] {
    guard case .map = try content() else {
      let length = try float()
      guard length > 0 else {
        throw error(.badValue(path: path, value: "\(length)", expected: "a length above 0"))
      }
      return layers.map { _ in Double(length) }
    }
    let field = try map(.norm).required("vector")
    let other = try field.writtenVector(folder: folder, site: site, allowsMismatch: true).vector
    return try layers.map { layer in
      // A single vector for all layers takes the length of a file's only vector.
      let place = isForAll && other.layers.count == 1 ? 0 : other.layers.firstIndex(of: layer)
      guard let place, !(isForAll && other.layers.count > 1) else {
        throw field.error(.normHasNoLayer(path: path, layer: isForAll ? nil : layer, layers: other.layers))
      }
      return other.norms[place]
    }
  }
}

/// The length of a vector.
private func norm(_ vector: [Float]) -> Double {
  vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
}
