import Interventions

/// An axis of a sweep's results, before `example`. Raw values are the names in experiment and results files.
public enum SweepAxis: Sendable, Hashable {
  case site(SiteAxis)
  /// Of the added direction, or the first of several.
  case coefficient
  /// Of a later direction, counted from 2.
  case laterCoefficient(Int)
  /// The example that a difference is taken from.
  case sourceExample

  /// The axis's name in files.
  public var name: String {
    switch self {
    case .site(let axis): axis.rawValue
    case .coefficient: "coefficient"
    case .laterCoefficient(let number): "coefficient_\(number)"
    case .sourceExample: "source_example"
    }
  }
}

extension SweepAxis {
  /// The axis of the coefficients of a direction, counted from 0.
  static func coefficient(of addition: Int) -> SweepAxis {
    addition == 0 ? .coefficient : .laterCoefficient(addition + 1)
  }
}

/// One edit applied at every entry of some axes of a site, each in a run of its own.
public struct Sweep: Sendable, Hashable {
  public let name: String
  public let site: Site
  /// The axes swept over, in the order of the results. Other axes of the site are edited whole (as far as the site is
  /// not narrowed).
  public let over: [SweepAxis]
  public let edit: Edit
  /// Further edits in every cell; at the same activation, they come before the cell's own edit.
  public let standing: [Intervention]

  /// - Precondition: standing edits have no axes: the directions that they add have one coefficient each and do not
  ///   come from other examples.
  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  public init(name: String, site: Site, over: [SweepAxis], edit: Edit = .patch, standing: [Intervention] = []) throws {
    precondition(standing.allSatisfy { $0.edit.axes.isEmpty }, "a standing edit has no axes")
    for case .site(let axis) in over where !site.name.axes.contains(axis) {
      throw InterventionError.noSuchAxis(axis: axis.rawValue, site: site.name, axes: site.name.axes)
    }
    self.name = name
    self.site = site
    self.over = over + edit.axes.filter { !over.contains($0) }
    self.edit = edit
    self.standing = standing
  }
}

extension Edit {
  /// The axes that `over` may name for what is added: coefficients, even if there is only one, and the source example.
  public var possibleAxes: [SweepAxis] {
    axes.filter { $0 == .sourceExample } + additions.indices.map { SweepAxis.coefficient(of: $0) }
  }

  /// The axes that come with what is added: the source example, and coefficients if there are several.
  package var axes: [SweepAxis] {
    let examples: [SweepAxis] = additions.contains { $0.direction == .exampleDifference } ? [.sourceExample] : []
    return examples
      + additions.enumerated().filter { $1.coefficients.count != 1 }.map { SweepAxis.coefficient(of: $0.offset) }
  }
}
