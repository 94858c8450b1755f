import Checkpoints
import ModelGraph
import TestSupport
import Testing

/// What writes to the residual stream, what reads it, and which of them are connected.
@Suite struct EdgeTests {
  /// A transformer of some shape, without weights.
  private static func anatomy(
    layers: Int, heads: Int, keyValueHeads: Int? = nil, dMlp: Int = 4, isParallel: Bool = false
  ) throws -> Anatomy {
    var spec = TransformerSpec(
      family: "patchbay", layers: layers, heads: heads, keyValueHeads: keyValueHeads ?? heads, dModel: heads * 2,
      dHead: 2, dMlp: dMlp, vocabulary: 5, context: 8, norm: .init(kind: .layer), activation: .geluNew,
      positions: .learned)
    spec.isParallel = isParallel
    return try spec.graph(GraphOptions()).transformer()
  }

  @Test func gpt2SmallHasTheKnownNumberOfEdges() throws {
    let anatomy = try Self.anatomy(layers: 12, heads: 12)
    #expect(anatomy.senders().count == 157)
    #expect(anatomy.receivers().count == 445)
    #expect(anatomy.edges().count == 32_491)
    #expect(anatomy.edges(.ungrouped) == anatomy.edges())
  }

  @Test func smallGraphsCountedByHand() throws {
    struct Count: Equatable { let senders, receivers, edges: Int }
    func count(_ anatomy: Anatomy, _ inputs: KeyValueInputs = .grouped) -> Count {
      Count(
        senders: anatomy.senders().count, receivers: anatomy.receivers(inputs).count,
        edges: anatomy.edges(inputs).count)
    }
    // Two layers of two heads: 6 inputs of heads read 1 and 4 senders, MLPs 3 and 6, the logits 7.
    #expect(count(try Self.anatomy(layers: 2, heads: 2)) == Count(senders: 7, receivers: 15, edges: 6 + 3 + 24 + 6 + 7))
    // In parallel, MLPs read what heads read.
    #expect(
      count(try Self.anatomy(layers: 2, heads: 2, isParallel: true))
        == Count(senders: 7, receivers: 15, edges: 6 + 1 + 24 + 4 + 7))
    // Attention only: 6 inputs read 1 and 3 senders, the logits 5.
    let bare = try Self.anatomy(layers: 2, heads: 2, dMlp: 0)
    #expect(count(bare) == Count(senders: 5, receivers: 13, edges: 6 + 18 + 5))
    #expect(count(try Self.anatomy(layers: 2, heads: 2, dMlp: 0, isParallel: true)) == count(bare))
    // Four heads that share two keys and values: 8 inputs of heads in each block, or 12 with a copy for each head.
    let grouped = try Self.anatomy(layers: 2, heads: 4, keyValueHeads: 2)
    #expect(count(grouped) == Count(senders: 11, receivers: 19, edges: 8 + 5 + 48 + 10 + 11))
    #expect(count(grouped, .ungrouped) == Count(senders: 11, receivers: 27, edges: 12 + 5 + 72 + 10 + 11))
    let none = try Self.anatomy(layers: 0, heads: 2)
    #expect(none.edges() == [Edge(from: .embed, to: .logits)])
  }

  @Test func theOrderIsThatOfResultsFiles() throws {
    let anatomy = try Self.anatomy(layers: 2, heads: 2, keyValueHeads: 1)
    #expect(anatomy.senders().map(\.description) == ["embed", "0.0", "0.1", "mlp.0", "1.0", "1.1", "mlp.1"])
    #expect(
      anatomy.receivers().map(\.description) == [
        "0.0.q", "0.1.q", "0.0.k", "0.0.v", "mlp.0", "1.0.q", "1.1.q", "1.0.k", "1.0.v", "mlp.1", "logits",
      ])
    #expect(
      anatomy.receivers(.ungrouped).prefix(7).map(\.description) == [
        "0.0.q", "0.1.q", "0.0.k", "0.1.k", "0.0.v", "0.1.v", "mlp.0",
      ])
    #expect(anatomy.edges().prefix(3).map(\.description) == ["embed->0.0.q", "embed->0.1.q", "embed->0.0.k"])
    #expect(anatomy.edges().suffix(1).map(\.description) == ["mlp.1->logits"])
    #expect(anatomy.senders(mlps: false, embed: false).allSatisfy { $0.head != nil })
    #expect(anatomy.senders(heads: false).map(\.description) == ["embed", "mlp.0", "mlp.1"])
  }

  /// There is an edge if, in the graph, the stream that the receiver reads depends on what the sender writes.
  @Test(arguments: SmallSpec.all, AnatomyTests.options)
  func edgesAreThoseOfTheGraph(small: SmallSpec, options: GraphOptions) throws {
    let graph = small.spec.graph(options)
    let anatomy = try graph.transformer()
    for sender in anatomy.senders() {
      let reached = graph.descendants(of: anatomy.node(of: sender))
      for receiver in anatomy.receivers() {
        let isReached = reached[anatomy.reading(of: receiver).stream.index]
        #expect(anatomy.hasEdge(from: sender, to: receiver) == isReached, "\(sender) to \(receiver)")
      }
    }
  }

  @Test(arguments: GoldenModel.withCircuits)
  func theGraphIsTheReferences(family: String) throws {
    let golden = try GoldenModel(family)
    let (anatomy, circuits) = (try golden.loaded.model.graph.transformer(), try golden.circuits())
    let (senders, receivers) = (anatomy.senders(), anatomy.receivers())
    #expect(senders.map(\.description) == (try circuits.texts(at: "/sender")))
    #expect(receivers.map(\.description) == (try circuits.texts(at: "/receiver")))
    let edges = senders.indices.flatMap { sender in
      receivers.indices.filter { anatomy.hasEdge(from: senders[sender], to: receivers[$0]) }
        .map { sender * receivers.count + $0 }
    }
    #expect(edges == (try circuits.integers(at: "/edge_order")))
  }

  @Test func whatAModelContains() throws {
    let anatomy = try Self.anatomy(layers: 2, heads: 4, keyValueHeads: 2)
    for sender in anatomy.senders() { #expect(anatomy.contains(sender)) }
    for inputs in KeyValueInputs.allCases {
      for receiver in anatomy.receivers(inputs) { #expect(anatomy.contains(receiver, inputs)) }
    }
    for text in ["2.0", "0.4", "mlp.2"] { #expect(!anatomy.contains(try #require(Sender(text))), "\(text)") }
    for text in ["2.0.q", "0.4.q", "0.2.k", "0.2.v", "mlp.2"] {
      #expect(!anatomy.contains(try #require(Receiver(text))), "\(text)")
    }
    #expect(anatomy.contains(.head(layer: 0, head: 3, .k), .ungrouped))
    let bare = try Self.anatomy(layers: 1, heads: 1, dMlp: 0)
    #expect(!bare.contains(Sender.mlp(layer: 0)) && !bare.contains(Receiver.mlp(layer: 0)))
  }

  @Test func endsAreReadAsTheyAreWritten() throws {
    let anatomy = try Self.anatomy(layers: 11, heads: 11)
    for sender in anatomy.senders() { #expect(Sender(sender.description) == sender) }
    for receiver in anatomy.receivers() { #expect(Receiver(receiver.description) == receiver) }
    for edge in anatomy.edges().prefix(2000) { #expect(Edge(edge.description) == edge) }
    #expect(Head("9.10") == Head(layer: 9, head: 10) && Head(layer: 9, head: 10).description == "9.10")
    #expect(Head(layer: 1, head: 9) < Head(layer: 2, head: 0) && Head(layer: 2, head: 0) < Head(layer: 2, head: 1))
    #expect(Sender(Head(layer: 3, head: 1)) == .head(layer: 3, head: 1))
    #expect(Receiver("3.1.v")?.head == Head(layer: 3, head: 1) && Receiver("3.1.v")?.input == .v)
    for text in ["", ".", "1", "1.", ".1", "-1.0", "1.-1", "1.2.3", "a.b", "mlp", "mlp.", "mlp.-1", "mlp.x", "Embed"] {
      #expect(Sender(text) == nil && Head(text) == nil, "'\(text)'")
    }
    for text in ["", "1.2", "1.2.", "1.2.z", "1.2.Q", ".2.q", "1..q", "-1.2.q", "1.2.q.", "mlp.-1", "mlp.0.q", "logit"]
    {
      #expect(Receiver(text) == nil, "'\(text)'")
    }
    for text in ["", "->", "embed", "embed->", "->logits", "embed->0.0", "logits->embed", "embed->logits->logits"] {
      #expect(Edge(text) == nil, "'\(text)'")
    }
  }
}
