import ActivationStore
import Interventions

/// A vector that fits its site, and where it is added.
struct PlacedSteering {
  let addition: SteeringAddition
  let vector: SteeringVector
  let site: SiteName
  let layers: [Int]

  /// - Parameters:
  ///   - allowsMismatch: whether the vector may be from another site.
  /// - Throws: `CommandError` for a vector that is not from this site or does not have these layers.
  init(_ addition: SteeringAddition, _ vector: SteeringVector, allowsMismatch: Bool) throws {
    self.addition = addition
    self.vector = vector
    let made = SiteName(rawValue: vector.site)
    guard let site = addition.site ?? made else {
      throw CommandError.steeringNeedsSite(file: addition.file, found: vector.site)
    }
    guard site == made || allowsMismatch else {
      throw CommandError.steeringOfOtherSite(file: addition.file, found: vector.site, site: site.rawValue)
    }
    self.site = site
    guard !site.axes.contains(.destination) else { throw CommandError.steeringOfPairs(site: site.rawValue) }
    switch addition.layers {
    case .all: layers = vector.layers
    case .range(let range):
      if let missing = range.first(where: { !vector.layers.contains($0) }) {
        throw CommandError.steeringHasNoLayer(file: addition.file, layer: missing, layers: vector.layers)
      }
      layers = Array(range)
    case nil:
      guard vector.layers.count == 1 || !site.hasLayers else {
        throw CommandError.steeringNeedsLayer(file: addition.file, site: site.rawValue, layers: vector.layers)
      }
      layers = vector.layers
    }
  }

  /// The addition as an edit of its site, at all positions.
  func intervention() throws -> Intervention {
    guard site.hasLayers else {
      // Everything in the file goes to the one place.
      return Intervention(
        try Site(site),
        .addSeveral(
          vector.values.map { rows in
            let direction: Edit.Direction =
              vector.isSequence ? .sequences([rows], layers: [0]) : .vectors([rows[0]], layers: nil)
            return Edit.Addition(direction, coefficients: [addition.coefficient])
          }))
    }
    return Intervention(
      try Site(site, [.layer: .items(layers.map { .index($0) })]),
      .add(vector.direction, coefficients: [addition.coefficient]))
  }

  /// Such as `resid_post.3`.
  var siteText: String {
    guard site.hasLayers, let first = layers.first, let last = layers.last else { return site.rawValue }
    return first == last ? "\(site.rawValue).\(first)" : "\(site.rawValue).\(first)..\(last)"
  }
}
