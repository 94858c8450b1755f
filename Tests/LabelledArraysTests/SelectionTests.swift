import LabelledArrays
import Testing

@Suite struct SelectionTests {
  @Test(arguments: Small.shapes()) func partsAreThoseOfAllIndices(shape: [Int]) throws {
    let array = Small.array(shape)
    let numbers = try array.numbers()
    for place in shape.indices {
      let axis = array.axes[place]
      func values(where isKept: (Int) -> Bool) -> [Float] {
        zip(Small.indices(shape), numbers).filter { isKept($0.0[place]) }.map(\.1)
      }
      for index in 0..<shape[place] {
        let part = try array.select(axis.name, at: index)
        #expect(part.axes == array.axes.filter { $0.name != axis.name })
        #expect(try part.numbers() == values { $0 == index })
        #expect(try array.select(axis.name, axis.labels[index]) == part)
        for end in index...shape[place] {
          let slice = try array.slice(axis.name, index..<end)
          #expect(try slice.numbers() == values { (index..<end).contains($0) })
          #expect(slice.axes[place].labels == axis.labels[index..<end])
        }
      }
    }
  }

  @Test(arguments: Small.shapes()) func aValueHasALabelOnEveryAxis(shape: [Int]) throws {
    let array = Small.array(shape)
    for (cell, number) in try array.numbers().enumerated() {
      var part = array
      for (axis, label) in zip(array.axes, array.labels(of: cell)).reversed() {
        part = try part.select(axis.name, label)
      }
      #expect(try part.value(at: [:]) == number && part.axes.isEmpty && part.count == 1)
    }
  }

  static let heads = LabelledArray(
    "effect", axes: [LabelledAxis("layer", .integers([3, 5])), LabelledAxis("head", .range(3))],
    values: [0.5, -2, .nan, 1, 2, -0.25])

  @Test func valuesByName() throws {
    #expect(Self.heads[layer: 5, head: 1] == 2)
    #expect(Self.heads[["head": "1", "layer": 5.0]] == 2)
    #expect(try Self.heads.value(at: ["layer": 3, "head": 0]) == 0.5)
    let mixed = LabelledArray(
      "m", axes: [LabelledAxis("sender", .texts(["7.3", "mlp.0"])), LabelledAxis("coefficient", .numbers([0.1, 2]))],
      values: .integers([1, 2, 3, 4]))
    #expect(mixed[sender: "mlp.0", coefficient: 0.1] == 3 && mixed[sender: "7.3", coefficient: 2] == 2)
    #expect(try mixed.select("sender", "mlp.0").values == .integers([3, 4]))
    let flags = LabelledArray("f", axes: [LabelledAxis("layer", .range(3))], values: .flags([1, 0, -1]))
    #expect(flags[layer: 2] == -1)
    #expect(try flags.slice("layer", 1..<3).values == .flags([0, -1]))
    let texts = LabelledArray("t", axes: [LabelledAxis("layer", .range(2))], values: .texts(["a", "b"]))
    #expect(try texts.select("layer", 1).values == .texts(["b"]))
  }

  @Test func mistakesAreNamed() {
    let heads = Self.heads
    func expect(_ message: String, _ body: () throws -> Void) {
      #expect(#expect(throws: LabelledArrayError.self, performing: body)?.message == message)
    }
    expect("the array 'effect' has no axis 'haed' (did you mean 'head'?)") { _ = try heads.select("haed", 0) }
    expect("the axis 'layer' of 'effect' has no label '4' (did you mean '3'?)") { _ = try heads.select("layer", 4) }
    expect("the axis 'head' of 'effect' has 3 entries and none with the index 3") {
      _ = try heads.select("head", at: 3)
    }
    expect("the axis 'head' of 'effect' has 3 entries and none with the index -1") {
      _ = try heads.slice("head", -1..<2)
    }
    expect("one value of 'effect' needs a label on every axis; it has none on head") {
      _ = try heads.value(at: ["layer": 3])
    }
    expect("the array 't' holds text, not numbers") {
      _ = try LabelledArray("t", axes: [], values: .texts(["a"])).strongest(1)
    }
    let examples = LabelledAxis("example", .range(2))
    let other = LabelledArray("other", axes: [LabelledAxis("example", .range(1))], values: [1])
    expect("the arrays 'v' and 'other' must have the same axis 'example'") {
      _ = try LabelledArray("v", axes: [examples], values: [1, 2]).effects(base: other, other: other)
    }
  }
}

@Suite struct OrderTests {
  @Test func strongestFirst() throws {
    let heads = SelectionTests.heads
    #expect(try heads.strongest(3).map(\.value) == [-2, 2, 1])
    #expect(
      try heads.strongest(3).map(\.labels) == [
        [.integer(3), .integer(1)], [.integer(5), .integer(1)], [.integer(5), .integer(0)],
      ])
    #expect(try heads.strongest(1, by: .value).map(\.cell) == [4])
    #expect(try heads.sorted().map(\.value) == [2, 1, 0.5, -0.25, -2])
    #expect(try heads.strongest(9).count == 5)
    #expect(try heads.strongest(1).map(\.description) == ["layer 3, head 1: -2.0"])
  }

  @Test(arguments: Small.shapes()) func sortedIsSorted(shape: [Int]) throws {
    let array = Small.array(shape)
    let numbers = try array.numbers()
    let sorted = try array.sorted(by: .magnitude)
    #expect(sorted.map(\.cell).sorted() == Array(numbers.indices))
    for (a, b) in zip(sorted, sorted.dropFirst()) {
      #expect(abs(a.value) > abs(b.value) || (abs(a.value) == abs(b.value) && a.cell < b.cell))
    }
    #expect(sorted.allSatisfy { $0.value == numbers[$0.cell] && $0.labels == array.labels(of: $0.cell) })
  }
}

@Suite struct MeanTests {
  @Test(arguments: Small.shapes()) func meansAreThoseOfAllIndices(shape: [Int]) throws {
    let array = try Small.array(shape).map { $0.truncatingRemainder(dividingBy: 3) == 0 ? .nan : $0 }
    let numbers = try array.numbers()
    for place in shape.indices {
      var groups: [[Int]: [Float]] = [:]
      for (indices, number) in zip(Small.indices(shape), numbers) {
        var rest = indices
        rest.remove(at: place)
        groups[rest, default: []] += number.isNaN ? [] : [number]
      }
      var rest = shape
      rest.remove(at: place)
      let expected = Small.indices(rest).map { cell -> Float in
        let own = groups[cell] ?? []
        return own.isEmpty ? .nan : own.reduce(0, +) / Float(own.count)
      }
      let mean = try array.mean(over: "a\(place)")
      #expect(same(try mean.numbers(), expected))
      #expect(mean.axes == array.axes.filter { $0.name != "a\(place)" })
    }
  }
}

@Suite struct ArrayGroupTests {
  @Test func arraysShareAxes() {
    var group = ArrayGroup("/g", axes: [LabelledAxis("layer", .range(2)), LabelledAxis("unused", .range(1))])
    group.add(LabelledAxis("head", .range(3)))
    group.add("a", along: ["layer", "head"], [1, 2, 3, 4, 5, 6], attributes: ["k": .integer(1)])
    group.add("b", along: ["head", "layer"], .integers([1, 2, 3, 4, 5, 6]))
    group.add(
      LabelledArray(
        "c", axes: [LabelledAxis("example", .range(1)), LabelledAxis("head", .range(3))], values: [1, 2, 3]))
    #expect(group.axes.map(\.name) == ["layer", "unused", "head", "example"])
    #expect(group.arrays.map(\.name) == ["a", "b", "c"])
    #expect(group["b"]?.axes.map(\.count) == [3, 2] && group["d"] == nil)
    #expect(group["a"]?.attributes == ["k": .integer(1)])
    #expect(group["b"]?[layer: 1, head: 0] == 2)
    #expect(group.axis("head")?.count == 3 && group.axis("x") == nil)
  }
}
