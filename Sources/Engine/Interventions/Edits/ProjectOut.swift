import Diagnostics
import Execution

extension Edit {
  /// Removes the component along a direction: one for all layers, or one for each.
  public struct ProjectOut: EditKind {
    public static let form = EditForm(
      "project_out", "a direction to take out", .vectors, example: "{project_out: {vector: FILE}}")

    private let directions: LayerVectors

    /// - Parameter vectors: [features] each, of any length but 0.
    public init(_ vectors: [[Float]], layers: [Int]?) { directions = LayerVectors(vectors, layers: layers) }

    public init(reading arguments: inout some EditArguments) throws {
      let (vectors, layers) = try arguments.vectors()
      self.init(vectors, layers: layers)
    }

    public var argument: JSONValue? { .object(directions.written) }
    public var vectors: [[Float]] { directions.vectors }

    public func check(_ place: EditedSite) throws {
      for layer in place.layers {
        guard try place.isOneVector(layer: layer) else { throw InterventionError.notOneVector(site: place.site.name) }
        let vector = try directions[layer]
        guard vector.contains(where: { $0 != 0 }) else { throw InterventionError.noDirection(layer: layer) }
        try place.checkWidth(of: vector, layer: layer)
      }
    }

    public func place(on target: EditTarget) throws -> [PlacedEdit] {
      let vector = try directions[target.layer]
      let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      return target.placed(.projectOut(vector.map { Float(Double($0) / length) }))
    }
  }

  /// Removes the component along a direction.
  /// - Parameters:
  ///   - vectors: one for all layers, or one for each; [features], of any length but 0.
  ///   - layers: the layer of each vector; nil if one is for all, or there is one for each layer from 0 on.
  public static func projectOut(_ vectors: [[Float]], layers: [Int]?) -> Edit {
    Edit(ProjectOut(vectors, layers: layers))
  }
}
