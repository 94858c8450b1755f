import Checkpoints
import ModelGraph
import Tensors
import TestSupport

/// Checkpoints of tiny models of every family, and how they load.
enum FamilyCheckpoint {
  /// A tensor for every weight of a spec, under the names of one of its family's layouts, numbered so that no two are alike.
  static func tensors<Family: ModelFamily>(
    _ spec: Family.Spec, _ family: Family.Type, marker: String
  ) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (place, weight) in spec.graph().weights.enumerated() {
      let isVector = weight.shape.count == 1
      func add(_ name: String, _ shape: [Int]) {
        let count = shape.reduce(1, *)
        if tensors[name] == nil {
          tensors[name] = Tensor(shape: shape, (0..<count).map { Float(place) + Float($0) / 4096 })
        }
      }
      switch family.source(of: weight.name, spec: spec, stored: [marker]) {
      case .whole(let name): add(name, weight.shape)
      case .columns(let name, _, let total): add(name, isVector ? [total] : [weight.shape[0], total])
      case .rows(let name, _, let total): add(name, isVector ? [total] : [total, weight.shape[1]])
      case .interleavedRows(let name, _, _):
        add(name, isVector ? [3 * weight.shape[0]] : [3 * weight.shape[0], weight.shape[1]])
      }
    }
    return tensors
  }

  static func load(_ config: [String: String], _ tensors: [String: Tensor]) throws -> LoadedModel {
    try withTemporaryFolder { folder in
      let text = config.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
      try write("{\(text)}", to: folder + "/config.json")
      var writer = SafetensorsWriter()
      for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { try writer.add(name, tensor) }
      try writer.write(to: folder + "/model.safetensors")
      return try LoadedModel(folder: folder)
    }
  }
}
