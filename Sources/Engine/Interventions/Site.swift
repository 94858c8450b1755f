/// A kind of activation, narrowed: which layers, positions, heads, neurons, or destinations and sources.
public struct Site: Sendable, Hashable {
  public let name: SiteName
  /// Without axes that are whole, so that sites with the same entries are equal.
  private let selectors: [SiteAxis: Selector]

  /// A site with every axis whole but those given.
  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  public init(_ name: SiteName, _ selectors: [SiteAxis: Selector] = [:]) throws {
    for axis in SiteAxis.allCases where selectors[axis] != nil && !name.axes.contains(axis) {
      throw InterventionError.noSuchAxis(axis: axis.rawValue, site: name, axes: name.axes)
    }
    self.name = name
    self.selectors = selectors.filter { $0.value != .all }
  }

  /// A site with every axis whole.
  init(whole name: SiteName) {
    self.name = name
    selectors = [:]
  }

  public subscript(axis: SiteAxis) -> Selector { selectors[axis] ?? .all }
}
