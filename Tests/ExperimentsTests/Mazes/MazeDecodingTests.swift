import Diagnostics
import Interventions
import Mazes
import Patching
import Runs
import Testing
import Workbenches

/// Mazes and steering as written in experiment files.
@Suite struct MazeDecodingTests {
  static func experiment(_ keys: String, mazes: String = "{count: 3, sizes: [7, 9]}") -> String {
    "name: x\nmodel: bundled:maze\nmazes: \(mazes)\n\(keys)\n"
  }

  static func steering(_ keys: String) -> String { experiment("steering:\n  - {name: s, \(keys)}") }

  private func mazes(_ text: String) throws -> MazeSpec {
    let file = try Experiment(
      yaml: Self.steering("add: {cheese: 1}").replacing("{count: 3, sizes: [7, 9]}", with: text), file: "x.yaml")
    guard case .mazes(let spec) = file.prompts else { throw Unexpected.prompts }
    return spec
  }

  private enum Unexpected: Error { case prompts }

  @Test func mazesAsWritten() throws {
    let plain = try mazes("{count: 3, sizes: 9}")
    #expect(plain.count == 3 && plain.sizes == [9] && plain.seed == 0 && plain.cheese == .anywhere)
    #expect(plain.corruption == .noCheese && plain.mouse == .decision && !plain.groupsActions)
    let full = try mazes(
      "{count: 5, sizes: [3, 25], seed: 8, cheese: top-right, corrupted: path-to-corner, mouse: start, actions: grouped}"
    )
    #expect(full.sizes == [3, 25] && full.seed == 8 && full.cheese == .topRight(5))
    #expect(full.corruption == .pathToCorner && full.mouse == .start && full.groupsActions)
  }

  @Test func steeringAsWritten() throws {
    let file = try Experiment(
      yaml: Self.experiment(
        """
        steering:
          - {name: plain, add: {cheese: 1}}
          - name: full
            add: {top-right: [0, 1.5], cheese: [-2, 0.5]}
            site: "embedder.block3.*"
            from: mean
            steps: 9
          - {name: more, add: {random-cheese: [1]}, rollouts: 4, additivity: true, fields: {mazes: 2, at: -1}}
        """), file: "x.yaml")
    let plain = file.steering[0]
    #expect(plain.site == .hook("embedder.block2.res1.resadd_out") && plain.source == .own && plain.rollouts == 0)
    #expect(plain.terms == [.init(.cheese, [1])] && plain.additivity == nil && plain.fields == nil)
    #expect(plain.stepLimit == 256)
    let full = file.steering[1]
    // In the order of the table, whatever the file's order.
    #expect(full.terms == [.init(.cheese, [-2, 0.5]), .init(.topRight, [0, 1.5])])
    #expect(full.site == .hook("embedder.block3.*") && full.source == .mean && full.stepLimit == 9)
    let more = file.steering[2]
    #expect(more.additivity == [] && more.fields == .init(mazes: 2, coefficients: [-1]) && more.rollouts == 4)
  }

  @Test(arguments: [
    ("{sizes: [7]}", "x.yaml:3: the key 'count' is missing in 'mazes' (how many mazes)"),
    ("{count: 2}", "x.yaml:3: the key 'sizes' is missing in 'mazes' (squares along each edge of the mazes)"),
    ("{count: 0, sizes: [7]}", "x.yaml:3: 'mazes.count' is 0; it must be from 1 to 10000"),
    ("{count: 2, sizes: [8]}", "x.yaml:3: 'mazes.sizes[0]' is 8; it must be an odd number from 3 to 25"),
    ("{count: 2, sizes: 27}", "x.yaml:3: 'mazes.sizes' is 27; it must be an odd number from 3 to 25"),
    ("{count: 2, sizes: 7, seed: -1}", "x.yaml:3: 'mazes.seed' is -1; it must be 0 or more"),
    ("{count: 2, sizes: 7, seed: one}", "x.yaml:3: 'mazes.seed' must be a whole number, not the text 'one'"),
    (
      "{count: 2, sizes: 7, cheese: left}",
      "x.yaml:3: 'mazes.cheese': there is no 'left' (one of: top-right, anywhere)"
    ),
    (
      "{count: 2, sizes: 7, corrupted: no-chese}",
      "x.yaml:3: 'mazes.corrupted': there is no 'no-chese' (did you mean 'no-cheese'?)"
    ),
  ])
  func badMazes(mazes: String, message: String) {
    let found = BadFileTests.message(
      Self.steering("add: {cheese: 1}").replacing("{count: 3, sizes: [7, 9]}", with: mazes))
    #expect(found == message)
  }

  @Test(arguments: [
    ("site: a.b", "x.yaml:5: the key 'add' is missing in 'steering[0]' (vectors and their coefficients)"),
    (
      "add: {}",
      "x.yaml:5: 'steering[0].add' is empty; give at least one of cheese, top-right, random-cheese, random-top-right, vector"
    ),
    ("add: {chese: 1}", "x.yaml:5: unknown key 'chese' in 'steering[0].add' (did you mean 'cheese'?)"),
    ("add: {cheese: much}", "x.yaml:5: 'steering[0].add.cheese' must be a number, not the text 'much'"),
    ("add: {cheese: [1, 1]}", "x.yaml:5: 'steering[0].add.cheese' has '1.0' twice"),
    ("add: {cheese: []}", "x.yaml:5: 'steering[0].add.cheese' is empty; give at least one of coefficients"),
    (
      "add: {cheese: 1}, site: resid_pre",
      "x.yaml:5: 'steering[0].site' is 'resid_pre'; it must be a hook such as embedder.block2.res1.resadd_out"
    ),
    (
      "add: {cheese: 1}, from: any", "x.yaml:5: 'steering[0].from': there is no 'any' (one of: own, mean, every)"
    ),
    (
      "add: {cheese: 1}, site: 'embedder.*', rollouts: 2",
      "x.yaml:5: 'rollouts' cannot be combined with 'a pattern as site' in 'steering[0]'"
    ),
    (
      "add: {cheese: 1}, from: every, fields: {at: 1}",
      "x.yaml:5: 'fields' cannot be combined with 'from: every' in 'steering[0]'"
    ),
    (
      "add: {cheese: 1}, fields: {at: [1, 2]}",
      "x.yaml:5: 'steering[0].fields.at' is 2 numbers; it must be one for each vector (1)"
    ),
    (
      "add: {cheese: 1}, fields: {mazes: 4, at: 1}", "x.yaml:5: 'steering[0].fields.mazes' is 4; it must be from 1 to 3"
    ),
    (
      "add: {vector: {file: a.h5}}",
      "x.yaml:5: the key 'coefficient' is missing in 'steering[0].add.vector' (what it is multiplied by)"
    ),
    (
      "add: {vector: {file: a.h5, coefficient: x}}", "x.yaml:5: 'a.h5': no such file"
    ),
    ("add: {cheese: 1}, save: maybe", "x.yaml:5: 'steering[0].save' must be true or false, not the text 'maybe'"),
    ("add: {cheese: 1}, rollouts: -1", "x.yaml:5: 'steering[0].rollouts' is -1; it must be from 0 to 10000"),
  ])
  func badSteering(keys: String, message: String) { #expect(BadFileTests.message(Self.steering(keys)) == message) }

  @Test func whatDoesNotGoTogether() {
    let steering = "steering: [{name: s, add: {cheese: 1}}]"
    #expect(
      BadFileTests.message("name: x\nprompts: {pairs: [\(DecodingTests.pair)]}\n\(steering)")
        == "x.yaml:3: 'steering' is for mazes, but the file has no key 'mazes'")
    for (key, value) in [
      ("prompts", "{pairs: []}"), ("cache", "{hooks: [a]}"), ("readouts", "[]"), ("prepend_bos", "true"),
    ] {
      #expect(
        BadFileTests.message(Self.experiment("\(key): \(value)\n\(steering)"))
          == "x.yaml:4: '\(key)' cannot be combined with 'mazes'")
    }
    #expect(
      BadFileTests.message(
        Self.experiment("steering:\n  - {name: s, add: {cheese: 1}}\n  - {name: s, add: {cheese: 2}}"))
        == "x.yaml:6: an element of 'steering' named 's' is already defined at line 5")
    #expect(
      BadFileTests.message(Self.experiment(""))
        == "x.yaml:1: there is nothing to do: give sweeps, steering, readouts or a cache")
  }
}
