import Interventions

/// An axis of a sweep's results, before `example`. Raw values are the names in experiment and results files.
public enum SweepAxis: Sendable, Hashable {
  case site(SiteAxis)
  case coefficient

  /// The axis's name in files.
  public var name: String {
    switch self {
    case .site(let axis): axis.rawValue
    case .coefficient: "coefficient"
    }
  }
}

/// One edit carried out at every entry of some axes of a site, each in a run of its own.
public struct Sweep: Sendable, Hashable {
  public let name: String
  public let site: Site
  /// The axes swept over, in the order that results have. Axes of the site that are not here are edited whole (as far as the site is not
  /// narrowed).
  public let over: [SweepAxis]
  public let edit: Edit

  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  public init(name: String, site: Site, over: [SweepAxis], edit: Edit = .patch) throws {
    for case .site(let axis) in over where !site.name.axes.contains(axis) {
      throw InterventionError.noSuchAxis(axis: axis.rawValue, site: site.name, axes: site.name.axes)
    }
    self.name = name
    self.site = site
    if case .add(_, let coefficients) = edit, coefficients.count != 1, !over.contains(.coefficient) {
      self.over = over + [.coefficient]
    } else {
      self.over = over
    }
    self.edit = edit
  }
}
