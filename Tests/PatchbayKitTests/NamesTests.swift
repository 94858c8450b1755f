import PatchbayKit
import Testing

/// Things that exist in several modules have different names, so that one import is enough.
@Suite struct NamesTests {
  @Test func directionsAndAgreementsAreUnqualified() throws {
    let direction = try Direction([3, 4], method: "test")
    #expect(direction.length == 5)
    #expect(MoveDirection.allCases.count == 4)
    #expect(EstimateAgreement(estimated: [1, 2], exact: [2, 4]).pearson == 1)
    #expect(try ClusterAgreement([0, 0, 1], [1, 1, 0]).adjustedRand == 1)
  }
}
