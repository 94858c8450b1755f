import ModelGraph
import Tensors

/// The values of a run that the backward pass needs: computed once or, in segments, a second time.
struct GradientTape {
  let model: Model
  let batch: Batch
  let edits: [PlacedEdit]
  /// The requested nodes.
  let asked: Set<NodeID>
  /// The tokens whose logits are read.
  let read: Entries
  /// Whether derivatives with respect to weights are needed; linear maps then need their inputs.
  let wantsWeights: Bool
  let needs: [Need]
  private(set) var values: [Tensor?]
  /// The output of an edited node's operation before the edits, if its derivative is a function of that.
  private(set) var unedited: [NodeID: Tensor] = [:]
  /// A node's value before an edit whose backward pass needs it, by the edit's index.
  private(set) var beforeEdit: [Int: Tensor] = [:]
  /// The values of the requested nodes.
  private(set) var kept: [NodeID: Tensor] = [:]
  private var editReports: [EditReport?]
  private let evaluator: NodeEvaluator
  private let all: Entries
  let editsByNode: [NodeID: [Int]]
  /// For each node, the last one that reads it in the forward pass.
  private let lastReader: [Int]
  /// For each node, whether the backward pass reads its value.
  private let isKept: [Bool]

  init(model: Model, batch: Batch, edits: [PlacedEdit], asked: Set<NodeID>, wantsWeights: Bool, read: Entries) {
    let graph = model.graph
    self.model = model
    self.batch = batch
    self.edits = edits
    self.asked = asked
    self.wantsWeights = wantsWeights
    self.read = read
    needs = Need.settled(graph, whole: asked.union(edits.map(\.node)), logits: true)
    values = [Tensor?](repeating: nil, count: graph.nodes.count)
    editReports = [EditReport?](repeating: nil, count: edits.count)
    evaluator = NodeEvaluator(graph: graph, weights: model.weights)
    all = .all(batch)
    editsByNode = Dictionary(grouping: edits.indices, by: { edits[$0].node })
    var lastReader = Array(graph.nodes.indices)
    var isKept = graph.nodes.map { $0.id == graph.logits || $0.operation.differentiatesOutput }
    for node in graph.nodes where needs[node.id.index] != .none {
      for (place, input) in node.inputs.enumerated() {
        lastReader[input.index] = node.id.index
        if node.operation.differentiatesInput(place, weights: wantsWeights) { isKept[input.index] = true }
      }
    }
    self.lastReader = lastReader
    self.isKept = isKept
  }

  /// A report for each edit.
  var reports: [EditReport] { editReports.map { $0 ?? EditReport(numbersWritten: 0, changeNorm: 0) } }

  /// The logits at the tokens read, [entries, vocabulary].
  var logits: Tensor {
    let id = model.graph.logits
    guard let value = values[id.index] else { preconditionFailure("the logits are computed") }
    return needs[id.index] == .all ? atRead(value, of: id) : value
  }

  /// The entries at which a node is computed.
  func entries(of node: Node) -> Entries { needs[node.id.index] == .last ? read : all }

  /// A node's input at the entries of the node.
  func input(_ place: Int, of node: Node) -> Tensor {
    let id = node.inputs[place]
    guard let value = values[id.index] else { preconditionFailure("the value of an input is at hand") }
    return isGathered(id, by: node) ? atRead(value, of: id) : value
  }

  /// The rows of a whole value at the tokens read. A norm by head leaves a row for each head; here a row is an entry.
  private func atRead(_ value: Tensor, of id: NodeID) -> Tensor {
    value.reshaped([batch.entries, model.graph[id].layout.width]).gatheringRows(read.indices)
  }

  /// Whether a node reads only some entries of an input that is computed for all.
  func isGathered(_ input: NodeID, by node: Node) -> Bool {
    needs[node.id.index] == .last && needs[input.index] == .all
  }

  /// The output of a node's operation, before edits.
  func output(of node: Node) -> Tensor {
    guard let value = unedited[node.id] ?? values[node.id.index] else {
      preconditionFailure("the value of a node is at hand")
    }
    return value
  }

  // MARK: Forward

  /// Computes all segments and keeps what the last one's backward pass needs and what later segments read from earlier
  /// ones.
  mutating func runForward(_ segments: [Range<Int>]) throws {
    for segment in segments {
      try compute(segment)
      if segment.upperBound < segments.last?.upperBound ?? 0 { drop(segment, exceptReadBeyond: true) }
    }
  }

  /// Computes the nodes of a segment from what earlier segments left.
  mutating func compute(_ segment: Range<Int>) throws {
    for index in segment where needs[index] != .none {
      let node = model.graph.nodes[index]
      let inputs = node.inputs.indices.map { input($0, of: node) }
      var value = evaluator.value(of: node, inputs: inputs, entries: entries(of: node), batch: batch)
      if let own = editsByNode[node.id] {
        if node.operation.differentiatesOutput { unedited[node.id] = value }
        for edit in own {
          if edits[edit].differentiatesValue { beforeEdit[edit] = value }
          editReports[edit] = try edits[edit].apply(to: &value, of: node, batch: batch)
        }
      }
      values[index] = value
      if asked.contains(node.id) { kept[node.id] = value }
      for input in node.inputs where lastReader[input.index] == index && segment.contains(input.index) {
        if !isKept[input.index] { values[input.index] = nil }
      }
    }
  }

  /// Drops a segment's values; also those that later segments read, once their backward pass is done.
  mutating func drop(_ segment: Range<Int>, exceptReadBeyond: Bool) {
    for index in segment where !(exceptReadBeyond && lastReader[index] >= segment.upperBound) {
      values[index] = nil
      unedited[NodeID(index)] = nil
      for edit in editsByNode[NodeID(index)] ?? [] { beforeEdit[edit] = nil }
    }
  }

  // MARK: Segments

  /// Cuts the graph's nodes into as few segments as possible such that the values kept at a time fit in `memory` bytes,
  /// if they can.
  func segments(memory: Int?) -> [Range<Int>] {
    let nodes = model.graph.nodes
    let sizes = nodes.map { node in
      needs[node.id.index] == .none
        ? 0 : (needs[node.id.index] == .last ? read.indices.count * node.layout.width : batch.count(node.layout)) * 4
    }
    let whole = nodes.indices.reduce(0) { $0 + (isKept[$1] ? sizes[$1] : 0) }
    guard let memory, whole > memory else { return [0..<nodes.count] }
    var best = [0..<nodes.count]
    var least = whole
    var count = 2
    while least > memory, count <= 2 * nodes.count {
      let candidate = cut(into: count, total: whole, sizes)
      let peak = peak(of: candidate, sizes)
      if peak < least { (best, least) = (candidate, peak) }
      count *= 2
    }
    return best
  }

  private func cut(into count: Int, total: Int, _ sizes: [Int]) -> [Range<Int>] {
    let share = max(1, total / count)
    var segments: [Range<Int>] = []
    var (start, held) = (0, 0)
    for index in sizes.indices {
      if isKept[index] { held += sizes[index] }
      if held >= share {
        segments.append(start..<index + 1)
        (start, held) = (index + 1, 0)
      }
    }
    if start < sizes.count { segments.append(start..<sizes.count) }
    return segments
  }

  /// The bytes held at once: what segments read from earlier ones, and the largest segment's own values.
  private func peak(of segments: [Range<Int>], _ sizes: [Int]) -> Int {
    var between = 0
    var largest = 0
    for segment in segments {
      var own = 0
      for index in segment {
        if lastReader[index] >= segment.upperBound {
          between += sizes[index]
        } else if isKept[index] {
          own += sizes[index]
        }
      }
      largest = max(largest, own)
    }
    return between + largest
  }
}
