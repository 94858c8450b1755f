import CHDF5
import LabelledArrays

/// The parts of a results file shared by finished and partial ones.
extension OutputFile {
  /// `/prompts`, a few hundred rows at a time, so that rows which are made on demand never exist all at once.
  func writePrompts(_ prompts: some Collection<PromptRow>) throws {
    var (longest, columns) = (0, PromptColumns())
    for row in prompts {
      longest = max(longest, row.cleanTokens.count)
      columns.formUnion(row.columns)
    }
    let table = try PromptTable(in: self, columns: columns, examples: prompts.count, positions: longest)
    try table.write(prompts, from: 0)
  }

  /// `/baseline/RUN/METRIC` [example] of a run in progress: NaN until written.
  func declareBaseline(_ run: StoredRun, metrics: [String], examples: Int) throws {
    let group = try addGroup(Schema.baseline.path(run.rawValue))
    try group.addAxis(LabelledAxis(Schema.Axis.example, .range(examples)))
    for metric in metrics.sorted() {
      try group.addDataset(metric, axes: [Schema.Axis.example], type: .float32, inPlace: true)
    }
  }

  /// `/baseline/RUN/METRIC` [example].
  func writeBaseline(
    _ run: StoredRun, metrics: [String: [Float]], examples: Int, attributes: [String: Attribute] = [:]
  ) throws {
    let path = Schema.baseline.path(run.rawValue)
    let group = try addGroup(path)
    try group.addAxis(LabelledAxis(Schema.Axis.example, .range(examples)))
    try group.set(attributes)
    for (metric, values) in metrics.sorted(by: { $0.key < $1.key }) {
      let dataset = try group.addDataset(metric, axes: [Schema.Axis.example], type: .float32)
      guard values.count == examples else {
        throw StoreError.wrongShape(
          path: target, dataset: "\(path)/\(metric)", found: [values.count],
          expected: "\(examples) values for [\(examples)]")
      }
      try writing(target, "\(path)/\(metric)") {
        try dataset.with { try $0.write(values, as: pb_native_float(), nil) }
      }
    }
  }

  /// Creates the group of a sweep, its axes and its datasets, with no cell written yet.
  /// - Parameter inPlace: whether all datasets are allocated from the start (`DatasetRecipe.isInPlace`).
  func declare(_ sweep: SweepDeclaration, examples: Int, inPlace: Bool = false) throws {
    guard isUsableName(sweep.name) else {
      throw StoreError.badName(path: target, name: sweep.name, problem: .unusable)
    }
    let group = try addGroup(Schema.sweeps.path(sweep.name))
    for axis in sweep.axes { try group.addAxis(axis) }
    try group.addAxis(LabelledAxis(Schema.Axis.example, .range(examples)))
    let (cells, all) = (sweep.axes.map(\.name), sweep.axes.map(\.name) + [Schema.Axis.example])
    for metric in sweep.metrics { try group.addDataset(metric, axes: all, type: .float32, inPlace: inPlace) }
    if sweep.hasChangeNorm {
      try group.addDataset(Schema.Sweep.changeNorm, axes: all, type: .float32, inPlace: inPlace)
    }
    for extra in sweep.extras {
      try group.addDataset(
        extra.name, axes: extra.perExample ? all : cells, type: extra.kind == .int8 ? .int8 : .float32,
        integerFill: -1, inPlace: inPlace, attributes: extra.attributes)
    }
    try group.set(sweep.attributes)
  }
}
