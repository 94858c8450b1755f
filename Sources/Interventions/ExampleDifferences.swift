import Execution
import ModelGraph

/// Both unedited runs of all examples at a sweep's site: what one example's difference is added to another from.
package struct ExampleDifferences: Sendable {
  private let base: Activations
  private let other: Activations

  package init(base: Activations, other: Activations) {
    self.base = base
    self.other = other
  }

  package func length(_ example: Int) -> Int { base.batch.length(example) }

  /// The other run's value less the base run's, of some features at one position.
  package func difference(of node: Node, example: Int, position: Int, _ features: Range<Int>) -> [Float] {
    let start = position * node.layout.width
    return other.withExample(example, of: node) { plus in
      base.withExample(example, of: node) { minus in
        features.map { plus[start + $0] - minus[start + $0] }
      }
    }
  }
}
