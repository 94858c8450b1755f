import ModelGraph
import Tensors

/// An edit at a resolved place in a batch: which numbers of which node of which row, and what they become.
/// `Interventions` resolves sites and edits, as users write them, to these.
///
/// No edit of attention scores unmasks a token: scores of -infinity stay -infinity.
public struct PlacedEdit: Sendable {
  /// What happens to the numbers.
  public enum Action: Sendable {
    /// Take the numbers at the same positions of a row of another run.
    case replace(from: Activations, row: Int)
    /// Take rows of a block of the node's values: the row of position p is `first + p - position`; [rows, width].
    case rows(Tensor, first: Int, position: Int)
    /// Set to a vector, the same at every position; [features].
    case set([Float])
    /// Add a vector times a coefficient, the same at every position; [features].
    case add([Float], times: Float)
    /// Add, times a coefficient, the difference of two rows of other runs at the same positions.
    case addDifference(of: Activations, row: Int, minus: Activations, minusRow: Int, times: Float)
    /// Remove the component along a vector of length 1; [features]. Not for perPair nodes.
    case projectOut([Float])
    /// Keep each number between two bounds, either of which may be infinite.
    case clamp(min: Float, max: Float)
    /// Multiply.
    case scale(Float)
    /// Set to 0.
    case zero
  }

  public let node: NodeID
  /// The row of the batch that is edited.
  public let row: Int
  /// Positions; destinations for a perPair node; ignored for a perExample node.
  public let positions: Range<Int>
  /// Flat features; heads for a perPair node.
  public let features: Range<Int>
  /// Sources, for a perPair node; nil for all.
  public let sources: Range<Int>?
  public let action: Action

  public init(
    node: NodeID, row: Int, positions: Range<Int>, features: Range<Int>, sources: Range<Int>? = nil, action: Action
  ) {
    self.node = node
    self.row = row
    self.positions = positions
    self.features = features
    self.sources = sources
    self.action = action
  }
}

/// What an edit did.
public struct EditReport: Sendable, Hashable {
  /// How many numbers it wrote.
  public let numbersWritten: Int
  /// The L2 norm of (edited - original); exactly 0 if nothing changed.
  public let changeNorm: Double

  public init(numbersWritten: Int, changeNorm: Double) {
    self.numbersWritten = numbersWritten
    self.changeNorm = changeNorm
  }
}
