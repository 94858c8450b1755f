import ModelGraph
import Tensors

extension PartialPass {
  /// The changed outputs of one attention layer, cell by cell: changed queries against all of the row's keys.
  mutating func attentionBlock(
    _ layer: AttentionNodes, _ edited: [NodeID: [(cell: Int, edit: PlacedEdit)]]
  ) -> Block? {
    let scoreEdits = Dictionary(grouping: edited[layer.scores] ?? [], by: \.cell)
    let patternEdits = Dictionary(grouping: edited[layer.pattern] ?? [], by: \.cell)
    let reached = cells.indices.map { cell in
      layer.spec.reached(
        queries: changed(layer.q, cell: cell),
        keysAndValues: changed(layer.k, cell: cell).hull(changed(layer.v, cell: cell)), length: length(cell)
      ).clamped(to: needed(layer.z, cell: cell))
    }
    // Edited rows of the pattern are computed whether needed or not, since the edit reports what it changed.
    let computed = EntrySet(
      cells.indices.map { cell in
        ((scoreEdits[cell] ?? []) + (patternEdits[cell] ?? [])).reduce(reached[cell]) { $0.hull($1.edit.positions) }
      })
    guard !computed.isEmpty else { return nil }
    let q = gather(layer.q, computed)
    var kept = reached
    let width = layer.spec.queryHeads * layer.spec.dHead
    var scratch = AttentionScratch()
    let z = Tensor(shape: [computed.count, width]) { out in
      for cell in cells.indices where !computed.ranges[cell].isEmpty {
        let range = computed.ranges[cell]
        let n = length(cell)
        withKeysOrValues(layer.k, cell, &scratch.keys) { keys in
          Self.scores(q, first: computed.starts[cell], range, keys: keys, length: n, layer.spec, &scratch.pattern)
        }
        for (_, edit) in scoreEdits[cell] ?? [] {
          kept[cell] = kept[cell].hull(apply(edit, &scratch, layer, range, cell: cell))
        }
        softmax(&scratch.pattern, rows: layer.spec.queryHeads * range.count, width: n)
        for (_, edit) in patternEdits[cell] ?? [] {
          kept[cell] = kept[cell].hull(apply(edit, &scratch, layer, range, cell: cell))
        }
        withKeysOrValues(layer.v, cell, &scratch.values) { values in
          Self.mix(
            scratch.pattern, range.count, values: values, length: n, layer.spec,
            out.baseAddress! + computed.starts[cell] * width)
        }
      }
    }
    let set = EntrySet(cells.indices.map { kept[$0].clamped(to: needed(layer.z, cell: $0)) })
    guard !set.isEmpty else { return nil }
    guard set != computed else { return Block(set: set, value: z) }
    return Block(set: set, value: Self.narrowing(z, from: computed, to: set, width: width))
  }

  /// Applies an edit of scores or pattern to a cell's rows; returns the destinations where something changed.
  private mutating func apply(
    _ edit: PlacedEdit, _ scratch: inout AttentionScratch, _ layer: AttentionNodes, _ range: Range<Int>, cell: Int
  ) -> Range<Int> {
    let n = length(cell)
    let before = scratch.pattern
    let report = scratch.pattern.withUnsafeMutableBufferPointer {
      edit.apply(to: $0, of: graph[edit.node], covering: range, length: n)
    }
    note(changeNorm: report.changeNorm, cell: cell)
    guard report.changeNorm > 0 || report.changeNorm.isNaN else { return 0..<0 }
    let changed = range.filter { destination in
      (0..<layer.spec.queryHeads).contains { head in
        let start = (head * range.count + destination - range.lowerBound) * n
        return (start..<start + n).contains { before[$0] != scratch.pattern[$0] }
      }
    }
    guard let first = changed.first, let last = changed.last else { return 0..<0 }
    return first..<last + 1
  }

  /// Calls `body` with the keys or values of a cell's whole row, [length, width]: those of the base run if nothing
  /// changed, otherwise a copy with the changed positions replaced.
  private func withKeysOrValues(
    _ id: NodeID, _ cell: Int, _ scratch: inout [Float], _ body: (UnsafePointer<Float>) -> Void
  ) {
    let node = graph[id]
    let width = node.layout.width
    let range = changed(id, cell: cell)
    executor.base.withExample(cells[cell].row, of: node) { base in
      guard let block = block(id), !range.isEmpty else { return body(base.baseAddress!) }
      block.value.withValues { values in
        let own = values.baseAddress! + block.set.starts[cell] * width
        guard range.count < length(cell) else { return body(own) }
        if scratch.count < base.count { scratch = [Float](repeating: 0, count: base.count) }
        scratch.withUnsafeMutableBufferPointer { copy in
          let to = copy.baseAddress!
          to.update(from: base.baseAddress!, count: base.count)
          (to + range.lowerBound * width).update(from: own, count: range.count * width)
          body(to)
        }
      }
    }
  }

  /// Scores of some destinations, [head, destinations, length], into `out`.
  private static func scores(
    _ q: Tensor, first: Int, _ destinations: Range<Int>, keys: UnsafePointer<Float>, length n: Int,
    _ spec: AttentionSpec, _ out: inout [Float]
  ) {
    let count = spec.queryHeads * destinations.count * n
    if out.count != count { out = [Float](repeating: 0, count: count) }
    out.withUnsafeMutableBufferPointer { out in
      q.withValues { q in
        Tensor.attentionScores(
          queries: q.baseAddress! + first * spec.queryHeads * spec.dHead, destinations: destinations, keys: keys,
          positions: n, shape: spec.shape, scale: spec.scale, softCap: spec.softCap,
          visible: { spec.visibleSources(of: $0, positions: n) }, into: out.baseAddress!)
      }
    }
  }

  private func softmax(_ values: inout [Float], rows: Int, width: Int) {
    values.withUnsafeMutableBufferPointer { Tensor.softmaxRows($0.baseAddress!, rows: rows, width: width) }
  }

  private static func mix(
    _ pattern: [Float], _ destinations: Int, values: UnsafePointer<Float>, length n: Int, _ spec: AttentionSpec,
    _ out: UnsafeMutablePointer<Float>
  ) {
    pattern.withUnsafeBufferPointer {
      Tensor.attentionMix(
        pattern: $0.baseAddress!, destinations: destinations, values: values, positions: n, shape: spec.shape, into: out
      )
    }
  }

  private static func narrowing(_ value: Tensor, from wide: EntrySet, to set: EntrySet, width: Int) -> Tensor {
    Tensor(shape: [set.count, width]) { out in
      value.withValues { values in
        for cell in set.ranges.indices where !set.ranges[cell].isEmpty {
          let place = wide.starts[cell] + set.ranges[cell].lowerBound - wide.ranges[cell].lowerBound
          (out.baseAddress! + set.starts[cell] * width).initialize(
            from: values.baseAddress! + place * width, count: set.ranges[cell].count * width)
        }
      }
    }
  }
}

/// Memory that the cells of one attention layer use in turn.
struct AttentionScratch {
  var keys: [Float] = []
  var values: [Float] = []
  /// [head, destinations, length]: scores, then the pattern.
  var pattern: [Float] = []
}
