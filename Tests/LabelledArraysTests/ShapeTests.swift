import LabelledArrays
import Testing

@Suite struct ShapeTests {
  @Test(arguments: Small.shapes()) func placesAndIndicesAreInverse(sizes: [Int]) {
    let shape = Shape(sizes)
    let all = Small.indices(sizes)
    #expect(shape.count == all.count)
    for (place, indices) in all.enumerated() {
      #expect(shape.unravel(place) == indices)
      #expect(shape.ravel(indices) == place)
    }
  }

  @Test(arguments: Small.shapes()) func cellsHaveTheLabelsOfTheirIndices(sizes: [Int]) {
    let axes = Small.axes(sizes)
    for (cell, indices) in Small.indices(sizes).enumerated() {
      #expect(axes.labels(ofCell: cell) == zip(axes, indices).map { $0.labels[$1] })
    }
  }

  @Test func anAxisWithoutEntriesHasNoCells() {
    #expect(Shape([3, 0]).count == 0)
    #expect(Shape([]).unravel(0).isEmpty && Shape([]).ravel([]) == 0)
  }
}

@Suite struct AxisLabelsTests {
  @Test func labelsMatchWhatReadsTheSame() {
    #expect(AxisLabels.integers([4, 2]).firstIndex(of: .integer(2)) == 1)
    #expect(AxisLabels.integers([4, 2]).firstIndex(of: .number(2)) == 1)
    #expect(AxisLabels.integers([4, 2]).firstIndex(of: .number(2.5)) == nil)
    #expect(AxisLabels.integers([4, 2]).firstIndex(of: .text("2")) == 1)
    #expect(AxisLabels.numbers([0.1, 2]).firstIndex(of: Float(0.1).axisLabel) == 0)
    #expect(AxisLabels.numbers([0.1, 2]).firstIndex(of: .integer(2)) == 1)
    #expect(AxisLabels.texts(["9.6", "2"]).firstIndex(of: .text("9.6")) == 0)
    #expect(AxisLabels.texts(["9.6", "2"]).firstIndex(of: .integer(2)) == 1)
    #expect(AxisLabels.texts(["9.6"]).firstIndex(of: .text("mlp.0")) == nil)
  }

  @Test func wholeNumbersHaveNoFraction() {
    #expect(
      AxisLabel.number(2).text == "2" && AxisLabel.number(0.5).text == "0.5" && AxisLabel.integer(-1).text == "-1")
    #expect(AxisLabels.numbers([1, 2, 3])[1..<3] == .numbers([2, 3]) && AxisLabels.range(3) == .integers([0, 1, 2]))
  }
}
