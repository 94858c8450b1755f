import LabelledArrays

/// Directions to add to a model's activations, one for each of some layers, with their origin (`patchbay-vector`).
public struct SteeringVector: Sendable, Hashable {
  /// The model's name when the vector was made.
  public var model: String
  /// The SHA-256 of its weights, in hexadecimal.
  public var modelSHA256: String
  /// The kind of activation that the vector is a difference of: `resid_pre`.
  public var site: String
  /// How it was made: `mean-difference`, `paired-component`, `difference`, `random`.
  public var method: String
  /// The file of prompts, and the position at which activations were taken.
  public var prompts: String
  public var position: String
  /// How many pairs it was made from.
  public var pairs: Int
  public var patchbayVersion: String
  public var layers: [Int]
  /// [layer][position][feature]; one position unless `isSequence`.
  public var values: [[[Float]]]
  /// Whether there is a vector for each position, starting at the first.
  public var isSequence: Bool
  /// The mean length of the activations that the vector was made from, [layer].
  public var activationNorms: [Double]

  public init(
    model: String, modelSHA256: String, site: String, method: String, prompts: String, position: String, pairs: Int,
    patchbayVersion: String, layers: [Int], values: [[[Float]]], isSequence: Bool, activationNorms: [Double]
  ) {
    self.model = model
    self.modelSHA256 = modelSHA256
    self.site = site
    self.method = method
    self.prompts = prompts
    self.position = position
    self.pairs = pairs
    self.patchbayVersion = patchbayVersion
    self.layers = layers
    self.values = values
    self.isSequence = isSequence
    self.activationNorms = activationNorms
  }

  /// The length of the vector, [layer]; for a sequence, the mean over positions.
  public var norms: [Double] {
    values.map { rows in
      rows.reduce(0) { sum, row in sum + row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
        / Double(max(1, rows.count))
    }
  }

  /// Reads a vector file.
  /// - Throws: `StoreError`.
  public init(file: String) throws {
    let store = try StoreReader(file, expecting: [.vector])
    var parts = try HeaderParts(of: store)
    model = try parts.take(Schema.Root.model)
    modelSHA256 = try parts.take(Schema.Root.modelSHA256)
    site = try parts.take(Schema.Vector.site)
    method = try parts.take(Schema.Vector.method)
    prompts = try parts.take(Schema.Vector.prompts)
    position = try parts.take(Schema.Vector.position)
    patchbayVersion = try parts.take(Schema.Root.patchbayVersion)
    guard case .integer(let count)? = parts.rest[Schema.Vector.pairs] else {
      throw StoreError.missing(
        path: file, what: .attribute, name: Schema.Vector.pairs, candidates: parts.rest.keys.sorted())
    }
    pairs = count
    let shape = try store.describe(Schema.vector.path(Schema.Vector.value)).shape
    layers = try store.integers(at: Schema.vector.path("layer"))
    activationNorms = try store.numbers(at: Schema.vector.path(Schema.Vector.activationNorm))
    guard (2...3).contains(shape.count), shape[0] == layers.count, activationNorms.count == layers.count else {
      throw StoreError.wrongShape(
        path: file, dataset: Schema.vector.path(Schema.Vector.value), found: shape,
        expected: "[\(layers.count), feature] or [\(layers.count), position, feature]")
    }
    isSequence = shape.count == 3
    let (positions, width) = (isSequence ? shape[1] : 1, shape[shape.count - 1])
    guard shape.allSatisfy({ $0 > 0 }), Set(layers).count == layers.count, layers.allSatisfy({ $0 >= 0 }) else {
      throw StoreError.wrongShape(
        path: file, dataset: Schema.vector.path(Schema.Vector.value), found: shape,
        expected: "a vector for each of some layers, each layer once")
    }
    let all = try store.tensor(at: Schema.vector.path(Schema.Vector.value)).values
    values = layers.indices.map { layer in
      (0..<positions).map { position in
        let start = (layer * positions + position) * width
        return Array(all[start..<start + width])
      }
    }
  }

  /// The file's group.
  /// - Precondition: at least one layer; all vectors of one width and one number of positions.
  public var arrays: ArrayGroup {
    var group = ArrayGroup(Schema.vector.path, axes: [LabelledAxis("layer", .integers(layers))])
    if isSequence { group.add(LabelledAxis(Schema.Axis.position, .range(values[0].count))) }
    group.add(LabelledAxis("feature", .range(values[0][0].count)))
    group.add(Schema.Vector.value, along: group.axes.map(\.name), values.flatMap { $0.flatMap(\.self) })
    group.add(Schema.Vector.norm, along: ["layer"], norms.map(Float.init))
    group.add(Schema.Vector.activationNorm, along: ["layer"], activationNorms.map(Float.init))
    return group
  }

  /// The root's attributes.
  public var attributes: [String: Attribute] {
    [
      Schema.Root.model: .text(model), Schema.Root.modelSHA256: .text(modelSHA256), Schema.Vector.site: .text(site),
      Schema.Vector.method: .text(method),
      Schema.Vector.prompts: .text(prompts), Schema.Vector.position: .text(position),
      Schema.Vector.pairs: .integer(pairs),
      Schema.Root.patchbayVersion: .text(patchbayVersion),
    ]
  }
}
