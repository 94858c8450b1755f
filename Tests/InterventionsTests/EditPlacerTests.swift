import Execution
import Interventions
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Sites and edits become placed edits.
@Suite struct EditPlacerTests {
  private let model = randomModel(SmallSpec.all[0].spec)
  private let batch: Batch
  private let other: Batch

  init() throws {
    batch = try Batch(prompts: [[1, 2], [3, 4, 5]])
    other = try Batch(prompts: [[5, 6], [7, 8, 9]])
  }

  /// A site's value in each row of a run under an edit.
  private func values(_ site: Site, _ edit: Edit, _ source: EditSource = EditSource()) throws -> [[Float]] {
    let node = try SiteResolver(model.graph).node(site.name, layer: 1)
    let edits = try EditPlacer(edit, at: site, in: model.graph, from: source).edits(lengths: [2, 3])
    let run = try Oracle(model).run(batch, edits: edits, keeping: [node.id])
    return (0..<2).map { run.withExample($0, of: node) { Array($0) } }
  }

  private func run(_ batch: Batch, _ site: SiteName) throws -> Activations {
    try Oracle(model).run(batch, keeping: [SiteResolver(model.graph).node(site, layer: 1).id])
  }

  @Test func everyEditDoesWhatItSays() throws {
    let site = try Site(.residPost, [.layer: 1])
    let width = try SiteResolver(model.graph).node(.residPost, layer: 1).layout.width
    let vector = (0..<width).map { Float($0) - 2 }
    let square = vector.reduce(0) { $0 + $1 * $1 }
    let (base, others) = (try run(batch, .residPost), try run(other, .residPost))
    let source = EditSource(other: others, base: base)
    let before = try values(site, .scale(1))
    let node = try SiteResolver(model.graph).node(.residPost, layer: 1)
    let theirs = (0..<2).map { others.withExample($0, of: node) { Array($0) } }
    func expect(_ edit: Edit, _ change: (_ row: Int, _ place: Int) -> Float) throws {
      let found = try values(site, edit, source)
      let expected = before.indices.map { row in before[row].indices.map { change(row, $0) } }
      #expect(relativeDifference(found.flatMap(\.self), expected.flatMap(\.self)) < 1e-5, "\(edit)")
    }
    try expect(.patch) { theirs[$0][$1] }
    try expect(.zero) { _, _ in 0 }
    try expect(.scale(-2)) { -2 * before[$0][$1] }
    try expect(.clamp(min: -0.1, max: 0.2)) { min(max(before[$0][$1], -0.1), 0.2) }
    try expect(.clamp(max: 0)) { min(before[$0][$1], 0) }
    try expect(.clamp(min: 0)) { max(before[$0][$1], 0) }
    try expect(.add(.vectors([vector], layers: nil), coefficients: [0.5, 7])) {
      before[$0][$1] + 0.5 * vector[$1 % width]
    }
    try expect(.add(.difference, coefficients: [3])) { before[$0][$1] + 3 * (theirs[$0][$1] - before[$0][$1]) }
    try expect(.projectOut([vector], layers: nil)) { row, place in
      let start = place / width * width
      let along = (0..<width).reduce(Float(0)) { $0 + before[row][start + $1] * vector[$1] } / square
      return before[row][place] - along * vector[place % width]
    }
  }

  /// Rows without any of the positions are left alone; if no row has them, the placer says so.
  @Test func positionsThatSomeRowsHave() throws {
    let site = try Site(.residPost, [.layer: 1, .position: 2])
    let (before, after) = (try values(site, .scale(1)), try values(site, .zero))
    #expect(before[0] == after[0])
    #expect(after[1].suffix(after[1].count / 3).allSatisfy { $0 == 0 })
    #expect(after[1].prefix(after[1].count / 3 * 2) == before[1].prefix(before[1].count / 3 * 2))
    #expect(throws: InterventionError.neverFires(site: .residPost, axis: .position, longest: 3)) {
      try values(try Site(.residPost, [.position: 5]), .zero)
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let site = try Site(.z)
    for (edit, name) in [
      (.patch, "patch"), (.mean, "mean"), (.resample(seed: 1), "resample"),
      (.add(.difference, coefficients: [1]), "add"), (.add(.exampleDifference, coefficients: [1]), "add"),
    ] as [(Edit, String)] {
      #expect(throws: InterventionError.needsOtherRun(edit: name)) { try values(site, edit) }
    }
    #expect(throws: InterventionError.outsideAxis(axis: .head, index: 7, count: 2, site: .z)) {
      try values(try Site(.z, [.head: 7]), .zero)
    }
    #expect(throws: InterventionError.notInPath(.result)) { try values(try Site(.result), .zero) }
    #expect(throws: InterventionError.notOneVector(site: .z)) { try values(site, .projectOut([[1]], layers: nil)) }
    #expect(throws: InterventionError.wrongVectorWidth(site: .mlpOut, width: 2, expected: 8)) {
      try values(try Site(.mlpOut), .add(.vectors([[1, 2]], layers: nil), coefficients: [1]))
    }
    #expect(throws: InterventionError.noVectorForLayer(layer: 0, layers: [1])) {
      let vector = [Float](repeating: 1, count: 8)
      return try values(try Site(.mlpOut), .add(.vectors([vector], layers: [1]), coefficients: [1]))
    }
  }
}
