import ActivationStore
import Diagnostics
import ExperimentFile
import Interventions
import LabelledArrays
import ModelGraph
import Patching
import Workbenches

extension SweepSpec: Question {
  public static let questionKind = QuestionKind(
    key: "sweeps", meaning: "what is edited where", one: "a sweep", listed: "sweeps", inputs: .any,
    tables: [.sweep, .path, .edit] + KeyTable.editArguments + [.found, .norm, .standing]
  ) { try $0.sweep(folder: $1.folder, metrics: $1.metrics) }

  public var vectorOrigins: [VectorOrigin] { origins }

  public var vectors: [[Float]] {
    guard let sweep else { return [] }
    return ([sweep.edit] + sweep.standing.map(\.edit)).flatMap(\.kind.vectors)
  }

  /// The sweep and, if requested, what its added directions do together.
  public func plan(in context: PlanningContext) throws -> [any PlannedQuestion] {
    let planned = try context.engine(options).plan(self)
    guard let additivity else { return [planned] }
    return [planned, try PlannedAdditivity(of: planned, additivity)]
  }

  /// The graph options that its edits need.
  var options: GraphOptions {
    sweep.map { .needed(by: [$0.site.name] + $0.standing.map(\.site.name)) } ?? GraphOptions()
  }
}

extension PatchingEngine {
  /// Checks that a sweep fits the model and the prompts, and lays out its results.
  /// - Throws: `ExperimentError` at the sweep's line.
  func plan(_ spec: SweepSpec) throws -> PlannedSweep {
    do {
      switch spec.kind {
      case .site(let sweep):
        let plan = try plan(sweep)
        try check(sweep, spec)
        return PlannedSweep(spec, plan, engine: self)
      case .path(let path): return try plan(path, spec)
      case .edges(let edges): return try plan(edges, spec)
      }
    } catch let error as ExperimentError {
      throw error
    } catch let error as PatchingError {
      // These errors name the sweep themselves.
      throw ExperimentError.inFile(spec.place, .caused(error.message))
    } catch let error as any DiagnosedError {
      throw ExperimentError.inFile(spec.place, .sweepDoesNotFit(sweep: spec.name, reason: error.message))
    }
  }

  /// Looks for an axis of the model on which a site is empty (`3..-2` of four) or has an entry twice (`[3, -1]` of
  /// four). The planner checks the axes of prompts.
  private func check(_ sweep: Sweep, _ spec: SweepSpec) throws {
    let resolver = SiteResolver(model.graph)
    for axis in sweep.site.name.axes {
      let entries: [Int]
      switch axis {
      case .layer, .site: entries = try resolver.layers(sweep.site)
      case .channel, .row, .column, .unit:
        // A hook that is not narrowed along an axis need not have that axis.
        guard sweep.site[axis] != .all else { continue }
        entries = try resolver.features(axis, of: sweep.site)
      case .head where sweep.site.name.layerAxis == .site && sweep.site[axis] == .all: continue
      case .head, .neuron: entries = try resolver.features(axis, of: sweep.site)
      case .position, .destination, .source: continue
      }
      if entries.isEmpty {
        throw ExperimentError.inFile(spec.place, .emptySelection(sweep: spec.name, axis: axis.rawValue))
      }
      var seen = Set<Int>()
      if let entry = entries.first(where: { !seen.insert($0).inserted }) {
        throw ExperimentError.inFile(spec.place, .repeatedEntry(sweep: spec.name, axis: axis.rawValue, entry: entry))
      }
    }
  }

  // MARK: Paths

  private func plan(_ path: PathSpec, _ spec: SweepSpec) throws -> PlannedSweep {
    let sweep = try PathSweep(
      name: spec.name, senders: path.senders.groups(try model.graph.transformer()), receivers: path.receivers,
      freeze: path.freeze,
      together: path.together, senderPositions: path.positions.senders, receiverPositions: path.positions.receivers)
    let whole = try plan(sweep)
    return PlannedSweep(
      spec, axes: whole.labelledAxes, runs: whole.cells, hasPath: whole.hasPath, work: .paths(whole, CellGrid()),
      engine: self)
  }

  /// Every head into every input of every head. If heads share keys and values, heads without an input of their own
  /// have cells without a run.
  private func plan(_ edges: EdgeSpec, _ spec: SweepSpec) throws -> PlannedSweep {
    let anatomy = try model.graph.transformer()
    let d = anatomy.dimensions
    let placed = anatomy.receivers().compactMap { receiver -> (column: Int, receiver: Receiver)? in
      guard let head = receiver.head, let place = edges.inputs.firstIndex(where: { $0 == receiver.input }) else {
        return nil
      }
      return ((head.layer * d.heads + head.head) * edges.inputs.count + place, receiver)
    }.sorted { $0.column < $1.column }
    let sweep = try PathSweep(
      name: spec.name, senders: anatomy.senders(mlps: false, embed: false).map { [$0] },
      receivers: placed.map(\.receiver), freeze: edges.freeze, together: false,
      senderPositions: edges.positions.senders, receiverPositions: edges.positions.receivers)
    let whole = try plan(sweep)
    let width = d.layers * d.heads * edges.inputs.count
    var hasPath = [Bool](repeating: false, count: whole.senders * width)
    let grid = CellGrid(columns: placed.map(\.column), width: width)
    for (cell, path) in whole.hasPath.enumerated() where path { hasPath[grid.place(of: cell)] = true }
    let axes = [
      LabelledAxis("sender_layer", .range(d.layers)), LabelledAxis("sender_head", .range(d.heads)),
      LabelledAxis("receiver_layer", .range(d.layers)), LabelledAxis("receiver_head", .range(d.heads)),
      LabelledAxis("input", .texts(edges.inputs.map(\.rawValue))),
    ]
    return PlannedSweep(
      spec, axes: axes, runs: whole.cells, hasPath: hasPath, work: .paths(whole, grid), engine: self)
  }
}

extension PathSpec.Senders {
  /// The senders of a model, each group patched at once.
  fileprivate func groups(_ anatomy: Anatomy) -> [[Sender]] {
    switch self {
    case .groups(let groups): groups
    case .every(let kind):
      anatomy.senders(
        heads: kind == .heads || kind == .all, mlps: kind == .mlps || kind == .all,
        embed: kind == .embed || kind == .all
      ).map { [$0] }
    }
  }
}
