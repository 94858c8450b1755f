import ExperimentFile
import Patching
import Workbenches

/// A sweep as an experiment file asks for it, before any model has been seen, and the line that does.
public struct SweepSpec: Sendable, Hashable {
  /// What is gone through.
  public enum Kind: Sendable, Hashable {
    /// One edit at every entry of some axes of a site.
    case site(Sweep)
    /// What senders do through some receivers only.
    case path(PathSpec)
    /// What every head does to every later head directly.
    case edges(EdgeSpec)
  }

  /// Letters, digits, `-`, `_` and points; results are in `/sweeps/NAME`.
  public let name: String
  public let kind: Kind
  /// Always exact for paths and edges.
  public let method: SweepMethod
  /// The models that vectors were made with that are added or taken out; without those for which any will do.
  let origins: [VectorOrigin]
  /// What is asked of added directions together and apart; nil where nothing is.
  public let additivity: AdditivitySpec?
  public let place: Place

  public init(
    name: String, _ kind: Kind, method: SweepMethod = .exact, origins: [VectorOrigin] = [],
    additivity: AdditivitySpec? = nil, place: Place
  ) {
    self.name = name
    self.kind = kind
    self.method = method
    self.origins = origins
    self.additivity = additivity
    self.place = place
  }

  /// The sweep over a site; nil for paths and edges.
  public var sweep: Sweep? {
    if case .site(let sweep) = kind { sweep } else { nil }
  }
}
