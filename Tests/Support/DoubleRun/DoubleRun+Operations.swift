import Foundation
import ModelGraph

extension DoubleRun {
  /// A node's value from those of its inputs.
  func value(of node: Node, _ x: [[Double]], _ weights: [[Double]]) -> [Double] {
    switch node.operation {
    case .tokenEmbedding(let table): return tokens.flatMap { row($0, of: weights[table.index], node.layout.width) }
    case .positionEmbedding(let table):
      return batch.positions.flatMap { row($0, of: weights[table.index], node.layout.width) }
    case .scaled(let factor): return x[0].map { $0 * Double(factor) }
    case .sum:
      return x[0].indices.map { index in x.reduce(0) { $0 + $1[index] } }
    case .product: return zip(x[0], x[1]).map { $0 * $1 }
    case .normScale(let kind, let epsilon):
      return rows(x[0], graph[node.inputs[0]].layout.width / node.layout.width).map { row in
        let c = centred(row, kind)
        return (c.reduce(0) { $0 + $1 * $1 } / Double(c.count) + Double(epsilon)).squareRoot()
      }
    case .normalized(let kind):
      return zip(rows(x[0], node.layout.width / graph[node.inputs[1]].layout.width), x[1]).flatMap { row, scale in
        centred(row, kind).map { $0 / scale }
      }
    case .affine(let gain, let offset, let bias):
      let g = weights[gain.index]
      return x[0].enumerated().map { index, value in
        let feature = index % g.count
        return value * (g[feature] + Double(offset)) + (bias.map { weights[$0.index][feature] } ?? 0)
      }
    case .linear(let map):
      return rows(x[0], map.inputs).flatMap { row in
        product(row, of: 0..<map.inputs, outputs: 0..<map.outputs, map, weights)
      }
    case .linearByHead(let map, let heads):
      let share = map.outputs / heads
      return rows(x[0], map.inputs).enumerated().flatMap { place, row in
        let head = place % heads
        return product(row, of: 0..<map.inputs, outputs: head * share..<(head + 1) * share, map, weights)
      }
    case .headResults(let map, let heads):
      let share = map.inputs / heads
      let unbiased = LinearMap(
        weight: map.weight, orientation: map.orientation, bias: nil, inputs: map.inputs, outputs: map.outputs)
      return rows(x[0], share).enumerated().flatMap { place, row in
        let head = place % heads
        return product(row, of: head * share..<(head + 1) * share, outputs: 0..<map.outputs, unbiased, weights)
      }
    case .sumOverHeads(let bias):
      let width = node.layout.width
      return rows(x[0], graph[node.inputs[0]].layout.width).flatMap { entry in
        (0..<width).map { feature in
          stride(from: feature, to: entry.count, by: width).reduce(bias.map { weights[$0.index][feature] } ?? 0) {
            $0 + entry[$1]
          }
        }
      }
    case .copiedToHeads(let heads):
      return rows(x[0], node.layout.width / heads).flatMap { row in (0..<heads).flatMap { _ in row } }
    case .rotary(let spec): return rotated(x[0], node, spec)
    case .attentionScores(let spec): return scores(q: x[0], k: x[1], spec)
    case .attentionPattern: return pattern(x[0], heads: node.layout.width)
    case .attentionMix(let spec): return mix(pattern: x[0], v: x[1], spec)
    case .activation(let function): return x[0].map { activation(function, $0) }
    case .softCap(let cap): return x[0].map { Double(cap) * tanh($0 / Double(cap)) }
    case .observation: return pictures
    case .convolution(let map): return convolved(x[0], map, weights)
    case .maxPool: return pooled(x[0], graph[node.inputs[0]].layout)
    case .flattened: return x[0]
    }
  }

  private func row(_ index: Int, of table: [Double], _ width: Int) -> ArraySlice<Double> {
    table[index * width..<(index + 1) * width]
  }

  private func rows(_ values: [Double], _ width: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  private func centred(_ row: [Double], _ kind: NormKind) -> [Double] {
    guard kind == .layer else { return row }
    let mean = row.reduce(0, +) / Double(row.count)
    return row.map { $0 - mean }
  }

  /// Some outputs of a map from the numbers of some of its inputs.
  private func product(
    _ row: [Double], of inputs: Range<Int>, outputs: Range<Int>, _ map: LinearMap, _ weights: [[Double]]
  ) -> [Double] {
    let w = weights[map.weight.index]
    return outputs.map { output in
      var sum = map.bias.map { weights[$0.index][output] } ?? 0
      for (value, input) in zip(row, inputs) {
        sum +=
          value
          * (map.orientation == .inputsByOutputs ? w[input * map.outputs + output] : w[output * map.inputs + input])
      }
      return sum
    }
  }

  private func activation(_ function: ActivationFunction, _ x: Double) -> Double {
    switch function {
    case .relu: max(0, x)
    case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
    case .geluNew: x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * pow(x, 3)))) / 2
    case .silu: x / (1 + exp(-x))
    }
  }

  private func rotated(_ x: [Double], _ node: Node, _ spec: RotarySpec) -> [Double] {
    let heads = node.layout.heads ?? 1
    let half = spec.dimensions / 2
    let positions = batch.positions
    return rows(x, node.layout.width / heads).enumerated().flatMap { place, vector -> [Double] in
      var turned = vector
      for pair in 0..<half {
        let angle = Double(positions[place / heads]) * Double(spec.inverseFrequencies[pair])
        let (first, second) = spec.adjacentPairs ? (2 * pair, 2 * pair + 1) : (pair, pair + half)
        let (a, b, amplitude) = (vector[first], vector[second], Double(spec.amplitude))
        turned[first] = amplitude * (cos(angle) * a - sin(angle) * b)
        turned[second] = amplitude * (sin(angle) * a + cos(angle) * b)
      }
      return turned
    }
  }

  // MARK: Attention

  private func scores(q: [Double], k: [Double], _ spec: AttentionSpec) -> [Double] {
    var scores: [Double] = []
    for prompt in 0..<batch.rows {
      let (n, first) = (batch.length(prompt), batch.offsets[prompt])
      for head in 0..<spec.queryHeads {
        for destination in 0..<n {
          for source in 0..<n {
            let isHidden =
              (spec.causal && source > destination) || (spec.window.map { destination - source >= $0 } ?? false)
            if isHidden {
              scores.append(-.infinity)
              continue
            }
            let query = ((first + destination) * spec.queryHeads + head) * spec.dHead
            let key = ((first + source) * spec.keyValueHeads + spec.keyValueHead(of: head)) * spec.dHead
            let dot = (0..<spec.dHead).reduce(0.0) { $0 + q[query + $1] * k[key + $1] }
            let score = Double(spec.scale) * dot
            scores.append(spec.softCap.map { Double($0) * tanh(score / Double($0)) } ?? score)
          }
        }
      }
    }
    return scores
  }

  private func pattern(_ scores: [Double], heads: Int) -> [Double] {
    var pattern: [Double] = []
    for prompt in 0..<batch.rows {
      let n = batch.length(prompt)
      let start = batch.pairOffsets[prompt] * heads
      for row in rows(Array(scores[start..<start + heads * n * n]), n) {
        let top = row.max() ?? 0
        let powers = row.map { $0 == -.infinity ? 0 : exp($0 - top) }
        let sum = powers.reduce(0, +)
        pattern += powers.map { sum == 0 ? 0 : $0 / sum }
      }
    }
    return pattern
  }

  private func mix(pattern: [Double], v: [Double], _ spec: AttentionSpec) -> [Double] {
    var z: [Double] = []
    for prompt in 0..<batch.rows {
      let (n, first) = (batch.length(prompt), batch.offsets[prompt])
      let start = batch.pairOffsets[prompt] * spec.queryHeads
      for destination in 0..<n {
        for head in 0..<spec.queryHeads {
          for feature in 0..<spec.dHead {
            z.append(
              (0..<n).reduce(0.0) { sum, source in
                let value = ((first + source) * spec.keyValueHeads + spec.keyValueHead(of: head)) * spec.dHead + feature
                return sum + pattern[start + (head * n + destination) * n + source] * v[value]
              })
          }
        }
      }
    }
    return z
  }
}
