import Interventions
import Testing

@Suite struct SelectorTests {
  /// What a number in a selector means on an axis, spelt out.
  private static func place(_ number: Int, _ count: Int) -> Int? {
    let place = number < 0 ? number + count : number
    return place >= 0 && place < count ? place : nil
  }

  @Test func everySingleNumberOnEverySmallAxis() {
    for count in 0...4 {
      #expect(Selector.all.indices(count: count) == Array(0..<count))
      #expect(Selector.all.firstOutside(count: count) == nil)
      for number in -6...6 {
        let place = Self.place(number, count)
        #expect(Selector.index(number).indices(count: count) == (place.map { [$0] } ?? []), "\(number) of \(count)")
        #expect(
          Selector.index(number).firstOutside(count: count) == (place == nil ? number : nil), "\(number) of \(count)")
      }
    }
  }

  @Test func everyRangeOnEverySmallAxis() {
    for count in 0...4 {
      for first in -6...6 {
        for last in -6...6 {
          let from = first < 0 ? first + count : first
          let to = last < 0 ? last + count : last
          let expected = (0..<count).filter { $0 >= from && $0 <= to }
          let selector = Selector.items([.range(first, last)])
          #expect(selector.indices(count: count) == expected, "\(first)...\(last) of \(count)")
          let outside = Self.place(first, count) == nil ? first : Self.place(last, count) == nil ? last : nil
          #expect(selector.firstOutside(count: count) == outside, "\(first)...\(last) of \(count)")
        }
      }
    }
  }

  @Test func itemsComeInTheOrderWritten() {
    let selector = Selector.items([.index(-1), .range(1, 2), .index(0), .index(9), .index(0)])
    #expect(selector.indices(count: 4) == [3, 1, 2, 0, 0])
    #expect(selector.firstOutside(count: 4) == 9)
    #expect(selector.indices(count: 1) == [0, 0, 0])
    #expect(selector.firstOutside(count: 1) == 1)
    #expect(Selector.items([]).indices(count: 3).isEmpty)
    #expect(Selector.items([]).firstOutside(count: 3) == nil)
  }
}
