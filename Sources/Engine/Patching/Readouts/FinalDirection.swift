import Execution
import ModelGraph
import Tensors

/// The direction in a final stream along which a pair's logit difference is read: logit difference = stream . direction
/// + constants.
///
/// The final norm is linear once its scale is taken from the run. Let c be the stream (minus its mean under LayerNorm),
/// g the gain and s the scale; then (c / s * g) . u = stream . w, where u is the difference of the unembedding's
/// columns and w is g * u (minus its mean) / s.
struct FinalDirection {
  /// w, [dModel].
  let vector: [Double]
  /// What the final norm's bias and the unembedding's bias add, whatever the stream.
  let normBias: Double?
  let unembeddingBias: Double?

  /// - Parameters:
  ///   - scale: the final norm's scale at the position read; ignored if the model has no final norm.
  init(_ anatomy: Anatomy, weights: Weights, pair: PromptSet.Pair, scale: Float) {
    let u = Self.difference(anatomy.unembedding.map, weights, pair)
    unembeddingBias = anatomy.unembedding.map.bias.map { bias in
      let values = weights[bias].tensor
      return Self.mean(pair.answers.map { Double(values[Int($0)]) })
        - Self.mean(pair.wrongs.map { Double(values[Int($0)]) })
    }
    guard let norm = anatomy.finalNorm else {
      vector = u
      normBias = nil
      return
    }
    vector = norm.pulledBack(u, weights: weights, scale: scale)
    normBias = norm.bias.map { bias in
      let values = weights[bias].tensor
      return u.indices.reduce(0) { $0 + u[$1] * Double(values[$1]) }
    }
  }

  /// The mean of the answers' columns of the unembedding minus that of the wrong tokens'.
  private static func difference(_ map: LinearMap, _ weights: Weights, _ pair: PromptSet.Pair) -> [Double] {
    let weight = weights[map.weight]
    func column(_ token: Int32) -> [Double] {
      if map.orientation == .outputsByInputs { return weight.withRow(Int(token)) { $0.map(Double.init) } }
      return (0..<map.inputs).map { row in weight.withRow(row) { Double($0[Int(token)]) } }
    }
    func mean(_ tokens: [Int32]) -> [Double] {
      let columns = tokens.map(column)
      return (0..<map.inputs).map { i in Self.mean(columns.map { $0[i] }) }
    }
    return zip(mean(pair.answers), mean(pair.wrongs)).map { $0 - $1 }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}

extension NormNodes {
  /// The direction at the norm's input that corresponds to one at its output, with the scale held: gain * direction
  /// (minus its mean under LayerNorm) over the scale.
  func pulledBack(_ direction: [Double], weights: Weights, scale: Float) -> [Double] {
    let gains = weights[gain].tensor
    var product = direction.indices.map { direction[$0] * Double(gains[$0] + gainOffset) }
    if kind == .layer {
      let mean = product.reduce(0, +) / Double(product.count)
      product = product.map { $0 - mean }
    }
    return product.map { $0 / Double(scale) }
  }
}
