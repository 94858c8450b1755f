import ModelGraph
import Tensors

/// The values of a graph's weights, one matrix for each declaration; a vector is one row.
public struct Weights: Sendable {
  private let matrices: [Matrix]

  /// - Precondition: there are as many matrices as the graph declares, in its order.
  public init(_ matrices: [Matrix]) { self.matrices = matrices }

  public subscript(id: WeightID) -> Matrix { matrices[id.index] }
}

/// A network that can be run: its graph and its weights.
public struct Model: Sendable {
  public let graph: ModelGraph
  public let weights: Weights

  public init(graph: ModelGraph, weights: Weights) {
    self.graph = graph
    self.weights = weights
  }
}
