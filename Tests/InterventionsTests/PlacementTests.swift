import Execution
import Interventions
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Which numbers a placed edit changes: found by adding 1 to them and checking where the activation grew.
@Suite struct PlacementTests {
  private let model = randomModel(SmallSpec.all[0].spec, GraphOptions(splitsInputs: true, separatesResults: true))
  private let lengths = [2, 3]

  /// Every subset of the entries of an axis.
  private func subsets(_ count: Int) -> [[Int]] {
    (0..<1 << count).map { bits in (0..<count).filter { bits >> $0 & 1 == 1 } }
  }

  /// How much each number of row 1 grew, and each of row 0, which must not.
  private func growth(_ node: Node, _ edits: [PlacedEdit]) throws -> [Int] {
    let batch = try Batch(prompts: [[1, 2], [3, 4, 5]])
    let oracle = Oracle(model)
    let before = try #require(try oracle.run(batch, keeping: [node.id])[node.id]).values
    let run = try oracle.run(batch, edits: edits, keeping: [node.id])
    let after = try #require(run[node.id]).values
    #expect(run.reports.allSatisfy { $0.numbersWritten > 0 })
    let grown = zip(after, before).map { Int(($0 - $1).rounded()) }
    #expect(grown.reduce(0, +) == run.reports.reduce(0) { $0 + $1.numbersWritten })
    let own = try Oracle(model).run(Batch(prompts: [[1, 2]]), keeping: [node.id])
    let first = try #require(own[node.id]).count
    #expect(grown[..<first].allSatisfy { $0 == 0 })
    return Array(grown[first...])
  }

  private func edits(_ node: Node, _ indices: [SiteAxis: [Int]]) -> [PlacedEdit] {
    SiteResolver(model.graph).place(node, row: 1, length: 3, at: indices, action: .zero).map { edit in
      PlacedEdit(
        node: edit.node, row: edit.row, positions: edit.positions, features: edit.features, sources: edit.sources,
        action: .add([Float](repeating: 1, count: edit.features.count), times: 1))
    }
  }

  @Test(arguments: [SiteName.residPre, .residMid, .residPost, .attnOut, .mlpOut, .mlpIn])
  func everySetOfPositions(site: SiteName) throws {
    let node = try SiteResolver(model.graph).node(site, layer: 1)
    for positions in subsets(3) {
      let expected = (0..<3).flatMap { [Int](repeating: positions.contains($0) ? 1 : 0, count: 8) }
      #expect(try growth(node, edits(node, [.position: positions])) == expected, "\(positions)")
    }
    #expect(try growth(node, edits(node, [:])).allSatisfy { $0 == 1 })
  }

  @Test(arguments: [SiteName.q, .k, .v, .z, .result, .qInput])
  func everySetOfPositionsAndHeads(site: SiteName) throws {
    let node = try SiteResolver(model.graph).node(site, layer: 0)
    let width = node.layout.width / 2
    for positions in subsets(3) {
      for heads in subsets(2) {
        let expected = (0..<3).flatMap { position in
          (0..<2).flatMap { head in
            [Int](repeating: positions.contains(position) && heads.contains(head) ? 1 : 0, count: width)
          }
        }
        #expect(try growth(node, edits(node, [.position: positions, .head: heads])) == expected)
      }
    }
  }

  @Test(arguments: [SiteName.mlpPre, .mlpPost])
  func everySetOfPositionsAndNeurons(site: SiteName) throws {
    let node = try SiteResolver(model.graph).node(site, layer: 1)
    for positions in [[], [0], [0, 2], [2, 1, 2], [0, 1, 2]] {
      for neurons in subsets(5) {
        let expected = (0..<3).flatMap { position in
          (0..<5).map { positions.contains(position) && neurons.contains($0) ? 1 : 0 }
        }
        #expect(try growth(node, edits(node, [.position: positions, .neuron: neurons])) == expected)
      }
    }
  }

  @Test func everySetOfHeadsDestinationsAndSources() throws {
    let node = try SiteResolver(model.graph).node(.pattern, layer: 1)
    for heads in subsets(2) {
      for destinations in subsets(3) {
        for sources in subsets(3) {
          let expected = (0..<2).flatMap { head in
            (0..<3).flatMap { destination in
              (0..<3).map { heads.contains(head) && destinations.contains(destination) && sources.contains($0) ? 1 : 0 }
            }
          }
          let placed = edits(node, [.head: heads, .destination: destinations, .source: sources])
          #expect(try growth(node, placed) == expected, "\(heads) \(destinations) \(sources)")
        }
      }
    }
    #expect(try growth(node, edits(node, [:])) == [Int](repeating: 1, count: 18))
  }

  @Test func neighboursShareAnEdit() throws {
    let node = try SiteResolver(model.graph).node(.z, layer: 0)
    #expect(edits(node, [:]).count == 1)
    #expect(edits(node, [.position: [2, 0, 1, 1]]).count == 1)
    #expect(edits(node, [.position: [0, 2]]).count == 2)
    #expect(edits(node, [.position: [0, 2], .head: [1]]).map(\.features) == [4..<8, 4..<8])
    #expect(edits(node, [.position: []]).isEmpty)
  }

  @Test func aVectorFallsOnItsOwnFeaturesOrHeads() throws {
    let batch = try Batch(prompts: [[1, 2]])
    let resolver = SiteResolver(model.graph)
    for (site, vector, expected): (SiteName, [Float], [Float]) in [
      (.residPre, [1, 2, 3], [0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0]),
      (.z, [1, 2, 3], [0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0]),
    ] {
      let node = try resolver.node(site, layer: 0)
      let edits = [
        PlacedEdit(node: node.id, row: 0, positions: 0..<2, features: 0..<8, action: .zero),
        PlacedEdit(node: node.id, row: 0, positions: 0..<2, features: 2..<5, action: .set(vector)),
      ]
      #expect(try Oracle(model).run(batch, edits: edits, keeping: [node.id])[node.id]?.values == expected)
    }
    let pattern = try resolver.node(.pattern, layer: 0)
    let edit = PlacedEdit(node: pattern.id, row: 0, positions: 1..<2, features: 0..<2, action: .set([3, 4]))
    let values = try #require(try Oracle(model).run(batch, edits: [edit], keeping: [pattern.id])[pattern.id]).values
    #expect(values == [1, 0, 3, 3, 1, 0, 4, 4])
  }
}
