import Mazes

/// Where the cheese of mazes is, in the words of files and commands.
public enum CheesePlace: String, Sendable, CaseIterable {
  /// In the 5 x 5 squares of that corner, as in training.
  case topRight = "top-right"
  case anywhere

  package var rule: CheeseRule { self == .topRight ? .topRight(5) : .anywhere }
}
