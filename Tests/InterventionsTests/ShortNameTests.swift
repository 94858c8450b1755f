import Diagnostics
import Interventions
import ModelGraph
import Testing

/// Sites, interventions and sums of directions as programs write them.
@Suite struct ShortNameTests {
  @Test func sitesAreNarrowed() throws {
    #expect(Site.z == (try Site(.z)))
    #expect(try Site.z[layer: 0, head: 6] == Site(.z, [.layer: .index(0), .head: .index(6)]))
    #expect(
      try Site.residPost[layer: 1...3, position: [-1, 0]]
        == Site(
          .residPost, [.layer: .items([.range(1, 3)]), .position: .items([.index(-1), .index(0)])]))
    // A later selection replaces an earlier one, and selecting all is the same as selecting nothing.
    #expect(try Site.z[layer: 0, head: 6][head: 2] == Site(.z, [.layer: 0, .head: 2]))
    #expect(try Site.z[layer: Selector.all] == .z)
    #expect(throws: InterventionError.self) { try Site.residPost[head: 1] }
  }

  /// Every short name is the site of that name.
  @Test func everyNameHasItsSite() {
    let sites: [Site] = [
      .residPre, .residMid, .residPost, .attnOut, .mlpOut, .q, .k, .v, .z, .rotQ, .rotK, .pattern, .attnScores, .mlpPre,
      .mlpPreLinear, .mlpPost, .result, .qInput, .kInput, .vInput, .mlpIn, .embed, .posEmbed,
    ]
    #expect(sites.map(\.name) == SiteName.allCases)
    #expect(Site.hook("fc_out").name == .hook("fc_out"))
  }

  @Test func interventionsAreSitesAndEdits() throws {
    let site = try Site.residPost[layer: 3]
    #expect(Intervention.zero(site) == Intervention(site, .zero))
    #expect(Intervention.scale(site, by: 2) == Intervention(site, .scale(2)))
    #expect(Intervention.clamp(site, max: 1) == Intervention(site, .clamp(max: 1)))
    #expect(Intervention.resample(site) == Intervention(site, .resample(seed: 0)))
    #expect(
      try Intervention.projectOut([Float](repeating: 1, count: 4), from: site)
        == Intervention(site, .projectOut([[1, 1, 1, 1]], layers: nil)))
    #expect(throws: InterventionError.notOneDirection) {
      try Intervention.projectOut(Edit.Direction.difference, from: site)
    }
  }

  @Test func directionsAreAddedUp() throws {
    let (a, b) = (Edit.Direction.vectors([[1, 2]], layers: nil), [Float](repeating: 3, count: 2))
    let sum = a * 2 + b - a * 0.5
    #expect(sum.terms.map(\.coefficient) == [2, 1, -0.5])
    #expect((-(sum * 2)).terms.map(\.coefficient) == [-4, -2, 1])
    let added = try Intervention.add(sum, at: .residPre)
    #expect(added.edit.additions.map(\.coefficients) == [[2], [1], [-0.5]])
    #expect(added.edit.additions[1].direction == .vectors([[3, 3]], layers: nil))
  }

  /// A vector made from one kind of activation cannot be added to another by mistake.
  @Test func vectorsStayAtTheirSite() throws {
    let vector = Directions([.init(.vectors([[1]], layers: [2]), madeAt: .residPost)])
    #expect(try Intervention.add(vector * 2, at: .residPost).site == .residPost)
    let error = #expect(throws: InterventionError.self) { try Intervention.add(vector * 2, at: .residPre) }
    #expect(error == .madeElsewhere(origin: .residPost, site: .residPre))
    #expect(throws: InterventionError.self) { try Intervention.projectOut(vector, from: .residPre) }
  }

  /// Several vectors without layers are for layers 0, 1, ..., however that is written.
  @Test func severalVectorsAreByLayer() {
    #expect(
      Edit.add(.vectors([[1], [2]], layers: nil), coefficients: [1])
        == Edit.add(.vectors([[1], [2]], layers: [0, 1]), coefficients: [1]))
    #expect(Edit.projectOut([[1], [2]], layers: nil) == Edit.projectOut([[1], [2]], layers: [0, 1]))
    #expect(Edit.projectOut([[1]], layers: nil) != Edit.projectOut([[1]], layers: [0]))
  }
}
