/// Where an activation is edited, and how: `.zero(.z[layer: 0, head: 6])`.
public struct Intervention: Sendable, Hashable {
  public let site: Site
  public let edit: Edit

  public init(_ site: Site, _ edit: Edit) {
    self.site = site
    self.edit = edit
  }
}

extension Intervention {
  /// Takes the other run's value.
  public static func patch(_ site: Site) -> Intervention { Intervention(site, .patch) }

  /// Sets to 0.
  public static func zero(_ site: Site) -> Intervention { Intervention(site, .zero) }

  /// Takes the mean of the other run over examples.
  public static func mean(_ site: Site) -> Intervention { Intervention(site, .mean) }

  /// Takes the value of another example of the other run, chosen with a seed.
  public static func resample(_ site: Site, seed: UInt64 = 0) -> Intervention {
    Intervention(site, .resample(seed: seed))
  }

  /// Multiplies by a number.
  public static func scale(_ site: Site, by factor: Float) -> Intervention { Intervention(site, .scale(factor)) }

  /// Keeps each number between two bounds.
  /// - Precondition: there is a bound, and `min` is at most `max`.
  public static func clamp(_ site: Site, min: Float? = nil, max: Float? = nil) -> Intervention {
    Intervention(site, .clamp(min: min, max: max))
  }

  /// Adds directions: `.add(mind * 2, at: .residPost[layer: 3])`.
  /// - Throws: `InterventionError.madeElsewhere` for a vector that is a difference of another kind of activation; add
  ///   its numbers to use it there anyway.
  public static func add(_ sum: some DirectionsConvertible, at site: Site) throws -> Intervention {
    let terms = sum.directions.terms
    if let origin = terms.lazy.compactMap(\.origin).first(where: { $0 != site.name }) {
      throw InterventionError.madeElsewhere(origin: origin, site: site.name)
    }
    return Intervention(
      site, .addSeveral(terms.map { Edit.Addition($0.direction, coefficients: [$0.coefficient]) }))
  }

  /// Removes the component along a direction.
  /// - Parameter direction: vectors, one for all layers or one for each; [features] each, of any length but 0.
  /// - Throws: `InterventionError.madeElsewhere` as `add`; `.notOneDirection` for anything else: several directions,
  ///   differences of runs, vectors for each position.
  public static func projectOut(_ direction: some DirectionsConvertible, from site: Site) throws -> Intervention {
    let terms = direction.directions.terms
    guard terms.count == 1, case .vectors(let vectors, let layers) = terms[0].direction else {
      throw InterventionError.notOneDirection
    }
    if let origin = terms[0].origin, origin != site.name {
      throw InterventionError.madeElsewhere(origin: origin, site: site.name)
    }
    return Intervention(site, .projectOut(vectors, layers: layers))
  }
}
