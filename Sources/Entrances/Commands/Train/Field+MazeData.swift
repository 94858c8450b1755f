import Checkpoints
import Diagnostics
import ExperimentFile
import Mazes
import Training
import Workbenches

extension Field {
  /// The keys of a conv policy's config.
  /// - Throws: `ExperimentError` for an invalid config, or one that does not take mazes.
  func policy() throws -> (json: JSONObject, spec: any ModelSpec) {
    let content = try content()
    guard case .map(let members) = content else {
      throw error(
        .wrongType(path: path, found: content.description, expected: "a map with the keys of a conv policy's config"))
    }
    var json = JSONObject()
    for member in members {
      if member.key == "model_type" {
        _ = try member.field.choice(of: ImpalaFamily.modelTypes)
      } else {
        json.append(key: member.key, value: try member.field.configValue())
      }
    }
    do {
      let spec = try ImpalaFamily.spec(Config(json, file: path))
      let needed = [
        ("in_channels", spec.channels, 3), ("observation_size", spec.size, Observation.edge),
        ("num_actions", spec.actions, MoveDirection.actionCount),
      ]
      for (key, found, expected) in needed where found != expected {
        throw error(.badValue(path: "\(path).\(key)", value: "\(found)", expected: "\(expected), as mazes have"))
      }
      return (json, spec)
    } catch let error as CheckpointError {
      let culprit = members.first { $0.key == error.configKey }?.field.place
      throw ExperimentError.wrapping(error, at: culprit ?? place)
    }
  }

  /// Mazes for training, and others for validation.
  func mazes() throws -> (data: TrainingData, description: String) {
    let keys = try map(.recipeMazes)
    let field = keys.required("sizes")
    let sizes = try field.list(of: "sizes").map { try $0.mazeSize() }
    let cheese = try keys["cheese"].map { try $0.choice(CheesePlace.self) } ?? .topRight
    let seed = UInt64(try keys["seed"].map { try $0.integer(from: 0) } ?? 0)
    func source(_ stream: MazeStream) throws -> PictureSource {
      let spec: MazeDataSpec
      do { spec = try MazeDataSpec(sizes: sizes, cheese: cheese.rule, stream: stream) } catch {
        throw ExperimentError.wrapping(error, at: field.place)
      }
      return PictureSource(shape: [3, Observation.edge, Observation.edge]) { numbers, pictures in
        var labels: [Int32] = []
        TrainingMazes.fill(examples: numbers, seed: seed, spec: spec, into: pictures, labels: &labels)
        return labels
      }
    }
    let names = sizes.map(String.init).joined(separator: " ")
    return (
      .pictures(try source(.training), validation: try source(.heldOut)),
      "mazes of \(names), cheese \(cheese.rawValue), seed \(seed)"
    )
  }
}
