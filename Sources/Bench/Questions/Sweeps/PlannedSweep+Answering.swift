import ActivationStore
import Patching

/// The cells of one block of examples: the engine's results are passed on to the run as they arrive.
extension PlannedSweep: PlannedQuestion {
  public var room: AnswerRoom { .cells(PartialResults.Sweep(declaration, passes: passes, flags: flags)) }

  public func answer(_ unit: UnitOfWork) throws {
    let absent = absentExamples(unit.block)
    @Sendable func deliver(_ block: SweepBlock, _ grid: CellGrid) throws {
      try unit.add(answer(of: block, grid, absent: absent))
    }
    func isRun(_ grid: CellGrid) -> (Range<Int>, Range<Int>) -> Bool {
      { unit.isDone(name, .run, cells: $0.lazy.map(grid.place), examples: $1) }
    }
    switch work {
    case .site(let plan):
      if spec.method.runs {
        try engine.run(plan, block: unit.block, skipping: isRun(CellGrid())) { try deliver($0, CellGrid()) }
      }
      guard spec.method.estimates else { return }
      try engine.attribute(
        plan, block: unit.block, skipping: { unit.isDone(name, .estimate, cells: $0, examples: $1) },
        deliver: { try unit.add(answer(of: $0)) })
    case .paths(let plan, let grid):
      try engine.run(plan, block: unit.block, skipping: isRun(grid)) { try deliver($0, grid) }
    }
  }

  /// Cells that were run.
  /// - Parameters:
  ///   - grid: where the block's cells are among those of the results.
  /// - absent: examples without the positions at which paths start or end.
  private func answer(of block: SweepBlock, _ grid: CellGrid, absent: Set<Int>) -> AnswerBlock {
    let width = block.examples.count
    let lacking = block.examples.enumerated().filter { absent.contains($1) }.map(\.offset)
    var span = 0..<0
    var all: [AnswerBlock.Values] = []
    func spread(_ engineValues: [Float], _ name: String) {
      var (cells, values) = grid.spread(engineValues, cells: block.cells, examples: width)
      for column in lacking { for row in 0..<cells.count { values[row * width + column] = .nan } }
      span = cells
      all.append(.init(name, values))
    }
    for metric in engine.metrics { spread(block.values[metric] ?? [], metric.rawValue) }
    spread(block.changeNorms, Schema.Sweep.changeNorm)
    return AnswerBlock(
      stage: stage, .cells(question: name, .run, span: span, done: block.cells.map(grid.place)),
      examples: block.examples, values: all, runs: block.cells.count * width)
  }

  /// Cells that were estimated. If they are also run, norms are those of the runs.
  private func answer(of block: EstimateBlock) -> AnswerBlock {
    var all = engine.metrics.map {
      AnswerBlock.Values(Schema.Sweep.attribution(of: $0.rawValue), block.changes[$0] ?? [])
    }
    if !spec.method.runs { all.append(.init(Schema.Sweep.changeNorm, block.changeNorms)) }
    // The cells of some examples arrive in several blocks; only one of them has the last cell.
    let isLast = block.cells.upperBound == cells
    return AnswerBlock(
      stage: stage, .cells(question: name, .estimate, span: block.cells, done: Array(block.cells)),
      examples: block.examples, values: all, runs: isLast ? engine.metrics.count * block.examples.count : 0)
  }

  /// The examples without the positions at which paths start or end.
  func absentExamples(_ block: Range<Int>) -> Set<Int> {
    guard let positions = spec.pathPositions else { return [] }
    return Set(block.filter { !positions.exist(in: engine.prompts.pairs[$0].length) })
  }
}

extension SweepSpec {
  /// Where paths start and end; nil for sweeps over sites.
  fileprivate var pathPositions: PathPositions? {
    switch kind {
    case .site: nil
    case .path(let path): path.positions
    case .edges(let edges): edges.positions
    }
  }
}
