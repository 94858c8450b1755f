import ActivationStore
import ModelGraph
import Tensors

/// Reads one hook of one source, a block of examples at a time, and passes on the rows of every position and head.
///
/// Only one block is in memory, however long the file.
struct RowStream {
  let source: Source
  let hook: HookName
  let rules: [PositionRule]
  let heads: [Int]?

  /// Numbers in a block: 16 MiB.
  private static let blockSize = 4 << 20
  /// How many blocks the disk fetches ahead.
  private static let ahead = 4

  /// Rows of one place of a stream, [items, width], and their items, ascending.
  typealias Body = (_ stream: Int, _ rule: Int, _ head: Int, _ rows: Matrix, _ items: [Int]) throws -> Void

  /// Reads streams of the same hook and runs, each block once for all of them.
  /// - Throws: `StoreError`, and what `body` throws.
  /// - Precondition: at least one stream; all have the same hook and the same parts.
  static func forEachBlock(of streams: [RowStream], _ body: Body) throws {
    for (index, part) in streams[0].source.parts.enumerated() {
      let members = streams.map { stream in
        let items = stream.source.table.items
        return items.indices.filter { items[$0].part == index }
      }
      try read(part, streams, members, body)
    }
  }

  /// - Parameter members: for each stream, its items in the part.
  private static func read(_ part: SourcePart, _ streams: [RowStream], _ members: [[Int]], _ body: Body) throws {
    let (reader, hook) = (part.cache.reader, streams[0].hook)
    let shape = try reader.shape(of: hook, run: part.run)
    let examples = max(1, min(1024, blockSize / max(1, shape.dropFirst().reduce(1, *))))
    let blocks = Self.blocks(streams, members, of: examples)
    func prefetch(_ index: Int) throws {
      guard blocks.indices.contains(index) else { return }
      try reader.prefetch(run: part.run, hook: hook, examples: blocks[index].examples)
    }
    for index in 0..<ahead { try prefetch(index) }
    for (index, block) in blocks.enumerated() {
      try prefetch(index + ahead)
      let values = try reader.read(run: part.run, hook: hook, examples: block.examples)
      for (stream, items) in block.items.enumerated() where !items.isEmpty {
        try streams[stream].hand(values, items, from: block.examples.lowerBound) { try body(stream, $0, $1, $2, $3) }
      }
    }
  }

  /// Examples that are read together.
  private struct Block {
    let examples: Range<Int>
    /// For each stream, its items in the block.
    let items: [[Int]]
  }

  /// Blocks of whole examples, without unneeded ones at their beginning and end.
  /// - Parameter size: the largest number of examples in a block.
  private static func blocks(_ streams: [RowStream], _ members: [[Int]], of size: Int) -> [Block] {
    var next = streams.map { _ in 0 }
    func example(_ stream: Int, _ member: Int) -> Int {
      streams[stream].source.table.items[members[stream][member]].example
    }
    var blocks: [Block] = []
    while let start = streams.indices.filter({ next[$0] < members[$0].count }).map({ example($0, next[$0]) }).min() {
      var end = start
      let items = streams.indices.map { stream in
        let first = next[stream]
        var last = first
        while last < members[stream].count, example(stream, last) < start + size { last += 1 }
        next[stream] = last
        if last > first { end = max(end, example(stream, last - 1) + 1) }
        return Array(members[stream][first..<last])
      }
      blocks.append(Block(examples: start..<end, items: items))
    }
    return blocks
  }

  /// - Parameter values: [example, position, features...] or [example, features...].
  private func hand(
    _ values: Tensor, _ members: [Int], from start: Int,
    to body: (_ rule: Int, _ head: Int, _ rows: Matrix, _ items: [Int]) throws -> Void
  ) throws {
    let hasPositions = rules != [.none]
    let positions = hasPositions ? values.shape[1] : 1
    let width = values.count / max(1, values.shape[0] * positions)
    let flat = values.reshaped([values.shape[0], positions * width]).matrix
    let each = values.reshaped([values.shape[0] * positions, width]).matrix
    for (index, rule) in rules.enumerated() {
      let found = members.filter { source.positions[index][$0] != nil }
      guard !found.isEmpty else { continue }
      let rows: Matrix
      if rule == .mean {
        rows = means(each, found, from: start, positions: positions)
      } else {
        let spots = found.map { item in
          (source.table.items[item].example - start, source.positions[index][item] ?? 0)
        }
        rows = Self.rows(at: spots, flat: flat, each: each, positions: positions, width: width)
      }
      guard let heads else {
        try body(index, 0, rows, found)
        continue
      }
      let size = width / max(1, headCount(of: values, hasPositions))
      for (place, head) in heads.enumerated() {
        try body(index, place, rows.columns(head * size..<(head + 1) * size), found)
      }
    }
  }

  private func headCount(of values: Tensor, _ hasPositions: Bool) -> Int { values.shape[hasPositions ? 2 : 1] }

  /// A view if the rows are evenly spaced in memory, otherwise a copy.
  private static func rows(
    at spots: [(example: Int, position: Int)], flat: Matrix, each: Matrix, positions: Int, width: Int
  ) -> Matrix {
    let isOneColumn = zip(spots, spots.dropFirst()).allSatisfy {
      $0.position == $1.position && $0.example + 1 == $1.example
    }
    if isOneColumn {
      let offset = spots[0].position * width
      return flat.columns(offset..<offset + width).rows(spots[0].example..<spots[0].example + spots.count)
    }
    let indices = spots.map { $0.example * positions + $0.position }
    if indices[indices.count - 1] - indices[0] == indices.count - 1 {
      return each.rows(indices[0]..<indices[0] + indices.count)
    }
    return each.picking(indices).matrix
  }

  private func means(_ each: Matrix, _ items: [Int], from start: Int, positions: Int) -> Matrix {
    let width = each.columns
    return Tensor(shape: [items.count, width]) { out in
      for (row, item) in items.enumerated() {
        let entry = source.table.items[item]
        let length = source.parts[entry.part].cache.reader.lengths[entry.example]
        var sum = [Double](repeating: 0, count: width)
        let first = (entry.example - start) * positions
        each.rows(first..<first + length).addRowSum(to: &sum)
        for feature in 0..<width {
          (out.baseAddress! + row * width + feature).initialize(to: Float(sum[feature] / Double(length)))
        }
      }
    }.matrix
  }
}

extension Selection {
  /// The rows of one hook of one source.
  func stream(source: Int, hook: Int) -> RowStream {
    RowStream(source: sources[source], hook: hooks[hook], rules: rules, heads: heads)
  }

  /// The error for a number that is not finite, in terms of its file.
  /// - Parameters:
  ///   - rows: the rows of a place, [items, width].
  ///   - items: their items.
  /// - Returns: nil if all are finite.
  func firstNotFinite(in rows: Matrix, _ items: [Int], at place: Place) -> SelectionError? {
    for (row, item) in items.enumerated() {
      guard let feature = rows.withRow(row, { $0.firstIndex { !$0.isFinite } }) else { continue }
      let source = sources[place.source]
      let entry = source.table.items[item]
      let part = source.parts[entry.part]
      let isWhole = rules[place.rule] == .none || rules[place.rule] == .mean
      return .notFinite(
        file: part.cache.file, hook: hooks[place.hook].text, run: part.run.rawValue, example: entry.example,
        position: isWhole ? nil : source.positions[place.rule][item], feature: feature,
        isUnwritten: rows.withRow(row) { $0.allSatisfy(\.isNaN) })
    }
    return nil
  }
}
