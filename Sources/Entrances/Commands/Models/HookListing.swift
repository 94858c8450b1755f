import Checkpoints
import Diagnostics
import ModelGraph
import Workbenches

/// `patchbay hooks`: lists the activations of a model. Only the config and the headers of the weights are read.
public struct HooksCommand: Sendable {
  public let model: String
  public let isJSON: Bool

  public init(model: String, isJSON: Bool) {
    self.model = model
    self.isJSON = isJSON
  }

  /// - Throws: `CheckpointError`, `CommandError`, `ConsoleError`.
  public func run(on console: Console) throws {
    let folder = try CheckpointFolder(path: try ModelReference(model).folder())
    let graph = try LoadedModel.spec(of: folder).graph()
    let nodes = graph.nodes.filter { $0.hook != nil }
    try console.print(isJSON ? json(nodes).text : table(nodes, of: graph))
  }

  private func table(_ nodes: [Node], of graph: ModelGraph) -> String {
    var table = TextTable(header: ["hook", "axes", ""])
    for node in nodes {
      let axes = extents(of: node.layout).map { extent in extent.size.map { "\(extent.axis) \($0)" } ?? extent.axis }
      table.add([
        node.hook?.text ?? "", "[\(axes.joined(separator: ", "))]", node.isOnRequest ? "on request" : "",
      ])
    }
    let requested = nodes.count { $0.isOnRequest }
    let note =
      requested == 0
      ? ""
      : "; \(requested) on request: large, so patterns that end in * leave them out; name them to store them"
    return "\(table.text)\n\n\(graph.family) model: \(nodes.count) activations\(note)"
  }

  private func json(_ nodes: [Node]) -> JSONValue {
    .array(
      nodes.map { node in
        let extents = extents(of: node.layout)
        return .object([
          "name": .string(node.hook?.text ?? ""),
          "axes": .array(extents.map { .string($0.axis) }),
          "sizes": .array(extents.map { $0.size.map(JSONValue.integer) ?? .null }),
          "on_request": .bool(node.isOnRequest),
        ])
      })
  }

  /// The axes and their sizes; nil for those that depend on the prompts.
  private func extents(of layout: Layout) -> [(axis: String, size: Int?)] {
    zip(layout.axes, layout.sizes(examples: 0, positions: 0)).map { axis, size in
      switch axis {
      case .example, .position, .destination, .source: (axis.rawValue, nil)
      default: (axis.rawValue, size)
      }
    }
  }
}
