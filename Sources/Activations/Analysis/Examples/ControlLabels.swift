import Diagnostics

/// Labels that have nothing to do with meaning, for a control task (Hewitt and Liang 2019): each type (word, token) has one label wherever it occurs,
/// drawn at random with the shares that the true labels have.
///
/// A probe that scores as well on these as on the true labels has learnt to recall types, not to read them; the difference is its selectivity.
public enum ControlLabels {
  /// - Parameters:
  ///   - types: the type of each example, any numbers.
  ///   - classes: the true class of each example.
  /// - Returns: the control class of each example.
  /// - Precondition: as many types as classes.
  public static func draw(types: [Int], classes: [Int], seed: UInt64) -> [Int] {
    precondition(types.count == classes.count, "\(types.count) types for \(classes.count) labels")
    guard !classes.isEmpty else { return [] }
    var generator = SplitMix64(seed: seed)
    var drawn: [Int: Int] = [:]
    for type in Set(types).sorted() { drawn[type] = classes[Int.random(in: 0..<classes.count, using: &generator)] }
    return types.map { drawn[$0] ?? 0 }
  }

  /// Accuracy on the task less accuracy on the control task.
  public static func selectivity(task: Double, control: Double) -> Double { task - control }
}
