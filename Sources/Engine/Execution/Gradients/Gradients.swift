import ModelGraph
import Tensors

/// The derivatives of an objective, a function of a run's logits.
public struct Gradients: Sendable {
  /// The logits that the objective read, [entries, vocabulary].
  public let logits: Tensor
  /// The values of the nodes asked about, and what the edits did.
  public let activations: Activations
  /// The derivative by each weight, one for each declaration of the graph, in its order and stored shape; empty unless asked for.
  public let weights: [Tensor]
  private let nodes: [NodeID: Tensor]

  init(logits: Tensor, activations: Activations, weights: [Tensor], nodes: [NodeID: Tensor]) {
    self.logits = logits
    self.activations = activations
    self.weights = weights
    self.nodes = nodes
  }

  /// The derivative by a node's value as its readers see it, edits included, packed as the value is; zeros where the objective does not
  /// depend on the node. Nil if it was not asked for.
  public subscript(id: NodeID) -> Tensor? { nodes[id] }

  /// The derivatives as activations, so that one example's can be read like its values.
  public var asActivations: Activations { Activations(batch: activations.batch, values: nodes) }
}
