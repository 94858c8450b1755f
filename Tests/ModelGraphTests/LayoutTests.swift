import ModelGraph
import Testing

@Suite struct LayoutTests {
  @Test func axesAndSizesOfEachLayout() {
    let heads = Layout.perPosition([Extent(.head, 3), Extent(.dHead, 2)])
    #expect(heads.width == 6)
    #expect(heads.axes == [.example, .position, .head, .dHead])
    #expect(heads.sizes(examples: 4, positions: 5) == [4, 5, 3, 2])
    #expect(heads.heads == 3)
    let stream = Layout.perPosition([Extent(.dModel, 7)])
    #expect(stream.width == 7 && stream.heads == nil)
    let pairs = Layout.perPair(heads: 3)
    #expect(pairs.width == 3 && pairs.heads == 3)
    #expect(pairs.axes == [.example, .head, .destination, .source])
    #expect(pairs.sizes(examples: 4, positions: 5) == [4, 3, 5, 5])
    let image = Layout.perExample([Extent(.channel, 2), Extent(.row, 3), Extent(.column, 4)])
    #expect(image.width == 24 && image.heads == nil)
    #expect(image.axes == [.example, .channel, .row, .column])
    #expect(image.sizes(examples: 2, positions: 1) == [2, 2, 3, 4])
  }

  @Test func visibleSourcesOfEveryRule() {
    for n in 1...5 {
      for causal in [true, false] {
        for window in [nil, 1, 2, 3, 9] {
          let spec = AttentionSpec(queryHeads: 2, keyValueHeads: 1, dHead: 1, scale: 1, causal: causal, window: window)
          for destination in 0..<n {
            let expected = (0..<n).filter { source in
              (!causal || source <= destination) && (window.map { destination - source < $0 } ?? true)
            }
            #expect(Array(spec.visibleSources(of: destination, positions: n)) == expected)
          }
        }
      }
    }
  }

  @Test func queryHeadsShareKeyValueHeadsInTurn() {
    let spec = AttentionSpec(queryHeads: 6, keyValueHeads: 2, dHead: 1, scale: 1)
    #expect((0..<6).map(spec.keyValueHead) == [0, 0, 0, 1, 1, 1])
  }

  @Test func descendantsAndAncestorsFollowTheEdges() {
    var builder = GraphBuilder()
    let stream = Layout.perPosition([Extent(.dModel, 1)])
    let table = builder.weight("embed.weight", [3, 1])
    let a = builder.add(.tokenEmbedding(table: table), [], stream, hook: "a")
    let b = builder.add(.scaled(by: 2), [a], stream, hook: "b")
    let c = builder.add(.scaled(by: 3), [a], stream, hook: "c")
    let d = builder.add(.sum, [b, c], stream, hook: "d")
    let aside = builder.add(.scaled(by: 1), [c], stream, hook: "aside", onRequest: true)
    let graph = builder.finish(
      family: "test", input: .tokens(vocabulary: 3, context: nil),
      dimensions: .init(layers: 0, heads: 1, keyValueHeads: 1, dModel: 1, dHead: 1, dMlp: 0), logits: d)
    #expect(builder.weight("embed.weight", [3, 1]) == table)
    #expect(graph.descendants(of: a) == [true, true, true, true, true])
    #expect(graph.descendants(of: b) == [false, true, false, true, false])
    #expect(graph.descendants(of: c) == [false, false, true, true, true])
    #expect(graph.ancestors(of: [d]) == [true, true, true, true, false])
    #expect(graph.ancestors(of: [aside, b]) == [true, true, true, false, true])
    #expect(graph.hooks == ["a", "b", "c", "d", "aside"])
    #expect(graph.node(hook: "c")?.id == c && graph.node(hook: "e") == nil)
  }
}
