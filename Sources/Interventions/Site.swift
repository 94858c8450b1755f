/// A kind of activation, narrowed: which layers, positions, heads, neurons, or destinations and sources.
public struct Site: Sendable, Hashable {
  public let name: SiteName
  private let selectors: [SiteAxis: Selector]

  /// A site with every axis whole but those given.
  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  public init(_ name: SiteName, _ selectors: [SiteAxis: Selector] = [:]) throws {
    self.name = name
    self.selectors = selectors
    for axis in SiteAxis.allCases where selectors[axis] != nil && !name.axes.contains(axis) {
      throw InterventionError.noSuchAxis(axis: axis.rawValue, site: name, axes: name.axes)
    }
  }

  public subscript(axis: SiteAxis) -> Selector { selectors[axis] ?? .all }
}
