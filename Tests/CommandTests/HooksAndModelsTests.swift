import Checkpoints
import Commands
import Diagnostics
import ModelGraph
import Testing

@Suite struct HooksAndModelsTests {
  @Test func hooksListsEveryActivationWithItsAxes() throws {
    let place = try Workplace()
    let hooks = try LoadedModel(folder: place.model).model.graph.hooks
    let text = try Tool.run("hooks", place.model)
    #expect(text.status == 0 && text.errors.isEmpty)
    for hook in hooks { #expect(text.output.contains("\(hook.text) ")) }
    let line = try #require(text.output.split(separator: "\n").first { $0.hasPrefix("blocks.1.attn.hook_z ") })
    #expect(line.hasSuffix("[example, position, head 2, dHead 8]"))
    let result = try #require(text.output.split(separator: "\n").first { $0.hasPrefix("blocks.1.attn.hook_result ") })
    #expect(result.hasSuffix("on request"))
  }

  @Test func hooksAsJSON() throws {
    let place = try Workplace()
    let graph = try LoadedModel(folder: place.model).model.graph
    let finished = try Tool.run("hooks", place.model, "--json")
    #expect(finished.status == 0)
    let entries = try #require(try JSONValue(parsing: Array(finished.output.utf8)).arrayValue)
    #expect(entries.compactMap { $0["name"]?.stringValue } == graph.hooks.map(\.text))
    for entry in entries {
      let hook = HookName(entry["name"]?.stringValue ?? "")
      let node = try #require(graph.node(hook: hook))
      #expect(entry["axes"]?.arrayValue?.compactMap(\.stringValue) == node.layout.axes.map(\.rawValue))
      #expect(entry["on_request"]?.boolValue == node.isOnRequest)
      #expect(entry["sizes"]?.arrayValue?.count == node.layout.axes.count)
    }
  }

  @Test func modelsSaysWhatCanBeLoaded() throws {
    let finished = try Tool.run("models")
    #expect(finished.status == 0)
    for type in ModelFamilies.modelTypes {
      #expect(finished.output.contains("  \(type) "))
      #expect(ModelsCommand.coverage[type] != nil, "nothing is said of \(type)")
    }
  }

  @Test func bundledModelsThatAreNotThere() throws {
    let finished = try Tool.run("hooks", "bundled:nothing")
    #expect(finished.status == 66)
    #expect(finished.errorLines.count == 1)
    #expect(finished.errors.hasPrefix("error: bundled:nothing: "))
  }
}
