import Execution
import Foundation
import ModelGraph
import Tensors

/// What each part of a model writes to the logit difference at the last position, with the final norm's scale held as
/// in the run.
///
/// The parts sum to the logit difference (before a soft cap on the logits, if the model has one).
public struct DirectLogitAttribution: Sendable {
  /// `embed`, `pos_embed`, `0.3` (head 3 of layer 0), `attn_bias.0`, `mlp.0`, `ln_final.bias`, `unembed.bias`: those
  /// that the model has. Norms of the stream itself add the biases `ln1_bias.0`, after attention, and `ln2_bias.0`, at
  /// the end of the block.
  public let parts: [String]
  /// [part, example]
  public private(set) var values: [[Float]]
  /// Each head's part, split by the position that it came from: [layer][head][position][example]; NaN beyond a prompt's
  /// length.
  public private(set) var bySource: [[[[Float]]]]

  /// Appends those of the examples that follow.
  mutating func append(_ next: DirectLogitAttribution) {
    for (part, examples) in next.values.enumerated() { values[part] += examples }
    for (layer, heads) in next.bySource.enumerated() {
      for (head, positions) in heads.enumerated() {
        for (position, examples) in positions.enumerated() { bySource[layer][head][position] += examples }
      }
    }
  }
}

extension PatchingEngine {
  /// Direct logit attribution of one of the two unedited runs.
  /// - Throws: `PatchingError.metricNeedsWrong` for a pair without a wrong token; `GraphError.notTransformer`;
  ///   `RunError`.
  public func directLogitAttribution(_ side: RunSide) throws -> DirectLogitAttribution {
    var whole = try directLogitAttribution(side, block: blocks[0])
    for block in blocks.dropFirst() { whole.append(try directLogitAttribution(side, block: block)) }
    return whole
  }

  /// The same for one block's examples, with the positions of all prompts.
  /// - Parameter block: one of `blocks`.
  /// - Throws: as for all examples.
  public func directLogitAttribution(_ side: RunSide, block: Range<Int>) throws -> DirectLogitAttribution {
    try checkDirectLogitAttribution()
    let anatomy = try model.graph.transformer()
    let columns = try readExamples(side, of: block, keeping: anatomy.attributed) { run, row, example in
      Contributions(anatomy, model, run, row: row, pair: prompts.pairs[example])
    }
    let longest = prompts.longest
    let d = model.graph.dimensions
    return DirectLogitAttribution(
      parts: columns.first?.parts ?? [],
      values: (columns.first?.parts ?? []).indices.map { part in columns.map { Float($0.values[part]) } },
      bySource: anatomy.blocks.indices.map { layer in
        (0..<d.heads).map { head in
          (0..<longest).map { position in
            columns.map { position < $0.length ? Float($0.bySource[layer][head][position]) : .nan }
          }
        }
      })
  }
}

extension PatchingEngine {
  /// The parts that direct logit attribution names, in its order.
  /// - Throws: `GraphError.notTransformer`.
  public func directLogitAttributionParts() throws -> [String] { try model.graph.transformer().attributedParts }

  /// Checks that every pair has a wrong token to compare with.
  /// - Throws: `PatchingError.metricNeedsWrong`.
  public func checkDirectLogitAttribution() throws {
    if let bare = prompts.pairs.firstIndex(where: \.wrongs.isEmpty) {
      throw PatchingError.metricNeedsWrong(metric: "direct_logit_attribution", example: bare)
    }
  }
}

extension Anatomy {
  /// The names of what writes to the logits, in the order of `Contributions`.
  fileprivate var attributedParts: [String] {
    var parts = ["embed"] + (positionEmbedding == nil ? [] : ["pos_embed"])
    for block in blocks {
      parts += (0..<block.attention.spec.queryHeads).map { "\(block.layer).\($0)" }
      if block.attention.output.map.bias != nil { parts.append("attn_bias.\(block.layer)") }
      if block.attention.output.norm?.bias != nil { parts.append("attn_norm_bias.\(block.layer)") }
      if block.midNorm?.bias != nil { parts.append("ln1_bias.\(block.layer)") }
      if block.mlp != nil { parts.append("mlp.\(block.layer)") }
      if block.endNorm?.bias != nil { parts.append("ln2_bias.\(block.layer)") }
    }
    if finalNorm?.bias != nil { parts.append("ln_final.bias") }
    if unembedding.map.bias != nil { parts.append("unembed.bias") }
    return parts
  }

  /// The nodes that direct logit attribution reads.
  fileprivate var attributed: Set<NodeID> {
    var nodes = Set([embedding] + [positionEmbedding].compactMap(\.self))
    for block in blocks {
      nodes.formUnion([block.attention.z, block.attention.nodes.v, block.attention.pattern])
      for norm in [block.attention.output.norm, block.midNorm, block.endNorm] {
        if let norm { nodes.insert(norm.scale) }
      }
      if let mlp = block.mlp { nodes.insert(mlp.output.written) }
    }
    if let finalNorm { nodes.insert(finalNorm.scale) }
    return nodes
  }
}

/// One example's parts.
private struct Contributions: Sendable {
  var parts: [String] = []
  var values: [Double] = []
  /// [layer][head][position]
  var bySource: [[[Double]]] = []
  let length: Int

  init(_ anatomy: Anatomy, _ model: Model, _ run: Activations, row: Int, pair: PromptSet.Pair) {
    let graph = model.graph
    let n = run.batch.length(row)
    length = n
    func last(_ id: NodeID) -> [Float] {
      let node = graph[id]
      return run.withExample(row, of: node) { Array($0[(n - 1) * node.layout.width..<n * node.layout.width]) }
    }
    func scale(_ norm: NormNodes) -> Float { last(norm.scale)[0] }
    let final = FinalDirection(
      anatomy, weights: model.weights, pair: pair, scale: anatomy.finalNorm.map(scale) ?? 1)
    func pulledBack(_ direction: [Double], through norm: NormNodes?) -> [Double] {
      norm.map { $0.pulledBack(direction, weights: model.weights, scale: scale($0)) } ?? direction
    }
    // The direction in the stream at the end of each block and after its attention, from the last block backwards. If
    // nothing normalises the stream, it is the final direction everywhere.
    var atEnd = anatomy.blocks.map { _ in final.vector }
    var atMid = atEnd
    var atStart = final.vector
    for (place, block) in anatomy.blocks.enumerated().reversed() {
      atEnd[place] = atStart
      atMid[place] = pulledBack(atEnd[place], through: block.endNorm)
      atStart = pulledBack(atMid[place], through: block.midNorm)
    }
    add("embed", dot(last(anatomy.embedding), atStart))
    if let positions = anatomy.positionEmbedding { add("pos_embed", dot(last(positions), atStart)) }
    for (place, block) in anatomy.blocks.enumerated() {
      func addBias(_ part: String, _ bias: WeightID?, _ direction: [Double]) {
        if let bias { add("\(part).\(block.layer)", dot(model.weights[bias].tensor.values, direction)) }
      }
      let output = block.attention.output
      let written = pulledBack(atMid[place], through: block.midNorm)
      let direction = pulledBack(written, through: output.norm)
      addHeads(block, model, run, row: row, direction: direction, position: n - 1)
      addBias("attn_bias", output.map.bias, direction)
      addBias("attn_norm_bias", output.norm?.bias, written)
      addBias("ln1_bias", block.midNorm?.bias, atMid[place])
      if let mlp = block.mlp { add("mlp.\(block.layer)", dot(last(mlp.output.written), atMid[place])) }
      addBias("ln2_bias", block.endNorm?.bias, atEnd[place])
    }
    if let bias = final.normBias { add("ln_final.bias", bias) }
    if let bias = final.unembeddingBias { add("unembed.bias", bias) }
  }

  private mutating func add(_ part: String, _ value: Double) {
    parts.append(part)
    values.append(value)
  }

  /// Each head's part, source by source: pattern weight times the source's value along the direction that the output
  /// weight gives the head.
  private mutating func addHeads(
    _ block: Anatomy.Block, _ model: Model, _ run: Activations, row: Int, direction: [Double], position: Int
  ) {
    let attention = block.attention
    let (spec, n) = (attention.spec, run.batch.length(row))
    let along = Self.inputDirection(attention.output.map, model.weights, direction)
    func values(_ id: NodeID) -> [Float] { run.withExample(row, of: model.graph[id]) { Array($0) } }
    let (v, pattern, z) = (values(attention.nodes.v), values(attention.pattern), values(attention.z))
    let valueWidth = spec.keyValueHeads * spec.dHead
    bySource.append(
      (0..<spec.queryHeads).map { head in
        let own = Array(along[head * spec.dHead..<(head + 1) * spec.dHead])
        let start = position * spec.queryHeads * spec.dHead + head * spec.dHead
        add("\(block.layer).\(head)", dot(Array(z[start..<start + spec.dHead]), own))
        let shared = spec.keyValueHead(of: head) * spec.dHead
        return (0..<n).map { source in
          let at = source * valueWidth + shared
          return Double(pattern[(head * n + position) * n + source]) * dot(Array(v[at..<at + spec.dHead]), own)
        }
      })
  }

  /// The direction at a linear map's input that corresponds to one at its output: W . direction.
  private static func inputDirection(_ map: LinearMap, _ weights: Weights, _ direction: [Double]) -> [Double] {
    let weight = weights[map.weight]
    if map.orientation == .inputsByOutputs {
      return (0..<map.inputs).map { row in weight.withRow(row) { dot($0, direction) } }
    }
    var sums = [Double](repeating: 0, count: map.inputs)
    for output in 0..<map.outputs {
      weight.withRow(output) { row in for i in row.indices { sums[i] += Double(row[i]) * direction[output] } }
    }
    return sums
  }
}

private func dot(_ a: some Collection<Float>, _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + Double($1.0) * $1.1 }
}
