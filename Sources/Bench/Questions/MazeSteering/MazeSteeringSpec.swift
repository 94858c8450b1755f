import ExperimentFile
import Interventions
import Mazes
import Workbenches

/// Vectors added to a policy's activation at every step through a maze, as requested in an experiment file.
public struct MazeSteeringSpec: Sendable, Hashable {
  /// What is added.
  public enum Vector: Sendable, Hashable {
    /// The activation in the maze minus that in the maze without its cheese, with the mouse at the start.
    case cheese
    /// The activation in the maze with a path opened to the top right minus that in the maze itself, with the mouse at
    /// the start.
    case topRight
    /// A random direction as long as the cheese vector of the same maze.
    case randomCheese
    /// A random direction as long as the top-right vector of the same maze.
    case randomTopRight
    /// From a vector file, the same in every maze; [feature].
    case stored([Float])

    /// Those that are computed in each maze.
    static let made: [Vector] = [.cheese, .topRight, .randomCheese, .randomTopRight]

    /// The name in experiment and results files.
    public var name: String {
      switch self {
      case .cheese: "cheese"
      case .topRight: "top-right"
      case .randomCheese: "random-cheese"
      case .randomTopRight: "random-top-right"
      case .stored: "vector"
      }
    }

    /// Whether it is a control.
    var isRandom: Bool { self == .randomCheese || self == .randomTopRight }
  }

  /// Which maze's vector is added. Raw values are the words of experiment files.
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// The maze's own.
    case own
    /// The mean of all mazes' vectors.
    case mean
    /// Every maze's vector in every maze: a matrix.
    case every
  }

  /// One vector and what it is multiplied by.
  public struct Term: Sendable, Hashable {
    public let vector: Vector
    /// At least one, without repetition.
    public let coefficients: [Float]

    public init(_ vector: Vector, _ coefficients: [Float]) {
      self.vector = vector
      self.coefficients = coefficients
    }
  }

  /// Vector fields that are drawn.
  public struct Fields: Sendable, Hashable {
    /// How many mazes, counted from the first.
    public let mazes: Int
    /// One coefficient per term.
    public let coefficients: [Float]

    public init(mazes: Int, coefficients: [Float]) {
      self.mazes = mazes
      self.coefficients = coefficients
    }
  }

  public let name: String
  /// A hook, or a pattern of hooks that are tried in turn.
  public let site: SiteName
  /// Added together; each cell has one coefficient of each.
  public let terms: [Term]
  public let source: Source
  /// How many rollouts per maze; 0 for decision squares only.
  public let rollouts: Int
  /// Steps after which a rollout ends.
  public let stepLimit: Int
  /// Later activations at which additivity is measured, in addition to the logits; nil for none.
  public let additivity: [String]?
  public let fields: Fields?
  /// Whether the mean of all mazes' vectors is saved as files.
  public let savesVectors: Bool
  /// The model that a vector file was made with; nil if there is none, or any model is allowed.
  public let origin: VectorOrigin?
  public let place: Place

  public init(
    name: String, site: SiteName, terms: [Term], source: Source = .own, rollouts: Int = 0, stepLimit: Int = 256,
    additivity: [String]? = nil, fields: Fields? = nil, savesVectors: Bool = false,
    origin: VectorOrigin? = nil, place: Place
  ) {
    self.name = name
    self.site = site
    self.terms = terms
    self.source = source
    self.rollouts = rollouts
    self.stepLimit = stepLimit
    self.additivity = additivity
    self.fields = fields
    self.savesVectors = savesVectors
    self.origin = origin
    self.place = place
  }

  /// Every choice of a coefficient for each term; the last term's changes fastest.
  var cells: [[Float]] {
    terms.reduce([[]]) { cells, term in cells.flatMap { cell in term.coefficients.map { cell + [$0] } } }
  }
}

extension MazeSteeringSpec: Question {
  public static let questionKind = QuestionKind(
    key: "steering", meaning: "vectors that are added in mazes", one: "an element of 'steering'",
    listed: "vectors to add", inputs: .mazes,
    tables: [.steering, .steeringAdd, .steeringVector, .steeringFields]
  ) { field, reading in
    guard case .mazes(let mazes) = reading.inputs else { preconditionFailure("steering is of mazes") }
    return try field.mazeSteering(mazes: mazes.count, folder: reading.folder)
  }

  public var vectorOrigins: [VectorOrigin] { origin.map { [$0] } ?? [] }

  public var vectors: [[Float]] {
    terms.compactMap { if case .stored(let vector) = $0.vector { vector } else { nil } }
  }

  public func plan(in context: PlanningContext) throws -> [any PlannedQuestion] {
    guard let mazes = context.mazes else { preconditionFailure("steering is of mazes") }
    do {
      return [
        try MazeSteeringStudy(self, mazes, model: context.loaded.model, threads: context.engine().threads)
      ]
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }
}
