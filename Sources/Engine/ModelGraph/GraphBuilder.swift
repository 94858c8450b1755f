/// Builds a graph node by node; used by the model families.
public struct GraphBuilder {
  private var nodes: [Node] = []
  private var weights: [WeightDeclaration] = []
  private var weightsByName: [String: WeightID] = [:]
  private var nodesByHook: [HookName: NodeID] = [:]

  public init() {}

  /// Declares a weight; the same name twice is the same weight (tied embeddings).
  /// - Precondition: a name always has the same shape.
  public mutating func weight(_ name: String, _ shape: [Int]) -> WeightID {
    if let known = weightsByName[name] {
      precondition(weights[known.index].shape == shape, "\(name) declared with two shapes")
      return known
    }
    let id = WeightID(weights.count)
    weights.append(WeightDeclaration(name: name, shape: shape))
    weightsByName[name] = id
    return id
  }

  /// Adds a node and returns its id.
  /// - Precondition: the inputs have been added; a hook name is used once.
  public mutating func add(
    _ operation: Operation, _ inputs: [NodeID] = [], _ layout: Layout, hook: HookName? = nil, onRequest: Bool = false
  ) -> NodeID {
    let id = NodeID(nodes.count)
    precondition(inputs.allSatisfy { $0.index < id.index }, "a node follows its inputs")
    if let hook {
      precondition(nodesByHook[hook] == nil, "\(hook) twice")
      nodesByHook[hook] = id
    }
    nodes.append(
      Node(id: id, operation: operation, inputs: inputs, layout: layout, hook: hook, isOnRequest: onRequest))
    return id
  }

  /// The finished graph.
  public func finish(
    family: String, input: ModelGraph.InputKind, dimensions: ModelGraph.Dimensions, logits: NodeID
  ) -> ModelGraph {
    ModelGraph(
      family: family, input: input, dimensions: dimensions, nodes: nodes, weights: weights, logits: logits,
      nodesByHook: nodesByHook)
  }
}
