import Checkpoints
import ModelGraph
import Tensors
import TestSupport

/// Checkpoints of tiny models of every family, and how they load.
enum FamilyCheckpoint {
  /// A tensor for every weight of a spec, named as in one of its family's layouts, with numbers that all differ.
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
      case .groupedRows(let name, _, let size, let groups):
        add(name, isVector ? [size * groups] : [size * groups, weight.shape[1]])
      case .product(let table, let map, let inner, let transposed):
        add(table, [weight.shape[0], inner])
        add(map, transposed ? [weight.shape[1], inner] : [inner, weight.shape[1]])
      case .ones: break
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
