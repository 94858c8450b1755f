import Tensors
import Testing

@Suite struct AttentionTests {
  private struct Case {
    let shape: AttentionShape
    let positions: Int
    let destinations: Range<Int>
  }

  /// Prompts of up to 4 tokens with every range of destinations, grouped heads of several sizes, then longer ones.
  private static let cases: [Case] = {
    var cases: [Case] = []
    for (heads, shared) in [(1, 1), (2, 1), (2, 2), (4, 2), (3, 1)] {
      for dHead in [1, 2, 3, 4, 17] {
        let shape = AttentionShape(queryHeads: heads, keyValueHeads: shared, dHead: dHead)
        for n in 1...4 {
          for first in 0..<n {
            for last in first + 1...n { cases.append(Case(shape: shape, positions: n, destinations: first..<last)) }
          }
        }
      }
      for (n, dHead) in [(17, 33), (33, 16), (65, 8)] {
        let shape = AttentionShape(queryHeads: heads, keyValueHeads: shared, dHead: dHead)
        cases += [0..<n, n - 1..<n, 5..<9].map { Case(shape: shape, positions: n, destinations: $0) }
      }
    }
    return cases
  }()

  private static let rules: [(String, @Sendable (Int, Int) -> Range<Int>)] = [
    ("causal", { d, _ in 0..<d + 1 }), ("all", { _, n in 0..<n }), ("window of 2", { d, _ in max(0, d - 1)..<d + 1 }),
    ("only itself", { d, _ in d..<d + 1 }), ("all but the first", { _, n in 1..<max(1, n) }),
    ("nothing", { _, _ in 0..<0 }),
  ]

  @Test func scores() {
    var numbers = Numbers(seed: 1)
    for item in Self.cases {
      let (shape, n) = (item.shape, item.positions)
      let q = numbers.tensor([item.destinations.count, shape.queryHeads, shape.dHead])
      let k = numbers.tensor([n, shape.keyValueHeads, shape.dHead])
      for (name, rule) in Self.rules {
        for softCap in [nil, Float(1.5)] {
          let fast = Tensor(shape: [shape.queryHeads, item.destinations.count, n]) { out in
            q.withValues { q in
              k.withValues { k in
                guard let queries = q.baseAddress, let keys = k.baseAddress, let target = out.baseAddress else {
                  return
                }
                Tensor.attentionScores(
                  queries: queries, destinations: item.destinations, keys: keys, positions: n, shape: shape, scale: 0.7,
                  softCap: softCap, visible: { rule($0, n) }, into: target)
              }
            }
          }
          let plain = ReferenceKernels.attentionScores(
            queries: q, destinations: item.destinations, keys: k, positions: n, shape: shape, scale: 0.7,
            softCap: softCap,
            visible: { rule($0, n) })
          let error = largestError(fast.values, plain)
          #expect(error <= Double(shape.dHead + 4) * 4 * 0x1p-23, "\(name), \(item): \(error)")
        }
      }
    }
  }

  @Test func mix() {
    var numbers = Numbers(seed: 2)
    for item in Self.cases {
      let (shape, n, count) = (item.shape, item.positions, item.destinations.count)
      let pattern = numbers.tensor([shape.queryHeads, count, n], in: 0...1)
      let values = numbers.tensor([n, shape.keyValueHeads, shape.dHead])
      let fast = Tensor(shape: [count, shape.queryHeads, shape.dHead]) { out in
        pattern.withValues { pattern in
          values.withValues { values in
            guard let weights = pattern.baseAddress, let v = values.baseAddress, let target = out.baseAddress else {
              return
            }
            Tensor.attentionMix(
              pattern: weights, destinations: count, values: v, positions: n, shape: shape, into: target)
          }
        }
      }
      let plain = ReferenceKernels.attentionMix(
        pattern: pattern, destinations: count, values: values, positions: n, shape: shape)
      let error = largestError(fast.values, plain)
      #expect(error <= Double(n + 1) * 2 * 0x1p-23, "\(item): \(error)")
    }
  }

  private func softmax(_ values: [Float], width: Int) -> [Float] {
    var rows = values
    rows.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Tensor.softmaxRows(base, rows: buffer.count / width, width: width)
    }
    return rows
  }

  @Test func softmaxOfEveryPatternOfMaskedScores() {
    // Every choice of 0, 1.5 or -infinity in each of up to 4 places.
    for width in 1...4 {
      let choices: [Float] = [0, 1.5, -.infinity]
      var row = 0
      var rows: [Float] = []
      let count = (0..<width).reduce(1) { count, _ in count * 3 }
      while row < count {
        var rest = row
        for _ in 0..<width {
          rows.append(choices[rest % 3])
          rest /= 3
        }
        row += 1
      }
      let error = largestError(softmax(rows, width: width), ReferenceKernels.softmaxRows(rows, width: width))
      #expect(error < 2e-7)
    }
    #expect(softmax([-.infinity, -.infinity, -.infinity], width: 3) == [0, 0, 0])
    #expect(softmax([-.infinity, 5, -.infinity], width: 3) == [0, 1, 0])
  }

  @Test func softmaxOfRandomRows() {
    var numbers = Numbers(seed: 3)
    for width in [1, 2, 3, 4, 16, 17, 33, 65, 300] {
      for spread: Float in [0.01, 1, 30, 200, 1e6, 1.5e38] {
        var rows = numbers.tensor([7, width], in: -spread...spread).values
        // A few masked ones.
        for i in stride(from: 0, to: rows.count, by: 5) { rows[i] = -.infinity }
        let fast = softmax(rows, width: width)
        let error = largestError(fast, ReferenceKernels.softmaxRows(rows, width: width))
        // The difference between a score and the largest is rounded before the exponential is taken.
        #expect(error < 3e-7 + Double(min(spread, 90)) * 0x1p-23, "\(width) of \(spread): \(error)")
      }
    }
  }

  @Test func aScoreThatIsNoNumberSpoilsItsRowAndNoOther() {
    for width in [1, 2, 3, 4, 17, 33] {
      for place in 0..<width {
        for rest: Float in [0, -.infinity] {
          var rows = [Float](repeating: rest, count: 3 * width)
          rows[width + place] = .nan
          let found = softmax(rows, width: width)
          #expect(found[width + place].isNaN)
          for i in 0..<width { #expect(!found[i].isNaN && !found[2 * width + i].isNaN) }
        }
      }
    }
  }

  @Test func rotation() {
    var numbers = Numbers(seed: 4)
    for heads in 1...3 {
      for (width, half) in [(1, 0), (2, 1), (3, 1), (4, 1), (4, 2), (17, 5), (64, 32)] {
        let frequencies = (0..<half).map { 1 / Float(1 + 3 * $0) }
        for positions in [[0], [1], [3, 3, 4], [0, 1, 2, 3, 0, 1], [1000, 17]] {
          let x = numbers.tensor([positions.count, heads, width])
          for amplitude: Float in [1, 1.25] {
            let fast = x.rotated(
              heads: heads, positions: positions, inverseFrequencies: frequencies, amplitude: amplitude)
            let plain = ReferenceKernels.rotated(
              x, heads: heads, positions: positions, inverseFrequencies: frequencies, amplitude: amplitude)
            // The angle itself is rounded to 32 bits, which the reference libraries do too.
            let angle = Double(positions.max() ?? 0)
            let error = largestError(fast.values, plain)
            #expect(error < 2e-6 + angle * 4 * 0x1p-24, "\(heads)x\(width) at \(positions): \(error)")
            #expect(fast.shape == x.shape)
          }
        }
      }
    }
    let none = Tensor(shape: [0, 8])
    #expect(none.rotated(heads: 2, positions: [], inverseFrequencies: [1], amplitude: 1) == none)
  }
}
