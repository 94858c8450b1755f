import Foundation
import Interventions

/// A vector to add while text is generated, in the form of the command line: `FILE.h5:COEFFICIENT@SITE`.
public struct SteeringAddition: Sendable, Hashable {
  /// Which layers' vectors are added, each at its own layer.
  public enum Layers: Sendable, Hashable {
    /// All layers in the file.
    case all
    case range(ClosedRange<Int>)
  }

  /// A file of `patchbay vector`.
  public let file: String
  public let coefficient: Float
  /// nil for the vector's own.
  public let site: SiteName?
  /// nil for the only one in the file.
  public let layers: Layers?

  public init(file: String, coefficient: Float = 1, site: SiteName? = nil, layers: Layers? = nil) {
    self.file = file
    self.coefficient = coefficient
    self.site = site
    self.layers = layers
  }

  /// `mind.h5`, `mind.h5:2`, `mind.h5@resid_post.3`, `mind.h5:-1.5@resid_post.3`; layers are written `.3`, `.2..5` or
  /// `.all`. nil if the site, the layers or the coefficient are invalid.
  public init?(argument: String) {
    var rest = Substring(argument)
    var (site, layers): (SiteName?, Layers?) = (nil, nil)
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[rest.index(after: at)...].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = SiteName(rawValue: String(parts[0])) else { return nil }
      site = name
      if parts.count > 1 {
        guard let read = Layers(String(parts[1])) else { return nil }
        layers = read
      }
      rest = rest[..<at]
    }
    var coefficient: Float = 1
    if let colon = rest.lastIndex(of: ":") {
      guard let number = Float(String(rest[rest.index(after: colon)...])), number.isFinite else { return nil }
      coefficient = number
      rest = rest[..<colon]
    }
    guard !rest.isEmpty else { return nil }
    self.init(file: String(rest), coefficient: coefficient, site: site, layers: layers)
  }
}

extension SteeringAddition.Layers {
  fileprivate init?(_ text: String) {
    if text == "all" {
      self = .all
      return
    }
    let ends = text.components(separatedBy: "..").map { Int($0) }
    guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first >= 0, first <= last else {
      return nil
    }
    self = .range(first...last)
  }
}
