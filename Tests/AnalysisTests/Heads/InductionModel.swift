import Checkpoints
import Execution
import ModelGraph
import Tensors

/// Two attention layers of three heads each, with every weight set by hand: 8 tokens, 15 positions, no norm. Features:
///
///     0 ..< 8     token, one-hot
///     8 ..< 23    position, one-hot
///     23 ..< 31   the token before, one-hot: written by head 0.0
///
/// Queries are 40 times what they read, so that a head whose query matches a key attends nowhere else (e^-40 is
/// nothing).
///
///     head  query     key                 value  output          looks at
///     0.0   position  position moved on   token  token before    the token before
///     0.1   position  position            token  nothing         itself
///     0.2   any       position 0          token  nothing         the first position
///     1.0   token     token before        token  token           what followed the same token: induction, by way of 0.0's output
///     1.1   token     token               token  -token          the same token, itself included
///     1.2   nothing   nothing             token  nothing         everything alike
enum InductionModel {
  static let vocabulary = 8
  static let context = 15
  private static let dHead = 15
  private static let dModel = 31

  static func make() -> Model {
    var spec = TransformerSpec(
      family: "patchbay", layers: 2, heads: 3, keyValueHeads: 3, dModel: dModel, dHead: dHead, dMlp: 0,
      vocabulary: vocabulary, context: context, norm: .init(kind: nil), activation: .relu, positions: .learned)
    spec.attentionScale = 1
    let (token, position, before) = (0, vocabulary, vocabulary + context)
    var weights: [String: Grid] = [:]
    for name in ["embed.weight", "unembed.weight"] {
      weights[name] = Grid(vocabulary, dModel).setting((0..<vocabulary).map { ($0, token + $0, 1) })
    }
    weights["pos_embed.weight"] = Grid(context, dModel).setting((0..<context).map { ($0, position + $0, 1) })
    let tokens = 0..<vocabulary
    let places = 0..<context
    // [head's feature, stream's feature, number]
    weights["blocks.0.attn.q.weight"] = heads([
      places.map { ($0, position + $0, 40) }, places.map { ($0, position + $0, 40) },
      places.map { (0, position + $0, 40) },
    ])
    weights["blocks.0.attn.k.weight"] = heads([
      places.dropLast().map { ($0 + 1, position + $0, 1) }, places.map { ($0, position + $0, 1) },
      [(0, position, 1)],
    ])
    weights["blocks.1.attn.q.weight"] = heads([
      tokens.map { ($0, token + $0, 40) }, tokens.map { ($0, token + $0, 40) }, [],
    ])
    weights["blocks.1.attn.k.weight"] = heads([
      tokens.map { ($0, before + $0, 1) }, tokens.map { ($0, token + $0, 1) }, [],
    ])
    for layer in 0..<2 {
      weights["blocks.\(layer).attn.v.weight"] = heads(
        [[(Int, Int, Float)]](repeating: tokens.map { ($0, token + $0, 1) }, count: 3))
    }
    weights["blocks.0.attn.o.weight"] = heads([tokens.map { ($0, before + $0, 1) }, [], []]).turned
    weights["blocks.1.attn.o.weight"] =
      heads([tokens.map { ($0, token + $0, 1) }, tokens.map { ($0, token + $0, -1) }, []]).turned
    let graph = spec.graph()
    return Model(
      graph: graph,
      weights: Weights(
        graph.weights.map { declaration in
          let grid = weights[declaration.name] ?? Grid(declaration.shape[0], declaration.shape[1])
          precondition([grid.rows, grid.columns] == declaration.shape, "\(declaration.name) has another shape")
          return Tensor(shape: declaration.shape, grid.values).matrix
        }))
  }

  /// The heads' rows stacked, [heads * dHead, dModel].
  private static func heads(_ entries: [[(Int, Int, Float)]]) -> Grid {
    Grid(entries.count * dHead, dModel).setting(
      entries.enumerated().flatMap { head, entries in entries.map { (head * dHead + $0.0, $0.1, $0.2) } })
  }

  /// A sparse matrix.
  private struct Grid {
    let rows: Int
    let columns: Int
    var values: [Float]

    init(_ rows: Int, _ columns: Int) {
      (self.rows, self.columns) = (rows, columns)
      values = [Float](repeating: 0, count: rows * columns)
    }

    func setting(_ entries: [(Int, Int, Float)]) -> Grid {
      var grid = self
      for (row, column, value) in entries { grid.values[row * columns + column] = value }
      return grid
    }

    var turned: Grid {
      var grid = Grid(columns, rows)
      for row in 0..<rows {
        for column in 0..<columns { grid.values[column * rows + row] = values[row * columns + column] }
      }
      return grid
    }
  }
}
