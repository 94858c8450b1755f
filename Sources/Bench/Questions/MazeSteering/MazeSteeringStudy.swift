import Diagnostics
import Execution
import ExperimentFile
import Foundation
import Interventions
import Mazes
import ModelGraph
import Patching
import Tensors
import Workbenches

/// A steering study of a policy: vectors computed in mazes and added at a site at every step, and what the mouse does
/// then.
///
/// A policy has no memory, so its behaviour in a maze is determined by what it does from every square. The scores at
/// all squares are computed once per coefficient, what is below the site once for all coefficients, and rollouts use
/// these scores.
struct MazeSteeringStudy: Sendable {
  let model: Model
  let mazes: [Maze]
  let decisions: [Decision]
  let spec: MazeSteeringSpec
  /// The nodes to which vectors are added, one after the other.
  let sites: [Node]
  /// The activations at which additivity is measured, the logits last; empty if it is not measured.
  let later: [Node]
  let threads: Int
  /// The vectors that are not each maze's own, computed when the first maze needs them.
  private let shared = Memo<MazeSteeringSpec.Source, [[[[Float]]]]>()

  /// - Throws: `InterventionError`, `GraphError` for a site or an activation that the model lacks or that cannot
  ///   change.
  init(_ spec: MazeSteeringSpec, _ drawn: DrawnMazes, model: Model, threads: Int) throws {
    self.model = model
    self.threads = threads
    self.spec = spec
    (mazes, decisions) = (drawn.mazes, drawn.decisions)
    let (graph, resolver) = (model.graph, SiteResolver(model.graph))
    let sites = try resolver.layers(try Site(spec.site)).map { try resolver.node(spec.site, layer: $0) }
    self.sites = sites
    for case .stored(let vector) in spec.terms.map(\.vector) {
      for site in sites where site.layout.width != vector.count {
        throw InterventionError.wrongVectorWidth(
          site: .hook(site.hook?.text ?? ""), width: vector.count, expected: site.layout.width)
      }
    }
    let inPath = graph.ancestors(of: [graph.logits])
    guard sites.allSatisfy({ inPath[$0.id.index] }) else { throw InterventionError.notInPath(spec.site) }
    if let names = spec.additivity {
      let chosen = names.isEmpty ? [] : try graph.nodes(matching: names).filter { $0.id != graph.logits }
      let reached = graph.descendants(of: sites[0].id)
      if let unreachable = chosen.first(where: { !reached[$0.id.index] || $0.id == sites[0].id }) {
        throw InterventionError.notLater(hook: unreachable.hook?.text ?? "", site: sites[0].hook?.text ?? "")
      }
      later = chosen + [graph[graph.logits]]
    } else {
      later = []
    }
  }

  /// How many choices of coefficients (and of sites or sources) there are in each maze.
  var cells: Int { spec.cells.count * (spec.source == .every ? mazes.count : sites.count) }

  // MARK: One maze

  /// The outcome of one maze.
  struct Outcome: Sendable {
    var unsteered = Measures()
    /// [site or source][cell]
    var steered: [[Measures]] = []
    /// The length of each term's vector at the first site, and of the activation that it is added to.
    var lengths: [Double] = []
    var activationLength = 0.0
    /// For each later activation: [cell] the length of its change, and of its part that is not additive.
    var effects: [[Float]] = []
    var interactions: [[Float]] = []
  }

  /// The measurements in a maze with one choice of coefficients.
  struct Measures: Sendable {
    /// At the decision square, the probability of the first step to the cheese, and to the corner.
    var cheese: Float = .nan
    var corner: Float = .nan
    /// The share of rollouts that reach the cheese; and of those that, before that, pass the corner, and the 5 x 5
    /// squares around it.
    var reachedCheese: Float = .nan
    var reachedCorner: Float = .nan
    var reachedRegion: Float = .nan
    /// Mean steps of the rollouts.
    var steps: Float = .nan
    /// The mean over squares of the total variation distance between the moves with and without vectors.
    var fieldChange: Float = .nan
  }

  /// The outcome of one maze.
  func outcome(of number: Int, check: () throws -> Void) throws -> Outcome {
    let (maze, decision) = (mazes[number], decisions[number])
    let isWhole = spec.rollouts > 0 || isDrawn(number)
    let squares = isWhole ? VectorField.squares(of: maze) : [decision.square]
    let vectors = try vectorSets(number)
    let cells = spec.cells
    var unsteered: [[Float]] = []
    // [site or source][cell][square]
    var steered = [[[[Float]]]](
      repeating: [[[Float]]](repeating: [], count: cells.count), count: vectors.count)
    try forEachChunk(of: squares, in: maze) { chunk in
      try check()
      unsteered += try chunk.scores([], sites[0], [])
      for (set, own) in vectors.enumerated() {
        for (place, cell) in cells.enumerated() {
          try check()
          steered[set][place] += try chunk.scores(own.vectors, own.site, cell)
        }
      }
    }
    var outcome = Outcome()
    let table = Table(maze: maze, squares: squares, number: number)
    outcome.unsteered = try measures(table, unsteered, unsteered: unsteered, decision)
    outcome.steered = try steered.map { try $0.map { try measures(table, $0, unsteered: unsteered, decision) } }
    outcome.lengths = vectors[0].vectors.map(Self.length)
    try measureAdditivity(maze, decision, vectors[0], &outcome)
    return outcome
  }

  /// A drawn maze's vector fields, without and with the vectors.
  func fields(of number: Int) throws -> MazeSteeringResults.Field {
    guard let wanted = spec.fields else { preconditionFailure("only studies with fields draw mazes") }
    let maze = mazes[number]
    let own = try vectorSets(number)[0]
    var (before, after): ([[Float]], [[Float]]) = ([], [])
    try forEachChunk(of: VectorField.squares(of: maze), in: maze) { chunk in
      before += try chunk.scores([], own.site, [])
      after += try chunk.scores(own.vectors, own.site, wanted.coefficients)
    }
    return MazeSteeringResults.Field(
      maze: maze, before: VectorField(of: maze, logits: before), after: VectorField(of: maze, logits: after))
  }

  /// Some squares of a maze, the mouse at each, and the executor of their runs.
  private struct Chunk {
    let study: MazeSteeringStudy
    let count: Int
    let executor: PartialExecutor

    /// For each square, the 15 logits with vectors times coefficients added at a site.
    func scores(_ vectors: [[Float]], _ site: Node, _ coefficients: [Float]) throws -> [[Float]] {
      let edits = try study.edits(vectors, site, coefficients, rows: count)
      return try executor.run(cells: edits.enumerated().map { Cell(row: $0, edits: $1) }).scores
    }
  }

  private func forEachChunk(of squares: [Square], in maze: Maze, _ body: (Chunk) throws -> Void) throws {
    for start in stride(from: 0, to: squares.count, by: Self.picturesAtATime) {
      let chunk = squares[start..<min(squares.count, start + Self.picturesAtATime)]
      let batch = try Batch(observations: observations(of: try chunk.map { try maze.withMouse(at: $0) }))
      let kept = Set(PartialExecutor.keptNodes(model.graph)).union(sites.map(\.id))
      let base = try Oracle(model).run(batch, keeping: kept)
      try body(
        Chunk(study: self, count: chunk.count, executor: try PartialExecutor(model, base: base, columns: .whole)))
    }
  }

  /// What is added in one maze, for each site or source in turn: a vector per term, and its site.
  private func vectorSets(_ number: Int) throws -> [(site: Node, vectors: [[Float]])] {
    let shared = try shared.value(for: spec.source) { try sharedVectors(threads: threads) }
    switch spec.source {
    case .own, .mean:
      let own = try shared.first ?? vectors(number)
      return sites.enumerated().map { place, site in (site, own.map { $0[place] }) }
    case .every: return shared.map { vectors in (sites[0], vectors.map { $0[0] }) }
    }
  }

  /// Few enough for a base run's activations to take some tens of megabytes, and partly to stay in the cache.
  private static let picturesAtATime = 32

  /// What is added in each row: every vector times its coefficient.
  func edits(_ vectors: [[Float]], _ site: Node, _ cell: [Float], rows: Int) throws -> [[PlacedEdit]] {
    let additions = zip(vectors, cell).filter { $0.1 != 0 }.map { vector, coefficient in
      Edit.Addition(.vectors([vector], layers: nil), coefficients: [coefficient])
    }
    let placer = try EditPlacer(
      .addSeveral(additions), at: Site(.hook(site.hook?.text ?? "")), in: model.graph)
    return try (0..<rows).map { try placer.edits(row: $0, length: 1) ?? [] }
  }

  // MARK: Measuring

  /// The squares of a maze with known scores.
  private struct Table {
    let maze: Maze
    let squares: [Square]
    /// The maze's number, which determines its rollouts' random numbers.
    let number: Int
  }

  /// - Parameter scores: for each square of the table, the 15 logits.
  private func measures(
    _ table: Table, _ scores: [[Float]], unsteered: [[Float]], _ decision: Decision
  ) throws -> Measures {
    var measures = Measures()
    let places = Dictionary(uniqueKeysWithValues: table.squares.enumerated().map { ($1, $0) })
    guard let place = places[decision.square] else { preconditionFailure("a decision square is open") }
    let moves = MoveProbabilities(logits: scores[place])
    measures.cheese = Float(moves[decision.toCheese])
    measures.corner = Float(moves[decision.toCorner])
    guard table.squares.count > 1 || spec.rollouts > 0 else { return measures }
    let (before, after) = (
      VectorField(of: table.maze, logits: unsteered), VectorField(of: table.maze, logits: scores)
    )
    measures.fieldChange = Float(try FieldDifference(from: before, to: after).meanTotalVariation)
    guard spec.rollouts > 0 else { return measures }
    // The same random numbers for all vectors, so that differences are due to the vectors.
    let rolloutSpec = RolloutSpec(choice: .sample(seed: UInt64(table.number)), stepLimit: spec.stepLimit)
    let played = try rollouts(
      of: [Maze](repeating: table.maze, count: spec.rollouts), spec: rolloutSpec
    ) { _, square in places[square].map { scores[$0] } ?? [] }
    let summary = RolloutSummary(played)
    measures.reachedCheese = Float(summary.cheeseShare)
    measures.reachedCorner = Float(summary.cornerShare)
    let inRegion = played.count { $0.reached(.topRight(5), of: table.maze) }
    measures.reachedRegion = Float(inRegion) / Float(played.count)
    measures.steps = Float(played.reduce(0) { $0 + $1.steps }) / Float(played.count)
    return measures
  }
}
