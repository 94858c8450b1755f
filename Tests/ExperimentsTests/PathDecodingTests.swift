import Interventions
import ModelGraph
import Patching
import Questions
import Testing

/// The key `path` of sweeps.
@Suite struct PathDecodingTests {
  static func kind(_ path: String) throws -> SweepSpec.Kind {
    let yaml = DecodingTests.sweeps("  - {name: s, path: \(path)}")
    return try #require(try DecodingTests.decode(yaml).sweeps.first).kind
  }

  @Test(
    arguments: [
      ("heads", .every(.heads)), ("mlps", .every(.mlps)), ("embed", .every(.embed)), ("all", .every(.all)),
      ("['7.3', mlp.0, embed]", .groups([[.head(layer: 7, head: 3)], [.mlp(layer: 0)], [.embed]])),
      ("'7.10'", .groups([[.head(layer: 7, head: 10)]])),
      (
        "['7.3+7.9', '7.3']",
        .groups([[.head(layer: 7, head: 3), .head(layer: 7, head: 9)], [.head(layer: 7, head: 3)]])
      ),
      ("['7.3 + mlp.1']", .groups([[.head(layer: 7, head: 3), .mlp(layer: 1)]])),
    ] as [(String, PathSpec.Senders)])
  func senders(written: String, senders: PathSpec.Senders) throws {
    #expect(
      try Self.kind("{senders: \(written), receivers: logits}")
        == .path(PathSpec(senders: senders, receivers: [.logits])))
  }

  @Test(
    arguments: [
      ("logits", [.logits]), ("[logits]", [.logits]), ("mlp.3", [.mlp(layer: 3)]),
      ("9.9.q", [.head(layer: 9, head: 9, .q)]),
      ("['9.9.k', 10.0.v, mlp.0]", [.head(layer: 9, head: 9, .k), .head(layer: 10, head: 0, .v), .mlp(layer: 0)]),
    ] as [(String, [Receiver])])
  func receivers(written: String, receivers: [Receiver]) throws {
    let expected = PathSpec(senders: .every(.heads), receivers: receivers)
    #expect(try Self.kind("{senders: heads, receivers: \(written)}") == .path(expected))
  }

  @Test func everyOtherKey() throws {
    let written = """
      {senders: heads, receivers: [1.0.q, 1.1.q], freeze: heads+mlps, together: false, sender_position: 2..4, \
      receiver_position: -1}
      """
    let expected = PathSpec(
      senders: .every(.heads), receivers: [.head(layer: 1, head: 0, .q), .head(layer: 1, head: 1, .q)],
      freeze: .headsAndMlps, together: false,
      positions: PathPositions(senders: .items([.range(2, 4)]), receivers: .index(-1)))
    #expect(try Self.kind(written) == .path(expected))
    let oneByOne = PathSpec(senders: .every(.heads), receivers: [.logits, .mlp(layer: 0)], together: false)
    #expect(try Self.kind("{senders: heads, receivers: [logits, mlp.0], together: false}") == .path(oneByOne))
  }

  @Test func edges() throws {
    #expect(try Self.kind("{edges: heads}") == .edges(EdgeSpec()))
    #expect(EdgeSpec().inputs == [.q, .k, .v])
    #expect(EdgeSpec().freeze == .headsAndMlps)
    let written = "{edges: heads, inputs: [v, q], freeze: heads, sender_position: 1, receiver_position: all}"
    let expected = EdgeSpec(inputs: [.v, .q], freeze: .heads, positions: PathPositions(senders: .index(1)))
    #expect(try Self.kind(written) == .edges(expected))
  }

  @Test(arguments: [
    ("heads", "'sweeps[0].path' must be a map with senders and receivers, or edges, not the text 'heads'"),
    ("{}", "exactly one of senders, edges is needed in 'sweeps[0].path'; there is none"),
    (
      "{senders: heads, edges: heads, receivers: logits}",
      "exactly one of senders, edges is needed in 'sweeps[0].path'; there are senders, edges"
    ),
    ("{senders: heads}", "the key 'receivers' is missing in 'sweeps[0].path' (inputs of heads, MLPs or logits)"),
    ("{sender: heads, receivers: logits}", "unknown key 'sender' in 'sweeps[0].path' (did you mean 'senders'?)"),
    ("{senders: head, receivers: logits}", "'sweeps[0].path.senders': there is no 'head' (did you mean 'heads'?)"),
    (
      "{senders: [heads], receivers: logits}",
      #"'sweeps[0].path.senders[0]' is 'heads'; it must be a head ("7.3"), an MLP ("mlp.0"), "embed", or several at once ("7.3+7.9")"#
    ),
    (
      "{senders: [7.3], receivers: logits}",
      "'sweeps[0].path.senders[0]' must be text; put it in quotes if it is meant as such, not the number 7.3"
    ),
    (
      "{senders: [mpl.4], receivers: logits}",
      "'sweeps[0].path.senders[0]': there is no 'mpl.4' (did you mean 'mlp.4'?)"
    ),
    ("{senders: [embd], receivers: logits}", "'sweeps[0].path.senders[0]': there is no 'embd' (did you mean 'embed'?)"),
    (
      "{senders: ['7.3+'], receivers: logits}",
      #"'sweeps[0].path.senders[0]' is ''; it must be a head ("7.3"), an MLP ("mlp.0"), "embed", or several at once ("7.3+7.9")"#
    ),
    ("{senders: ['7.3+7.3'], receivers: logits}", "'sweeps[0].path.senders[0]' has '7.3' twice"),
    ("{senders: ['7.3+1.1', '1.1+7.3'], receivers: logits}", "'sweeps[0].path.senders' has '1.1+7.3' twice"),
    ("{senders: [], receivers: logits}", "'sweeps[0].path.senders' is empty; give at least one of senders"),
    ("{senders: heads, receivers: []}", "'sweeps[0].path.receivers' is empty; give at least one of receivers"),
    ("{senders: heads, receivers: logit}", "'sweeps[0].path.receivers': there is no 'logit' (did you mean 'logits'?)"),
    (
      "{senders: heads, receivers: ['9.9']}",
      "'sweeps[0].path.receivers[0]' is '9.9'; it must be 9.9.q, 9.9.k or 9.9.v, an input of the head"
    ),
    (
      "{senders: heads, receivers: [9.9.z]}",
      "'sweeps[0].path.receivers[0]' is '9.9.z'; it must be 9.9.q, 9.9.k or 9.9.v, an input of the head"
    ),
    (
      "{senders: heads, receivers: [everything]}",
      #"'sweeps[0].path.receivers[0]' is 'everything'; it must be an input of a head ("9.9.q", "9.9.k", "9.9.v"), an MLP ("mlp.3") or "logits""#
    ),
    ("{senders: heads, receivers: [9.9.q, 9.9.q]}", "'sweeps[0].path.receivers' has '9.9.q' twice"),
    (
      "{senders: heads, receivers: [9.9.q, logits]}",
      "sweep 's': the logits cannot be patched together with other receivers, whose effect would never be read; "
        + "use `together: false` or a sweep of their own"
    ),
    (
      "{senders: heads, receivers: logits, receiver_position: -1}",
      "'sweeps[0].path.receiver_position': the logits are read at the last position only; leave it out, "
        + "or give the logits a sweep of their own"
    ),
    (
      "{senders: heads, receivers: logits, together: 1}",
      "'sweeps[0].path.together' must be true or false, not the number 1"
    ),
    (
      "{senders: heads, receivers: logits, freeze: mlps}",
      "'sweeps[0].path.freeze': there is no 'mlps' (one of: heads, heads+mlps)"
    ),
    (
      "{senders: heads, receivers: logits, sender_position: [1, 1]}", "'sweeps[0].path.sender_position' has '1' twice"
    ),
    (
      "{senders: heads, receivers: logits, inputs: [q]}",
      "'inputs' cannot be combined with 'senders' in 'sweeps[0].path'"
    ),
    ("{edges: heads, receivers: logits}", "'receivers' cannot be combined with 'edges' in 'sweeps[0].path'"),
    ("{edges: heads, together: true}", "'together' cannot be combined with 'edges' in 'sweeps[0].path'"),
    ("{edges: mlps}", "'sweeps[0].path.edges': there is no 'mlps' (one of: heads)"),
    ("{edges: heads, inputs: [q, w]}", "'sweeps[0].path.inputs[1]': there is no 'w' (did you mean 'q'?)"),
    ("{edges: heads, inputs: [q, q]}", "'sweeps[0].path.inputs' has 'q' twice"),
  ])
  func mistakes(path: String, message: String) {
    #expect(BadFileTests.message(BadFileTests.sweep("path: \(path)")) == "x.yaml:4: \(message)")
  }

  @Test(arguments: [
    ("site: z, over: [layer]", "exactly one of site, path is needed in 'sweeps[0]'; there are path, site"),
    ("over: [layer]", "'over' cannot be combined with 'path' in 'sweeps[0]'"),
    ("edit: zero", "'edit' cannot be combined with 'path' in 'sweeps[0]'"),
    ("position: 3", "'position' cannot be combined with 'path' in 'sweeps[0]'"),
  ])
  func nothingStandsBesideAPath(keys: String, message: String) {
    let yaml = BadFileTests.sweep("path: {senders: heads, receivers: logits}, \(keys)")
    #expect(BadFileTests.message(yaml) == "x.yaml:4: \(message)")
  }

  @Test func overIsNeededWithASite() {
    #expect(
      BadFileTests.message(BadFileTests.sweep("site: z"))
        == "x.yaml:4: the key 'over' is missing in 'sweeps[0]' (the axes to sweep over, each entry in a run of its own)"
    )
  }
}
