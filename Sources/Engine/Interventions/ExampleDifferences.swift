import Execution
import ModelGraph

/// Both unedited runs of all examples at a sweep's site, from which one example's difference is added to another.
package struct ExampleDifferences: Sendable {
  /// Runs of consecutive examples.
  private var groups: [(base: Activations, other: Activations)] = []
  /// For each example, its group and its row there.
  private var places: [(group: Int, row: Int)] = []

  package init() {}

  /// Adds the runs of the examples that follow.
  package mutating func append(base: Activations, other: Activations) {
    places += (0..<base.batch.rows).map { (groups.count, $0) }
    groups.append((base, other))
  }

  package func length(_ example: Int) -> Int { groups[places[example].group].base.batch.length(places[example].row) }

  /// The other run's value minus the base run's, for some features at one position.
  package func difference(of node: Node, example: Int, position: Int, _ features: Range<Int>) -> [Float] {
    let (group, row) = places[example]
    let start = position * node.layout.width
    return groups[group].other.withExample(row, of: node) { plus in
      groups[group].base.withExample(row, of: node) { minus in
        features.map { plus[start + $0] - minus[start + $0] }
      }
    }
  }
}
