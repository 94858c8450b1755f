import ExperimentFile
import Patching
import Workbenches

/// A sweep as requested in an experiment file, before any model is known, with its line.
public struct SweepSpec: Sendable, Hashable {
  /// What varies between cells.
  public enum Kind: Sendable, Hashable {
    /// One edit at every entry of some axes of a site.
    case site(Sweep)
    /// What senders do only through some receivers.
    case path(PathSpec)
    /// What every head does directly to every later head.
    case edges(EdgeSpec)
  }

  /// Letters, digits, `-`, `_` and points; results are in `/sweeps/NAME`.
  public let name: String
  public let kind: Kind
  /// Always exact for paths and edges.
  public let method: SweepMethod
  /// The models with which the added or projected-out vectors were made, except for vectors that any model may use.
  let origins: [VectorOrigin]
  /// What is requested about added directions together and alone; nil for nothing.
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
