import ActivationStore
import LabelledArrays

extension Table {
  /// A group of arrays in long form: a row per cell of each array, with its mean over examples if it has examples.
  /// - Throws: `LabelledArrayError.notNumbers`.
  init(_ group: ArrayGroup, name: String) throws {
    let axes = group.axes.map(\.name).filter { $0 != Schema.Axis.example }.sorted()
    self.init(name, header: ["array"] + axes + ["value", "n"])
    for array in group.arrays.sorted(by: { $0.name < $1.name }) {
      let hasExamples = array.axisNames.last == Schema.Axis.example
      let (own, numbers) = (hasExamples ? Array(array.axes.dropLast()) : array.axes, try array.numbers())
      // Arrays with examples as their only axis are long and not informative here.
      if own.isEmpty { continue }
      let width = hasExamples ? group.count(Schema.Axis.example) : 1
      let labels = own.map(\.labels.texts)
      let places = axes.map { axis in own.firstIndex { $0.name == axis } }
      for cell in 0..<(width == 0 ? 0 : numbers.count / width) {
        let values = numbers[cell * width..<(cell + 1) * width]
        let finite = values.count { $0.isFinite }
        if finite == 0 { continue }
        let indices = own.shape.unravel(cell)
        add(
          [array.name] + places.map { $0.map { labels[$0][indices[$0]] } ?? "" }
            + [Table.number(finiteMean(values)), "\(finite)"])
      }
    }
  }
}
