/// A node's index in its graph.
public struct NodeID: Sendable, Hashable, Comparable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
  public static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// A weight's index in its graph's list.
public struct WeightID: Sendable, Hashable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// A weight that the graph's operations use: its name in this project's terms, and its shape.
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
  /// The activation's usual name in the field, if it has one.
  public let hook: HookName?
  /// Large and rarely needed (scores over the vocabulary at every position, what each head writes): patterns such as
  /// `*` skip it, and only its own name requests it.
  public let isOnRequest: Bool
}
