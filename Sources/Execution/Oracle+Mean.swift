import ModelGraph
import Tensors

extension Oracle {
  /// The mean of some activations over all prompts of a batch, position by position, as a run of one row; sums in double precision.
  /// - Precondition: all prompts have one length.
  /// - Throws: `RunError` as `run` does.
  public func mean(of nodes: [NodeID], over batch: Batch) throws -> Activations {
    precondition(Set((0..<batch.rows).map(batch.length)).count == 1, "a mean by position needs one length")
    let one = batch.gathering(rows: [0])
    var sums = nodes.map { [Double](repeating: 0, count: one.count(model.graph[$0].layout)) }
    for rows in batch.groups(ofEntries: 1024) {
      let run = try run(batch.gathering(rows: Array(rows)), keeping: nodes)
      for row in 0..<rows.count {
        for (place, id) in nodes.enumerated() {
          run.withExample(row, of: model.graph[id]) { values in
            for i in values.indices { sums[place][i] += Double(values[i]) }
          }
        }
      }
    }
    var means: [NodeID: Tensor] = [:]
    for (id, sum) in zip(nodes, sums) {
      means[id] = Tensor(shape: [sum.count], sum.map { Float($0 / Double(batch.rows)) })
    }
    return Activations(batch: one, values: means)
  }
}
