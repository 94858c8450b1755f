/// An immutable network: named nodes in topological order, the weights they use, and which of them is the output.
public struct ModelGraph: Sendable {
  /// The input of a run.
  public enum InputKind: Sendable, Hashable {
    /// Token ids below `vocabulary`, at most `context` of them (nil: no limit).
    case tokens(vocabulary: Int, context: Int?)
    /// Images [channel, row, column].
    case observations(channels: Int, rows: Int, columns: Int)
  }

  /// Sizes that determine the layout of sites and sweeps.
  public struct Dimensions: Sendable, Hashable {
    public let layers: Int
    public let heads: Int
    public let keyValueHeads: Int
    public let dModel: Int
    public let dHead: Int
    /// 0 if the blocks have no MLP.
    public let dMlp: Int

    public init(layers: Int, heads: Int, keyValueHeads: Int, dModel: Int, dHead: Int, dMlp: Int) {
      self.layers = layers
      self.heads = heads
      self.keyValueHeads = keyValueHeads
      self.dModel = dModel
      self.dHead = dHead
      self.dMlp = dMlp
    }
  }

  /// The model family's name (`gpt2`).
  public let family: String
  public let input: InputKind
  public let dimensions: Dimensions
  /// Every node comes after its inputs.
  public let nodes: [Node]
  public let weights: [WeightDeclaration]
  /// The scores that metrics read: logits [position, vocabulary] of a language model.
  public let logits: NodeID
  /// Every attention layer, in the order of computation.
  public let attention: [AttentionNodes]
  /// Where the parts of a transformer are; nil for another kind of model.
  public private(set) var anatomy: Anatomy?
  private let nodesByHook: [HookName: NodeID]

  init(
    family: String, input: InputKind, dimensions: Dimensions, nodes: [Node], weights: [WeightDeclaration],
    logits: NodeID, nodesByHook: [HookName: NodeID]
  ) {
    self.family = family
    self.input = input
    self.dimensions = dimensions
    self.nodes = nodes
    self.weights = weights
    self.logits = logits
    self.nodesByHook = nodesByHook
    attention = nodes.compactMap { AttentionNodes(mixingAt: $0.id, in: nodes) }
    anatomy = Anatomy(self)
  }

  public subscript(id: NodeID) -> Node { nodes[id.index] }

  public subscript(id: WeightID) -> WeightDeclaration { weights[id.index] }

  /// The node of that name, or nil.
  public func node(hook: HookName) -> Node? { nodesByHook[hook].map { self[$0] } }

  /// All hook names, in the order of computation.
  public var hooks: [HookName] { nodes.compactMap(\.hook) }

  /// The nodes that match a list of patterns, in the order of computation. A pattern without `*` and `?` is one name.
  /// Nodes that are computed only on request must be named with their last part (`blocks.*.attn.hook_result`).
  /// - Throws: `GraphError.noSuchHook` for a pattern that matches nothing.
  public func nodes(matching patterns: [String]) throws -> [Node] {
    var chosen = Set<NodeID>()
    for pattern in patterns {
      let lastPart = pattern.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? pattern
      let found = nodes.filter { node in
        guard let hook = node.hook, hook.matches(pattern) else { return false }
        return !node.isOnRequest || !(lastPart.contains("*") || lastPart.contains("?"))
      }
      guard !found.isEmpty else {
        throw GraphError.noSuchHook(pattern: pattern, family: family, hooks: hooks.map(\.text))
      }
      chosen.formUnion(found.map(\.id))
    }
    return chosen.sorted().map { self[$0] }
  }

  /// For each node, whether it can change if `id` does (itself included).
  public func descendants(of id: NodeID) -> [Bool] {
    var reached = [Bool](repeating: false, count: nodes.count)
    reached[id.index] = true
    for node in nodes where node.inputs.contains(where: { reached[$0.index] }) { reached[node.id.index] = true }
    return reached
  }

  /// For each node, whether some node of `targets` depends on it (themselves included).
  public func ancestors(of targets: some Sequence<NodeID>) -> [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    for target in targets { needed[target.index] = true }
    for node in nodes.reversed() where needed[node.id.index] {
      for input in node.inputs { needed[input.index] = true }
    }
    return needed
  }
}
