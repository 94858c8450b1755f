import Diagnostics
import Execution
import Foundation
import Interventions
import Mazes
import ModelGraph
import Patching
import Tensors

/// One steering study of a policy: vectors made in mazes, added at a site whatever the mouse sees, and what the mouse does then.
///
/// A policy knows nothing of the steps before, so what it does from every square of a maze is all there is to know: the scores at all squares are computed
/// once for each coefficient, what lies below the site once for all of them, and rollouts are played on those.
struct MazeSteeringStudy: Sendable {
  let model: Model
  let mazes: [Maze]
  let decisions: [Decision]
  let spec: MazeSteeringSpec
  /// The nodes that are added to, one after the other.
  let sites: [Node]
  /// The activations at which additivity is measured, the logits last; empty where it is not.
  let later: [Node]

  /// - Throws: `InterventionError`, `GraphError` for a site or an activation that the model does not have, or that cannot change.
  init(_ spec: MazeSteeringSpec, _ drawn: DrawnMazes, model: Model) throws {
    self.model = model
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
      if let deaf = chosen.first(where: { !reached[$0.id.index] || $0.id == sites[0].id }) {
        throw InterventionError.notLater(hook: deaf.hook?.text ?? "", site: sites[0].hook?.text ?? "")
      }
      later = chosen + [graph[graph.logits]]
    } else {
      later = []
    }
  }

  /// How many choices of coefficients (and of sites or sources) there are in each maze.
  var cells: Int { spec.cells.count * (spec.source == .every ? mazes.count : sites.count) }

  /// - Parameters:
  ///   - kept: what became of mazes that need not be done again.
  ///   - deliver: called when a maze is done, by one thread at a time; what it throws ends the study.
  func run(
    threads: Int, kept: [Int: Outcome] = [:], deliver: @escaping @Sendable (Int, Outcome) throws -> Void
  ) throws -> MazeSteeringResults {
    let outcomes = Outcomes<Outcome>(count: mazes.count)
    for (number, outcome) in kept { outcomes.set(number, outcome) }
    let missing = mazes.indices.filter { kept[$0] == nil }
    let shared = missing.isEmpty ? [] : try sharedVectors(threads: threads)
    try WorkerPool.run(count: missing.count, threads: threads) { place, check in
      (missing[place], try self.outcome(of: missing[place], shared: shared, check: check))
    } deliver: { number, outcome in
      outcomes.set(number, outcome)
      try deliver(number, outcome)
    }
    return MazeSteeringResults(self, outcomes.all)
  }

  // MARK: One maze

  /// What becomes of one maze.
  struct Outcome: Sendable {
    var unsteered = Measures()
    /// [site or source][cell]
    var steered: [[Measures]] = []
    /// The length of each term's vector at the first site, and of the activation that it is added to.
    var lengths: [Double] = []
    var activationLength = 0.0
    var fields: (before: VectorField, after: VectorField)?
    /// For each later activation: [cell] the length of its change, and of what is not additive in it.
    var effects: [[Float]] = []
    var interactions: [[Float]] = []
  }

  /// What is measured of a maze under one choice of coefficients.
  struct Measures: Sendable {
    /// At the decision square, the probability of the first step to the cheese, and to the corner.
    var cheese: Float = .nan
    var corner: Float = .nan
    /// The share of rollouts that reach the cheese; that come by the corner, and by the 5 x 5 squares around it, before.
    var reachedCheese: Float = .nan
    var reachedCorner: Float = .nan
    var reachedRegion: Float = .nan
    /// Mean steps of the rollouts.
    var steps: Float = .nan
    /// Mean over squares of the total variation between the moves with and without.
    var fieldChange: Float = .nan
  }

  private func outcome(of number: Int, shared: [[[[Float]]]], check: () throws -> Void) throws -> Outcome {
    let (maze, decision) = (mazes[number], decisions[number])
    let wantsField = isDrawn(number)
    let isWhole = spec.rollouts > 0 || wantsField
    let squares = isWhole ? VectorField.squares(of: maze) : [decision.square]
    let vectors = try vectorSets(number, shared)
    let cells = spec.cells
    var unsteered: [[Float]] = []
    // [site or source][cell][square]
    var steered = [[[[Float]]]](
      repeating: [[[Float]]](repeating: [], count: cells.count), count: vectors.count)
    var fieldScores: [[Float]] = []
    for chunk in stride(from: 0, to: squares.count, by: Self.picturesAtATime).map({
      Array(squares[$0..<min(squares.count, $0 + Self.picturesAtATime)])
    }) {
      try check()
      let batch = try Batch(observations: observations(of: try chunk.map { try maze.withMouse(at: $0) }))
      let kept = Set(PartialExecutor.keptNodes(model.graph)).union(sites.map(\.id))
      let base = try Oracle(model).run(batch, keeping: kept)
      let executor = try PartialExecutor(model, base: base, columns: .whole)
      func scores(_ vectors: [[Float]], _ site: Node, _ cell: [Float]) throws -> [[Float]] {
        let edits = try edits(vectors, site, cell, rows: chunk.count)
        return try executor.run(cells: edits.enumerated().map { Cell(row: $0, edits: $1) }).scores
      }
      unsteered += try executor.run(cells: chunk.indices.map { Cell(row: $0, edits: []) }).scores
      for (set, own) in vectors.enumerated() {
        for (place, cell) in cells.enumerated() {
          try check()
          steered[set][place] += try scores(own.vectors, own.site, cell)
        }
      }
      if wantsField, let fields = spec.fields {
        fieldScores += try scores(vectors[0].vectors, vectors[0].site, fields.coefficients)
      }
    }
    var outcome = Outcome()
    let table = Table(maze: maze, squares: squares, number: number)
    outcome.unsteered = try measures(table, unsteered, unsteered: unsteered, decision)
    outcome.steered = try steered.map { try $0.map { try measures(table, $0, unsteered: unsteered, decision) } }
    if wantsField {
      outcome.fields = (VectorField(of: maze, logits: unsteered), VectorField(of: maze, logits: fieldScores))
    }
    outcome.lengths = vectors[0].vectors.map(Self.length)
    try measureAdditivity(maze, decision, vectors[0], &outcome)
    return outcome
  }

  /// What is added in one maze, for each site or source in turn: a vector for each term, and where.
  /// - Parameter shared: what `sharedVectors` gave.
  private func vectorSets(_ number: Int, _ shared: [[[[Float]]]]) throws -> [(site: Node, vectors: [[Float]])] {
    switch spec.source {
    case .own, .mean:
      let own = try shared.first ?? vectors(number)
      return sites.enumerated().map { place, site in (site, own.map { $0[place] }) }
    case .every: return shared.map { vectors in (sites[0], vectors.map { $0[0] }) }
    }
  }

  /// Few enough for a base run's activations to take some tens of megabytes, and to stay in the cache in part.
  private static let picturesAtATime = 32

  /// What is added in each of some rows: every vector times its coefficient.
  func edits(_ vectors: [[Float]], _ site: Node, _ cell: [Float], rows: Int) throws -> [[PlacedEdit]] {
    let additions = zip(vectors, cell).filter { $0.1 != 0 }.map { vector, coefficient in
      Edit.Addition(.vectors([vector], layers: nil), coefficients: [coefficient])
    }
    let placer = try EditPlacer(
      .addSeveral(additions), at: Site(.hook(site.hook?.text ?? "")), in: model.graph)
    return try (0..<rows).map { try placer.edits(row: $0, length: 1) ?? [] }
  }

  // MARK: Measuring

  /// The squares of a maze whose scores are known.
  private struct Table {
    let maze: Maze
    let squares: [Square]
    /// The maze's place, which its rollouts' random numbers go by.
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
    // The same random numbers whatever is added: differences are the vector's.
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

/// What workers find, by number. `@unchecked Sendable`: the lock guards it.
final class Outcomes<T: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var found: [T?]

  init(count: Int) { found = [T?](repeating: nil, count: count) }

  func set(_ number: Int, _ outcome: T) { lock.withLock { found[number] = outcome } }

  var all: [T] { lock.withLock { found.compactMap { $0 } } }
}
