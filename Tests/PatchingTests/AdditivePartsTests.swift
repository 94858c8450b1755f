import Patching
import Testing

/// The definition of additivity, by hand.
@Suite struct AdditivePartsTests {
  @Test func severalDirectionsAreHeldToEachAlone() {
    let held = AdditiveParts(of: [2, 0, -1])
    #expect(held.parts.map(\.coefficients) == [[2, 0, 0], [0, 0, 0], [0, 0, -1]])
    // f(0) = 1, f(together) = 8, alone 3, 1 and 2: 7 - (2 + 0 + 1).
    #expect(held.interaction(from: 1, to: 8, alone: [3, 1, 2]) == 4)
    // Changes (3, 4), of which (1, 0) and (2, 1) are of two alone: (0, 3) is left.
    let (start, end): ([Float], [Float]) = ([1, 1], [4, 5])
    #expect(AdditiveParts.changeNorm(from: start, to: end) == 5)
    #expect(held.interactionNorm(from: start, to: end, alone: [[2, 1], [1, 1], [3, 2]]) == 3)
  }

  @Test func oneDirectionIsHeldToProportion() {
    let held = AdditiveParts(of: [3])
    #expect(held.parts.map(\.coefficients) == [[1]])
    // f(0) = 1, f(1) = 3, f(3) = 8: 7 - 3 x 2.
    #expect(held.interaction(from: 1, to: 8, alone: [3]) == 1)
    #expect(held.interactionNorm(from: [1, 0], to: [7, 4], alone: [[3, 0]]) == 4)
  }
}
