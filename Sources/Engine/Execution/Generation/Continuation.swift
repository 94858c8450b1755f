import ModelGraph
import Tensors

/// Prompts that have been run and can be continued token by token, under edits that stay in force throughout. Each
/// token evaluates one position of each row; keys and values of earlier positions are kept. Rows are independent (one
/// may be edited and another not), and share matrix products.
///
/// The result is what `Oracle` gives for the whole sequences under the same edits; in a causal model, earlier positions
/// never see later ones.
public struct Continuation: Sendable {
  public let model: Model
  /// Every row's tokens so far, starting with the prompt's.
  public private(set) var tokens: [[Int32]]
  /// [row, vocabulary]: the scores of the token after each row's last one.
  public private(set) var logits: Tensor
  /// For each edit, what it has done so far, over all positions.
  public private(set) var reports: [EditReport]
  private let edits: [PlacedEdit]
  private let editsByNode: [NodeID: [Int]]
  /// What the logits depend on, in order.
  private let nodes: [Node]
  private var memory: KeyValueMemory

  /// Runs the prompts.
  /// - Parameters:
  ///   - edits: their rows are the prompts'. Their positions (or destinations) may reach beyond the prompt: an edit of
  ///     `5..<Int.max` is applied at every token from position 5 on. A perPair edit applies to those of its sources
  ///     that exist.
  /// - Precondition: no perPair edit takes its numbers from another run, whose pairs have the layout of another length.
  /// - Throws: `RunError` for prompts that do not fit the model, or a model whose tokens see later ones, unedited or
  ///   under these edits.
  public init(_ model: Model, prompts: [[Int32]], edits: [PlacedEdit] = []) throws {
    let batch = try Batch(prompts: prompts)
    try batch.validate(for: model.graph)
    for layer in model.graph.attention where !layer.spec.causal {
      throw RunError.seesLaterTokens(hook: model.graph[layer.z].hook?.text ?? "attention")
    }
    for edit in edits where edit.changesHiddenPairs(model.graph) {
      throw RunError.editShowsLaterTokens(hook: model.graph[edit.node].hook?.text ?? "attention")
    }
    self.model = model
    self.edits = edits
    tokens = prompts
    let needed = model.graph.ancestors(of: [model.graph.logits])
    nodes = model.graph.nodes.filter { needed[$0.id.index] }
    editsByNode = Dictionary(grouping: edits.indices) { edits[$0].node }
    memory = KeyValueMemory(model.graph, rows: prompts.count)
    let placed = edits.indices.compactMap { index in
      let edit = edits[index]
      return edit.clamped(toPositions: 0..<prompts[edit.row].count, length: prompts[edit.row].count, model.graph)
        .map { (index, $0) }
    }
    let run = try Oracle(model).lastLogits(batch, edits: placed.map(\.1), keeping: memory.nodes)
    logits = run.logits
    reports = edits.map { _ in EditReport(numbersWritten: 0, changeNorm: 0) }
    for (report, (index, _)) in zip(run.activations.reports, placed) { reports[index].add(report) }
    for id in memory.nodes {
      for row in prompts.indices {
        run.activations.withExample(row, of: model.graph[id]) { memory.append($0, of: id, row: row) }
      }
    }
  }

  /// Appends a token to each row and evaluates it.
  /// - Throws: `RunError` for a token outside the vocabulary or beyond the model's context; nothing has changed then.
  /// - Precondition: there is one token for each row.
  public mutating func append(_ new: [Int32]) throws {
    precondition(new.count == tokens.count, "\(new.count) tokens for \(tokens.count) rows")
    try check(new)
    for (row, token) in new.enumerated() { tokens[row].append(token) }
    let lengths = tokens.map(\.count)
    let entries = Entries(indices: Array(new.indices), positions: lengths.map { $0 - 1 })
    let evaluator = NodeEvaluator(graph: model.graph, weights: model.weights)
    var values = [Tensor?](repeating: nil, count: model.graph.nodes.count)
    for node in nodes {
      let inputs = node.inputs.map { id -> Tensor in
        guard let value = values[id.index] else { preconditionFailure("a node is computed before its readers") }
        return value
      }
      var value: Tensor
      switch node.operation {
      case .attentionScores(let spec): value = scores(q: inputs[0], keys: node.inputs[1], spec, lengths)
      case .attentionPattern: value = pattern(inputs[0], heads: node.layout.width, lengths)
      case .attentionMix(let spec): value = mix(pattern: inputs[0], values: node.inputs[1], spec, lengths)
      default: value = evaluator.value(of: node, inputs: inputs, entries: entries, tokens: new)
      }
      for index in editsByNode[node.id] ?? [] { apply(index, to: &value, of: node, lengths) }
      if memory.nodes.contains(node.id) { remember(value, of: node) }
      values[node.id.index] = value
    }
    guard let logits = values[model.graph.logits.index] else { preconditionFailure("the logits are needed") }
    self.logits = logits
  }

  private func check(_ new: [Int32]) throws {
    guard case .tokens(let vocabulary, let context) = model.graph.input else { return }
    for (row, token) in new.enumerated() {
      let length = tokens[row].count + 1
      if let context, length > context {
        throw RunError.promptTooLong(example: row, tokens: length, context: context)
      }
      guard token >= 0, token < vocabulary else {
        throw RunError.tokenOutOfRange(token: token, example: row, position: length - 1, vocabulary: vocabulary)
      }
    }
  }

  private mutating func remember(_ value: Tensor, of node: Node) {
    let width = node.layout.width
    value.withValues { numbers in
      for row in tokens.indices {
        memory.append(UnsafeBufferPointer(rebasing: numbers[row * width..<(row + 1) * width]), of: node.id, row: row)
      }
    }
  }

  /// Applies an edit to the newest position, if the edit covers it.
  private mutating func apply(_ index: Int, to value: inout Tensor, of node: Node, _ lengths: [Int]) {
    let row = edits[index].row
    let newest = lengths[row] - 1..<lengths[row]
    guard let edit = edits[index].clamped(toPositions: newest, length: lengths[row], model.graph) else { return }
    let report = value.withMutableValues { numbers in
      edit.apply(
        to: UnsafeMutableBufferPointer(rebasing: numbers[range(ofRow: row, node.layout, lengths)]), of: node,
        covering: newest, length: lengths[row])
    }
    reports[index].add(report)
  }

  /// Where a row's numbers at the newest position are: one vector per row, or [head, source] for pairs.
  private func range(ofRow row: Int, _ layout: Layout, _ lengths: [Int]) -> Range<Int> {
    guard case .perPair(let heads) = layout else { return row * layout.width..<(row + 1) * layout.width }
    let start = heads * lengths[..<row].reduce(0, +)
    return start..<start + heads * lengths[row]
  }

  // MARK: Attention from one new destination in each row

  private func scores(q: Tensor, keys: NodeID, _ spec: AttentionSpec, _ lengths: [Int]) -> Tensor {
    let layout = Layout.perPair(heads: spec.queryHeads)
    return Tensor(shape: [spec.queryHeads * lengths.reduce(0, +)]) { out in
      q.withValues { q in
        for (row, n) in lengths.enumerated() {
          memory.withRow(row, of: keys) { keys in
            Tensor.attentionScores(
              queries: q.baseAddress! + row * spec.queryHeads * spec.dHead, destinations: n - 1..<n,
              keys: keys.baseAddress!, positions: n, shape: spec.shape, scale: spec.scale, softCap: spec.softCap,
              visible: { spec.visibleSources(of: $0, positions: n) },
              into: out.baseAddress! + range(ofRow: row, layout, lengths).lowerBound)
          }
        }
      }
    }
  }

  private func pattern(_ scores: Tensor, heads: Int, _ lengths: [Int]) -> Tensor {
    var pattern = scores
    pattern.withMutableValues { values in
      for (row, n) in lengths.enumerated() {
        let start = range(ofRow: row, .perPair(heads: heads), lengths).lowerBound
        Tensor.softmaxRows(values.baseAddress! + start, rows: heads, width: n)
      }
    }
    return pattern
  }

  private func mix(pattern: Tensor, values: NodeID, _ spec: AttentionSpec, _ lengths: [Int]) -> Tensor {
    let width = spec.queryHeads * spec.dHead
    return Tensor(shape: [lengths.count, width]) { out in
      pattern.withValues { pattern in
        for (row, n) in lengths.enumerated() {
          let start = range(ofRow: row, .perPair(heads: spec.queryHeads), lengths).lowerBound
          memory.withRow(row, of: values) { values in
            Tensor.attentionMix(
              pattern: pattern.baseAddress! + start, destinations: 1, values: values.baseAddress!, positions: n,
              shape: spec.shape, into: out.baseAddress! + row * width)
          }
        }
      }
    }
  }
}

extension PlacedEdit {
  /// Whether the edit changes a score or weight of a destination for a later token: -infinity, or 0.
  fileprivate func changesHiddenPairs(_ graph: ModelGraph) -> Bool {
    let node = graph[node]
    // Later sources than the first destination; if there are none, nothing hidden is edited.
    guard case .perPair = node.layout, (sources?.upperBound ?? Int.max) - 1 > positions.lowerBound else { return false }
    switch action {
    case .replace, .addDifference, .rows: return false
    case .set, .add, .projectOut, .clamp, .scale, .zero: break
    }
    let hidden: Float = if case .attentionScores = node.operation { -.infinity } else { 0 }
    return features.contains { head in
      var number = [hidden]
      _ = number.withUnsafeMutableBufferPointer {
        change($0, Span(at: 0, withinRow: 0, feature: head, count: 1), node)
      }
      return number[0] != hidden
    }
  }

  /// The part of the edit at some positions of its row; nil if it has none there.
  fileprivate func clamped(toPositions covered: Range<Int>, length: Int, _ graph: ModelGraph) -> PlacedEdit? {
    let here = positions.clamped(to: covered)
    let sources = sources.map { $0.clamped(to: 0..<length) }
    guard !here.isEmpty, sources.map({ !$0.isEmpty }) ?? true else { return nil }
    if case .perPair = graph[node].layout {
      switch action {
      case .replace, .addDifference, .rows: preconditionFailure("pairs of another length cannot be taken over")
      case .set, .add, .projectOut, .clamp, .scale, .zero: break
      }
    }
    return PlacedEdit(node: node, row: row, positions: here, features: features, sources: sources, action: action)
  }
}

extension EditReport {
  /// Adds what the same edit did at other positions.
  fileprivate mutating func add(_ other: EditReport) {
    self = EditReport(
      numbersWritten: numbersWritten + other.numbersWritten,
      changeNorm: (changeNorm * changeNorm + other.changeNorm * other.changeNorm).squareRoot())
  }
}
