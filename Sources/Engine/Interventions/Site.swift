/// A kind of activation, narrowed to some layers, positions, heads or neurons, or destinations and sources.
public struct Site: Sendable, Hashable {
  public let name: SiteName
  /// Axes that are whole are left out, so that sites with the same entries are equal.
  private let selectors: [SiteAxis: Selector]

  /// A site in which all other axes are whole.
  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  public init(_ name: SiteName, _ selectors: [SiteAxis: Selector] = [:]) throws {
    for axis in SiteAxis.allCases where selectors[axis] != nil && !name.axes.contains(axis) {
      throw InterventionError.noSuchAxis(axis: axis.rawValue, site: name, axes: name.axes)
    }
    self.name = name
    self.selectors = selectors.filter { $0.value != .all }
  }

  /// A site in which every axis is whole.
  init(whole name: SiteName) {
    self.name = name
    selectors = [:]
  }

  public subscript(axis: SiteAxis) -> Selector { selectors[axis] ?? .all }
}
