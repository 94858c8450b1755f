/// A node's place in its graph's order.
public struct NodeID: Sendable, Hashable, Comparable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
  public static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// A weight's place in its graph's list.
public struct WeightID: Sendable, Hashable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// A weight that the graph's operations use: its name in our own terms and its shape.
public struct WeightDeclaration: Sendable, Hashable {
  /// Such as `blocks.0.attn.q.weight`.
  public let name: String
  public let shape: [Int]

  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}

/// One value of the computation.
public struct Node: Sendable {
  public let id: NodeID
  public let operation: Operation
  public let inputs: [NodeID]
  public let layout: Layout
  /// The name by which the field knows this activation, where it has one.
  public let hook: HookName?
  /// Large and seldom wanted (scores over the vocabulary at every position, what each head writes): patterns such as `*` pass it by and
  /// only its own name asks for it.
  public let isOnRequest: Bool
}
