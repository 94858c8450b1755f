import Diagnostics
import Execution
import ModelGraph
import Patching
import Tensors

/// Draws edits of every action at any node that the logits depend on.
struct EditMaker {
  private let graph: ModelGraph
  private let base: Activations
  private let other: Activations
  private let nodes: [Node]
  private var generator: SplitMix64

  /// How many kinds of action there are.
  static let actions = 9

  /// - Parameters:
  ///   - base: the unedited run of the edited batch, with every node.
  ///   - other: another run of prompts of the same lengths, with every node.
  init(_ graph: ModelGraph, base: Activations, other: Activations, seed: UInt64) {
    self.graph = graph
    self.base = base
    self.other = other
    let inPath = graph.ancestors(of: [graph.logits])
    // Values are divided by a scale: 0 and numbers near it are not fair edits.
    nodes = graph.nodes.filter { node in
      if case .normScale = node.operation { return false }
      return inPath[node.id.index]
    }
    generator = SplitMix64(seed: seed)
  }

  /// One to three edits, the first with a certain action.
  mutating func edits(action: Int? = nil) -> [PlacedEdit] {
    (0..<Int.random(in: 1...3, using: &generator)).map { place in
      edit(place == 0 ? action : nil)
    }
  }

  func describe(_ edit: PlacedEdit) -> String {
    let node = graph[edit.node]
    return
      "\("\(edit.action)".prefix { $0 != "(" }) \(node.hook?.text ?? "\(node.operation)") row \(edit.row) \(edit.positions) \(edit.features)"
  }

  private mutating func edit(_ action: Int?) -> PlacedEdit {
    let node = nodes[Int.random(in: 0..<nodes.count, using: &generator)]
    let row = Int.random(in: 0..<base.batch.rows, using: &generator)
    let length = base.batch.length(row)
    let (positions, features) = (range(length), range(node.layout.width))
    let isPair = if case .perPair = node.layout { true } else { false }
    // Rows of a block are for perPosition nodes, and only there do vectors have a direction.
    var kind = action ?? Int.random(in: 0..<Self.actions, using: &generator)
    if isPair, kind == 6 || kind == 7 { kind = 0 }
    let vector = features.map { _ in Float.random(in: -1...1, using: &generator) }
    let made: PlacedEdit.Action
    switch kind {
    case 0: made = .replace(from: other, row: row)
    case 1: made = .zero
    case 2: made = .scale(Float.random(in: -1.5...1.5, using: &generator))
    case 3: made = .set(vector)
    case 4: made = .add(vector, times: 0.7)
    case 5: made = .addDifference(of: other, row: row, minus: base, minusRow: row, times: 0.5)
    case 7:
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      made = .projectOut(vector.map { $0 / length })
    case 8:
      made = .clamp(
        min: Float.random(in: -0.6...0, using: &generator), max: Bool.random(using: &generator) ? 0.3 : .infinity)
    default:
      let block = (0..<(positions.count + 2) * node.layout.width).map { _ in Float.random(in: -1...1, using: &generator)
      }
      made = .rows(
        Tensor(shape: [positions.count + 2, node.layout.width], block), first: 1, position: positions.lowerBound)
    }
    return PlacedEdit(
      node: node.id, row: row, positions: positions, features: features,
      sources: isPair && Bool.random(using: &generator) ? range(length) : nil, action: made)
  }

  private mutating func range(_ count: Int) -> Range<Int> {
    let first = Int.random(in: 0..<count, using: &generator)
    return first..<Int.random(in: first + 1...count, using: &generator)
  }
}
