import ModelGraph
import Tensors

/// The derivatives of an objective, a function of a run's logits.
public struct Gradients: Sendable {
  /// The logits that the objective read, [entries, vocabulary].
  public let logits: Tensor
  /// The values of the requested nodes, and what the edits did.
  public let activations: Activations
  /// The derivative with respect to each weight, one for each declaration of the graph, in its order and stored shape;
  /// empty unless requested.
  public let weights: [Tensor]
  private let nodes: [NodeID: Tensor]

  init(logits: Tensor, activations: Activations, weights: [Tensor], nodes: [NodeID: Tensor]) {
    self.logits = logits
    self.activations = activations
    self.weights = weights
    self.nodes = nodes
  }

  /// The derivative with respect to a node's value as its readers see it, edits included, packed like the value; zeros
  /// if the objective does not depend on the node. nil if it was not requested.
  public subscript(id: NodeID) -> Tensor? { nodes[id] }

  /// The derivatives as activations, so that those of one example can be read like its values.
  public var asActivations: Activations { Activations(batch: activations.batch, values: nodes) }
}
