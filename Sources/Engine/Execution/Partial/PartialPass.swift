import ModelGraph
import Tensors

/// One packed run of some cells over a base run.
struct PartialPass {
  /// A node's changed values: the positions of each cell, and the numbers [set.count, width].
  struct Block {
    let set: EntrySet
    let value: Tensor
  }

  let executor: PartialExecutor
  let cells: [Cell]
  let evaluator: NodeEvaluator
  let reader: BaseReader
  /// Nodes that keep the base run's value whatever their inputs do, except for their own edits.
  let frozen: Set<NodeID>
  /// Nodes whose changed values are requested, at all positions.
  let targets: [NodeID]
  /// For each node, whether all its positions are needed, only the last, or none.
  private var needs: [Need] = []
  private var blocks: [Block?]
  private var consumersLeft: [Int] = []
  private var squares: [Double]
  private var operations = 0.0

  init(_ executor: PartialExecutor, cells: [Cell], frozen: Set<NodeID> = [], targets: [NodeID] = []) {
    self.executor = executor
    self.cells = cells
    self.frozen = frozen
    self.targets = targets
    evaluator = NodeEvaluator(graph: executor.model.graph, weights: executor.model.weights)
    reader = BaseReader(model: executor.model, base: executor.base)
    blocks = [Block?](repeating: nil, count: executor.model.graph.nodes.count)
    squares = [Double](repeating: 0, count: cells.count)
  }

  var graph: ModelGraph { executor.model.graph }
  var batch: Batch { executor.base.batch }

  func length(_ cell: Int) -> Int { batch.length(cells[cell].row) }

  /// The nodes at which the pass ends.
  private var ends: [NodeID] { targets.isEmpty ? [executor.unembedding.input] : targets }

  /// Computes the results of every cell.
  /// - Precondition: the pass has no targets of its own.
  mutating func run() -> CellResults {
    precondition(targets.isEmpty, "a pass with targets has no outcome")
    compute()
    return outcome()
  }

  /// Computes the targets' changed values; nil if no cell changes one.
  mutating func runToTargets() -> [NodeID: Block] {
    compute()
    return Dictionary(uniqueKeysWithValues: targets.compactMap { id in blocks[id.index].map { (id, $0) } })
  }

  private mutating func compute() {
    var edited: [NodeID: [(cell: Int, edit: PlacedEdit)]] = [:]
    for (place, cell) in cells.enumerated() {
      for edit in cell.edits { edited[edit.node, default: []].append((place, edit)) }
    }
    settleNeeds(edited: Set(edited.keys))
    guard let first = edited.keys.min(), let last = ends.max() else { return }
    let attention = Dictionary(uniqueKeysWithValues: graph.attention.map { ($0.z, $0) })
    let inside = Set(graph.attention.flatMap { [$0.scores, $0.pattern] })
    for node in graph.nodes where node.id >= first && needs[node.id.index] != .none && !inside.contains(node.id) {
      var block: Block?
      if !frozen.contains(node.id) {
        if let layer = attention[node.id] {
          block = attentionBlock(layer, edited)
        } else {
          block = pointwiseBlock(node)
        }
        for input in readers(of: node, attention) { release(input) }
      }
      if let edits = edited[node.id] { block = applying(edits, to: block, of: node) }
      blocks[node.id.index] = consumersLeft[node.id.index] > 0 ? block : nil
      if node.id == last { break }
    }
  }

  // MARK: What is needed

  /// From the logits' last position back: attention needs every key and value but only the requested queries;
  /// everything else works position by position. If one cell edits several nodes, a later edit's original must be exact
  /// at all its positions, needed or not.
  private mutating func settleNeeds(edited: Set<NodeID>) {
    needs = [Need](repeating: .none, count: graph.nodes.count)
    consumersLeft = [Int](repeating: 0, count: graph.nodes.count)
    for id in ends {
      needs[id.index] = targets.isEmpty ? .last : .all
      // The nodes at which the pass ends are never released.
      consumersLeft[id.index] += 1
    }
    let editsMeet = cells.contains { cell in Set(cell.edits.map(\.node)).count > 1 }
    for id in edited { if editsMeet || needs[id.index] == .none { needs[id.index] = editsMeet ? .all : .last } }
    for node in graph.nodes.reversed() where needs[node.id.index] != .none && !frozen.contains(node.id) {
      for (place, input) in node.inputs.enumerated() {
        consumersLeft[input.index] += 1
        let isAcross: Bool
        switch node.operation {
        case .attentionScores, .attentionMix: isAcross = place == 1
        default: isAcross = false
        }
        if isAcross || needs[node.id.index] == .all { needs[input.index] = .all }
        if needs[input.index] == .none { needs[input.index] = .last }
      }
    }
  }

  /// The positions of a cell at which a node is needed.
  func needed(_ id: NodeID, cell: Int) -> Range<Int> {
    let n = length(cell)
    switch needs[id.index] {
    case .none: return 0..<0
    case .last: return n - 1..<n
    case .all: return 0..<n
    }
  }

  /// The nodes whose values are read when `node` is computed; attention reads through its scores and pattern.
  private func readers(of node: Node, _ attention: [NodeID: AttentionNodes]) -> [NodeID] {
    guard let layer = attention[node.id] else { return node.inputs }
    return [layer.q, layer.k, layer.v]
  }

  private mutating func release(_ id: NodeID) {
    consumersLeft[id.index] -= 1
    if consumersLeft[id.index] <= 0 { blocks[id.index] = nil }
  }

  // MARK: Values

  func block(_ id: NodeID) -> Block? { blocks[id.index] }

  /// The changed range of a node in a cell; empty if it is as in the base run.
  func changed(_ id: NodeID, cell: Int) -> Range<Int> { blocks[id.index]?.set.ranges[cell] ?? 0..<0 }

  private mutating func pointwiseBlock(_ node: Node) -> Block? {
    let inputs = node.inputs.compactMap { blocks[$0.index] }
    guard !inputs.isEmpty else { return nil }
    let ranges = cells.indices.map { cell in
      inputs.reduce(0..<0) { $0.hull($1.set.ranges[cell]) }.clamped(to: needed(node.id, cell: cell))
    }
    let set = EntrySet(ranges)
    guard !set.isEmpty else { return nil }
    let values = node.inputs.map { gather($0, set) }
    operations += node.operation.operationsPerEntry * Double(set.count)
    let value = evaluator.value(of: node, inputs: values, entries: entries(set), tokens: [])
    return Block(set: set, value: value.reshaped([set.count, node.layout.width]))
  }

  /// The entries of a set: packed indices in the base batch, and positions.
  private func entries(_ set: EntrySet) -> Entries {
    var indices: [Int] = []
    var positions: [Int] = []
    indices.reserveCapacity(set.count)
    positions.reserveCapacity(set.count)
    for (cell, range) in set.ranges.enumerated() where !range.isEmpty {
      let offset = batch.offsets[cells[cell].row]
      for position in range {
        indices.append(offset + position)
        positions.append(position)
      }
    }
    return Entries(indices: indices, positions: positions)
  }

  /// A node's values at a set of positions: changed ones from its block, the others from the base run; [set.count,
  /// width].
  func gather(_ id: NodeID, _ set: EntrySet) -> Tensor {
    let own = blocks[id.index]
    if let own, own.set == set { return own.value }
    let node = graph[id]
    let width = node.layout.width
    let missing =
      own == nil
      || cells.indices.contains { cell in
        let (wanted, held) = (set.ranges[cell], own?.set.ranges[cell] ?? 0..<0)
        return !wanted.isEmpty && !(held.lowerBound <= wanted.lowerBound && wanted.upperBound <= held.upperBound)
      }
    // Read in place if the base run kept the node; otherwise computed in one go.
    let computed = missing && executor.base[id] == nil ? reader.values(of: id, at: entries(set)) : nil
    return Tensor(shape: [set.count, width]) { out in
      for cell in cells.indices where !set.ranges[cell].isEmpty {
        let wanted = set.ranges[cell]
        let held = (own?.set.ranges[cell] ?? 0..<0).clamped(to: wanted)
        let target = out.baseAddress! + set.starts[cell] * width
        let outside =
          held.isEmpty ? [wanted] : [wanted.lowerBound..<held.lowerBound, held.upperBound..<wanted.upperBound]
        for part in outside where !part.isEmpty {
          let to = target + (part.lowerBound - wanted.lowerBound) * width
          if let computed {
            computed.withValues {
              let from = $0.baseAddress! + (set.starts[cell] + part.lowerBound - wanted.lowerBound) * width
              to.initialize(from: from, count: part.count * width)
            }
          } else {
            executor.base.withExample(cells[cell].row, of: node) {
              to.initialize(from: $0.baseAddress! + part.lowerBound * width, count: part.count * width)
            }
          }
        }
        if let own, !held.isEmpty {
          let place = own.set.starts[cell] + held.lowerBound - own.set.ranges[cell].lowerBound
          own.value.withValues {
            (target + (held.lowerBound - wanted.lowerBound) * width).initialize(
              from: $0.baseAddress! + place * width, count: held.count * width)
          }
        }
      }
    }
  }

  // MARK: Edits

  /// Applies edits to a node's values: the positions they reach are added to the block, except where nothing changed.
  private mutating func applying(
    _ edits: [(cell: Int, edit: PlacedEdit)], to block: Block?, of node: Node
  ) -> Block? {
    blocks[node.id.index] = block
    var reached = block?.set.ranges ?? [Range<Int>](repeating: 0..<0, count: cells.count)
    for (cell, edit) in edits { reached[cell] = reached[cell].hull(edit.positions) }
    let wide = EntrySet(reached)
    let original = gather(node.id, wide)
    var edited = original
    let width = node.layout.width
    edited.withMutableValues { values in
      for (cell, edit) in edits {
        let (start, range) = (wide.starts[cell], wide.ranges[cell])
        let own = UnsafeMutableBufferPointer(rebasing: values[start * width..<(start + range.count) * width])
        let report = edit.apply(to: own, of: node, covering: range, length: length(cell))
        squares[cell] += report.changeNorm * report.changeNorm
      }
    }
    let kept = cells.indices.map { cell -> Range<Int> in
      let differing = differingRows(original, edited, wide, cell: cell, width: width)
      return (block?.set.ranges[cell] ?? 0..<0).hull(differing).clamped(to: needed(node.id, cell: cell))
    }
    let set = EntrySet(kept)
    guard !set.isEmpty else { return nil }
    guard set != wide else { return Block(set: set, value: edited) }
    blocks[node.id.index] = Block(set: wide, value: edited)
    return Block(set: set, value: gather(node.id, set))
  }

  private func differingRows(_ a: Tensor, _ b: Tensor, _ set: EntrySet, cell: Int, width: Int) -> Range<Int> {
    let range = set.ranges[cell]
    return a.withValues { a in
      b.withValues { b in
        let changed = range.filter { position in
          let start = (set.starts[cell] + position - range.lowerBound) * width
          return (start..<start + width).contains { a[$0] != b[$0] }
        }
        guard let first = changed.first, let last = changed.last else { return 0..<0 }
        return first..<last + 1
      }
    }
  }

  mutating func note(changeNorm: Double, cell: Int) { squares[cell] += changeNorm * changeNorm }

  // MARK: Results

  /// The scores of every cell: computed if its last position changed, otherwise those of the base run.
  private func outcome() -> CellResults {
    var scores = cells.map { executor.baseScores[$0.row] }
    let input = executor.unembedding.input
    // Without a final norm the input is the last block's stream, which edits can change at other positions too.
    let last = EntrySet(
      cells.indices.map { cell in
        changed(input, cell: cell).contains(length(cell) - 1) ? length(cell) - 1..<length(cell) : 0..<0
      })
    if !last.isEmpty {
      let changed = cells.indices.filter { !last.ranges[$0].isEmpty }
      let computed = executor.unembedding.scores(
        gather(input, last), rows: changed.map { cells[$0].row }, columns: executor.columns)
      for (cell, values) in zip(changed, computed) { scores[cell] = values }
    }
    return CellResults(
      scores: scores, changeNorms: squares.map { $0.squareRoot() }, productOperations: operations)
  }
}
