import LabelledArrays
import Testing

/// Rearranged arrays, compared index by index.
@Suite struct ArrangementTests {
  @Test(arguments: Small.shapes()) func axesChangePlaces(shape: [Int]) throws {
    let array = Small.array(shape)
    let numbers = try array.numbers()
    for order in Self.orders(of: Array(shape.indices)) {
      let other = try array.transpose(order.map { "a\($0)" })
      #expect(other.axes == order.map { array.axes[$0] })
      let expected = Small.indices(order.map { shape[$0] }).map { entry -> Float in
        var place = shape
        for (index, axis) in order.enumerated() { place[axis] = entry[index] }
        return numbers[array.shape.ravel(place)]
      }
      #expect(try other.numbers() == expected)
    }
  }

  @Test(arguments: Small.shapes()) func someEntriesAreKept(shape: [Int]) throws {
    let array = Small.array(shape)
    for axis in array.axes {
      let chosen = [axis.count - 1, 0]
      let kept = try array.keep(axis.name, chosen)
      #expect(kept.axis(axis.name)?.labels == axis.labels[chosen])
      for (index, entry) in chosen.enumerated() {
        #expect(try kept.select(axis.name, at: index) == array.select(axis.name, at: entry))
      }
    }
  }

  @Test(arguments: Small.shapes()) func neighboursBecomeOneAxis(shape: [Int]) throws {
    let array = Small.array(shape)
    for first in shape.indices {
      for end in first + 1...shape.count {
        let merged = array.merge(first..<end)
        #expect(merged.values == array.values && merged.axes.count == shape.count - (end - first) + 1)
        let labels = Small.indices(Array(shape[first..<end])).map { entry in
          zip(first..<end, entry).map { array.axes[$0].labels.texts[$1] }.joined(separator: ".")
        }
        #expect(merged.axes[first].labels == .texts(labels))
      }
    }
  }

  @Test func everyKindOfValueIsArranged() throws {
    let axes = [LabelledAxis("a", .range(2)), LabelledAxis("b", .range(2))]
    for (before, after) in [
      (.doubles([0.1, 2, 3, 4]), .doubles([0.1, 3, 2, 4])), (.integers([1, 2, 3, 4]), .integers([1, 3, 2, 4])),
      (.flags([1, 0, -1, 1]), .flags([1, -1, 0, 1])), (.texts(["p", "q", "r", "s"]), .texts(["p", "r", "q", "s"])),
    ] as [(LabelledArray.Values, LabelledArray.Values)] {
      #expect(try LabelledArray("x", axes: axes, values: before).transpose(["b", "a"]).values == after)
    }
  }

  @Test func doublesKeepTheirLastDigit() throws {
    let third = 1.0 / 3
    let array = LabelledArray("x", axes: [LabelledAxis("a", .range(2))], values: .doubles([third, .nan]))
    #expect(try array.doubles()[0] == third && array.numbers()[0] == Float(third))
    #expect(try array.select("a", at: 0).values == .doubles([third]))
    #expect(try array.slice("a", 1..<2).doubles()[0].isNaN && array[["a": 0]] == Float(third))
    let floats = LabelledArray("x", axes: [LabelledAxis("a", .range(1))], values: [0.1])
    #expect(try floats.inDoubles().values == .doubles([Double(Float(0.1))]))
  }

  @Test func mistakesAreNamed() {
    let array = Small.array([2, 3])
    #expect(throws: LabelledArrayError.outOfRange(array: "x", axis: "a0", index: 2, count: 2)) {
      try array.keep("a0", [0, 2])
    }
    #expect(throws: LabelledArrayError.noAxis(array: "x", axis: "b", axes: ["a0", "a1"])) {
      try array.transpose(["a0", "b"])
    }
  }

  static func orders(of places: [Int]) -> [[Int]] {
    if places.isEmpty { return [[]] }
    return places.flatMap { first in orders(of: places.filter { $0 != first }).map { [first] + $0 } }
  }
}
