import ModelGraph
import Tensors

/// One edited run of one prompt of a base batch.
public struct Cell: Sendable {
  /// The base batch's row that is run.
  public let row: Int
  /// Edits of that row.
  public let edits: [PlacedEdit]

  /// - Precondition: every edit is of that row.
  public init(row: Int, edits: [PlacedEdit]) {
    precondition(edits.allSatisfy { $0.row == row }, "a cell edits its own row")
    self.row = row
    self.edits = edits
  }
}

/// Which scores of the last position are needed.
public enum ScoreColumns: Sendable {
  /// All of the vocabulary.
  case whole
  /// For each row of the base batch, these tokens.
  case chosen([[Int32]])
}

/// The results of some cells.
public struct CellResults: Sendable {
  /// For each cell, the scores at the last position: all, or the chosen ones.
  public let scores: [[Float]]
  /// For each cell, the L2 norm of (edited - original) over all its edits; exactly 0 if nothing changed.
  public let changeNorms: [Double]
  /// Floating-point operations of the matrix products, two for each multiply-add; those of attention and norms are not
  /// counted.
  public let productOperations: Double

  public init(scores: [[Float]], changeNorms: [Double], productOperations: Double) {
    self.scores = scores
    self.changeNorms = changeNorms
    self.productOperations = productOperations
  }
}

extension PlacedEdit {
  /// The same edit in another row of a batch.
  package func moved(toRow row: Int) -> PlacedEdit {
    PlacedEdit(node: node, row: row, positions: positions, features: features, sources: sources, action: action)
  }
}

extension Oracle {
  /// Runs cells by recomputing everything; each is a prompt in a batch of its own.
  /// - Parameter base: the batch whose rows the cells refer to.
  /// - Throws: `RunError` as `run` does.
  public func run(cells: [Cell], base: Batch, columns: ScoreColumns) throws -> CellResults {
    guard !cells.isEmpty else { return CellResults(scores: [], changeNorms: [], productOperations: 0) }
    let batch = base.gathering(rows: cells.map(\.row))
    let edits = cells.enumerated().flatMap { place, cell in cell.edits.map { $0.moved(toRow: place) } }
    let (logits, activations) = try lastLogits(batch, edits: edits)
    var squares = [Double](repeating: 0, count: cells.count)
    for (edit, report) in zip(edits, activations.reports) {
      squares[edit.row] += report.changeNorm * report.changeNorm
    }
    let width = logits.count / cells.count
    let scores = logits.withValues { values in
      cells.indices.map { place -> [Float] in
        let own = UnsafeBufferPointer(rebasing: values[place * width..<(place + 1) * width])
        switch columns {
        case .whole: return Array(own)
        case .chosen(let tokens): return tokens[cells[place].row].map { own[Int($0)] }
        }
      }
    }
    return CellResults(
      scores: scores, changeNorms: squares.map { $0.squareRoot() },
      productOperations: batch.operations(of: model.graph))
  }
}

extension Batch {
  /// Floating-point operations of a run's matrix products at every token, two for each multiply-add.
  func operations(of graph: ModelGraph) -> Double {
    let needed = graph.ancestors(of: [graph.logits])
    return graph.nodes.reduce(0) { $0 + (needed[$1.id.index] ? $1.operation.operationsPerEntry * Double(entries) : 0) }
  }
}

extension Operation {
  /// Floating-point operations of a matrix product for one entry, two for each multiply-add; 0 for everything else.
  var operationsPerEntry: Double {
    switch self {
    case .linear(let map), .headResults(let map, _): 2 * Double(map.inputs) * Double(map.outputs)
    case .linearByHead(let map, _): 2 * Double(map.inputs) * Double(map.outputs)
    case .convolution(let map):
      2 * Double(map.inputs * map.kernel * map.kernel) * Double(map.outputs * map.rows * map.columns)
    default: 0
    }
  }
}
