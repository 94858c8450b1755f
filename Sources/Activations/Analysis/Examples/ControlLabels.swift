import Diagnostics

/// Meaningless labels for a control task (Hewitt and Liang 2019): each type (word, token) has one label wherever it
/// occurs, drawn at random in the proportions of the true labels.
///
/// A probe that scores as well on these as on the true labels has memorised types rather than read them. The difference
/// between the two is its selectivity.
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

  /// Accuracy on the task minus accuracy on the control task.
  public static func selectivity(task: Double, control: Double) -> Double { task - control }
}
