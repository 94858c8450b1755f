import Diagnostics
import Execution
import ModelGraph

extension Edit {
  /// Adds directions, each times a coefficient. With several directions, every combination of their coefficients is
  /// used.
  public struct Add: EditKind {
    public static let form = EditForm(
      "add", "a direction to add", .additions, example: "{add: {from: difference}}")

    public let additions: [Addition]

    public init(_ additions: [Addition]) { self.additions = additions.map(\.normalized) }
    public init(reading arguments: inout some EditArguments) throws { additions = try arguments.additions() }

    public var argument: JSONValue? {
      let written = additions.map(\.written)
      return written.count == 1 ? written[0] : .array(written)
    }

    public var takes: EditSource.Run { additions.contains { $0.direction == .difference } ? .other : .none }
    public var keepsSharedValues: Bool { additions.allSatisfy { $0.direction == .difference } }

    public var vectors: [[Float]] { additions.flatMap(\.direction.vectors) }

    public var settings: [String: EditSetting] {
      var settings: [String: EditSetting] = ["add": .text(additions.map(\.direction.word).joined(separator: ", "))]
      for (place, addition) in additions.enumerated() where addition.coefficients.count == 1 {
        settings[place == 0 ? "coefficient" : "coefficient_\(place + 1)"] = .number(addition.coefficients[0])
      }
      return settings
    }

    public func check(_ place: EditedSite) throws {
      if place.site.name.axes.contains(.destination), additions.contains(where: { $0.direction == .exampleDifference })
      {
        throw InterventionError.noPositionsToAlign(site: place.site.name)
      }
      for layer in place.layers {
        let vectors = try additions.compactMap { try $0.direction.vector(for: layer) }
        for vector in vectors { try place.checkWidth(of: vector, layer: layer) }
      }
    }

    public func place(on target: EditTarget) throws -> [PlacedEdit] {
      try zip(additions, target.point.coefficients).flatMap { addition, coefficient in
        try place(addition.direction, times: coefficient, on: target)
      }
    }

    private func place(_ direction: Direction, times coefficient: Float, on target: EditTarget) throws -> [PlacedEdit] {
      switch direction {
      case .difference:
        return target.placed(
          .addDifference(
            of: try target.other(for: self), row: target.row, minus: try target.base(for: self), minusRow: target.row,
            times: coefficient))
      case .vectors(let vectors, let layers):
        let vector = try LayerVectors(vectors, layers: layers)[target.layer]
        return target.placed(.zero).map { $0.adding(Array(vector[$0.features]), times: coefficient) }
      case .sequences(let sequences, let layers):
        guard let place = layers.firstIndex(of: target.layer) else {
          throw InterventionError.noVectorForLayer(layer: target.layer, layers: layers)
        }
        return target.placed(.zero).flatMap { edit in
          edit.positions.clamped(to: 0..<sequences[place].count).map { position in
            edit.adding(Array(sequences[place][position][edit.features]), times: coefficient, at: position)
          }
        }
      case .exampleDifference:
        let (examples, example) = try target.example(for: self)
        // The chosen positions of the two prompts are aligned in order: from the start if all are chosen, from the end
        // if they are counted from it.
        let theirs = target.positions.indices(count: examples.length(example))
        let ours = target.positions.indices(count: target.length)
        return zip(ours, theirs).flatMap { position, from in
          target.placed(.zero, positions: [position]).map { edit in
            let vector = examples.difference(of: target.node, example: example, position: from, edit.features)
            return edit.adding(vector, times: coefficient)
          }
        }
      }
    }
  }

  /// Adds a direction times each coefficient in turn.
  public static func add(_ direction: Direction, coefficients: [Float]) -> Edit {
    Edit(Add([Addition(direction, coefficients: coefficients)]))
  }

  /// Adds several directions, each times its own coefficients, in every combination.
  public static func addSeveral(_ additions: [Addition]) -> Edit { Edit(Add(additions)) }

  /// What is added.
  public enum Direction: Sendable, Hashable {
    /// The other run's value minus the base run's, position by position.
    case difference
    /// Vectors: one for all layers, or one for each; [features].
    case vectors([[Float]], layers: [Int]?)
    /// The `difference` of another example, each in turn, at the same chosen positions, which are aligned in order
    /// (from the end if they are counted from it).
    case exampleDifference
    /// A vector for each position from the first on, for each of some layers; [layer][position][features]. Nothing is
    /// added at later positions.
    case sequences([[[Float]]], layers: [Int])
  }

  /// A direction and its coefficients.
  public struct Addition: Sendable, Hashable {
    public let direction: Direction
    public let coefficients: [Float]

    public init(_ direction: Direction, coefficients: [Float]) {
      self.direction = direction
      self.coefficients = coefficients
    }
  }
}

extension Edit.Addition {
  /// The same with explicit layers for several vectors.
  fileprivate var normalized: Edit.Addition {
    guard case .vectors(let vectors, let layers) = direction else { return self }
    return Edit.Addition(
      .vectors(vectors, layers: LayerVectors(vectors, layers: layers).layers), coefficients: coefficients)
  }

  /// As in experiment files.
  fileprivate var written: JSONValue {
    var keys = JSONObject()
    switch direction {
    case .difference, .exampleDifference: keys.append(key: "from", value: .string(direction.word))
    case .vectors(let vectors, let layers): keys = LayerVectors(vectors, layers: layers).written
    case .sequences(let sequences, let layers):
      keys.append(key: "values", value: .array(sequences.map { .array($0.map(writtenNumbers)) }))
      keys.append(key: "layers", value: .array(layers.map { .integer($0) }))
    }
    keys.append(key: "coefficient", value: writtenNumbers(coefficients))
    return .object(keys)
  }
}

extension Edit.Direction {
  /// The vectors that it was given.
  fileprivate var vectors: [[Float]] {
    switch self {
    case .difference, .exampleDifference: []
    case .vectors(let vectors, _): vectors
    case .sequences(let sequences, _): Array(sequences.joined())
    }
  }

  /// Its word in files.
  fileprivate var word: String {
    switch self {
    case .difference: "difference"
    case .exampleDifference: "example-difference"
    case .vectors, .sequences: "vector"
    }
  }

  /// One of the vectors, for a layer; nil for differences of runs.
  fileprivate func vector(for layer: Int) throws -> [Float]? {
    switch self {
    case .difference, .exampleDifference: return nil
    case .vectors(let vectors, let layers): return try LayerVectors(vectors, layers: layers)[layer]
    case .sequences(let sequences, let layers):
      guard let place = layers.firstIndex(of: layer), let first = sequences[place].first else {
        throw InterventionError.noVectorForLayer(layer: layer, layers: layers)
      }
      return first
    }
  }
}

extension PlacedEdit {
  /// The same target with a vector added.
  fileprivate func adding(_ vector: [Float], times: Float, at position: Int? = nil) -> PlacedEdit {
    PlacedEdit(
      node: node, row: row, positions: position.map { $0..<$0 + 1 } ?? positions, features: features, sources: sources,
      action: .add(vector, times: times))
  }
}
