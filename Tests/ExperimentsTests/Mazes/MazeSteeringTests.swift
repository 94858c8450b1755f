import ActivationStore
import BundledModels
import Checkpoints
import Execution
import ExperimentFile
import Foundation
import Mazes
import ModelGraph
import Questions
import Reports
import Runs
import Tensors
import TestSupport
import Testing
import Workbenches

/// Steering in mazes, compared with runs that recompute everything for every picture.
@Suite struct MazeSteeringTests {
  private static let site = "embedder.block2.res1.resadd_out"
  private static let mazes = "{count: 5, sizes: [5, 7, 9], seed: 3}"
  private let model: Model
  private let drawn: [Maze]

  init() throws {
    model = try LoadedModel(folder: try #require(BundledModels.folder(of: "maze"))).model
    drawn = try EvaluationMazes.mazes(count: 5, sizes: [5, 7, 9], seed: 3, cheese: .anywhere, withDecision: true)
  }

  private func run(_ steering: String, more: String = "") throws -> (MazeSteeringResults, StoreReader) {
    let folder = try TemporaryFolder()
    let yaml = MazeDecodingTests.experiment("\(more)\nsteering:\n  - {name: s, \(steering)}", mazes: Self.mazes)
    let outcome = try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml")).run(into: folder.path)
    return (try #require(outcome.steering.first), try StoreReader(outcome.results))
  }

  /// A maze's vector by the oracle.
  private func vector(_ maze: Maze, at hook: String = site, topRight: Bool = false) throws -> [Float] {
    let node = try #require(model.graph.node(hook: HookName(hook)))
    let pair = topRight ? (try maze.openingPathToTopRight(), maze) : (maze, try maze.withoutCheese())
    let values = try [pair.0, pair.1].map { maze in
      try #require(try Oracle(model).run(Batch(observations: observations(of: [maze])), keeping: [node.id])[node.id])
        .values
    }
    return zip(values[0], values[1]).map { $0 - $1 }
  }

  /// The policy with vectors added, every picture by itself.
  private func policy(_ added: [([Float], Float)], at hook: String = site) throws -> MazePolicy {
    let node = try #require(model.graph.node(hook: HookName(hook)))
    return { pictures in
      let batch = try Batch(observations: pictures)
      let edits = (0..<batch.rows).flatMap { row in
        added.map { vector, coefficient in
          PlacedEdit(
            node: node.id, row: row, positions: 0..<1, features: 0..<vector.count,
            action: .add(vector, times: coefficient))
        }
      }
      return try Oracle(model).lastLogits(batch, edits: edits).logits
    }
  }

  private func heading(_ maze: Maze, _ policy: MazePolicy) throws -> Heading {
    let decision = try #require(maze.decision)
    return try headings(at: [(maze, decision)], policy: policy)[0]
  }

  @Test func headingsAndRollouts() throws {
    let coefficients: [Float] = [-2, 0, 1]
    let (found, file) = try run("add: {cheese: [-2, 0, 1]}, rollouts: 3, steps: 40, fields: {mazes: 2, at: -2}")
    let cheese = try #require(found.values[.cheese])
    #expect(cheese.count == 15)
    for (cell, coefficient) in coefficients.enumerated() {
      for (number, maze) in drawn.enumerated() {
        let steered = try policy([(try vector(maze), coefficient)])
        let heading = try heading(maze, steered)
        let place = cell * 5 + number
        #expect(abs(Double(cheese[place]) - heading.cheese) < 1e-4)
        #expect(abs(Double(try #require(found.values[.corner])[place]) - heading.corner) < 1e-4)
        let played = try rollouts(
          of: [Maze](repeating: maze, count: 3),
          spec: RolloutSpec(choice: .sample(seed: UInt64(number)), stepLimit: 40),
          policy: steered)
        let got = Float(played.count { $0.reachedCheese }) / 3
        #expect(found.values[.reachedCheese]?[place] == got)
        let came = Float(played.count { $0.reached(.topRight(5), of: maze) }) / 3
        #expect(found.values[.reachedRegion]?[place] == came)
        #expect(found.values[.steps]?[place] == Float(played.reduce(0) { $0 + $1.steps }) / 3)
        let change = try FieldDifference(
          from: VectorField(of: maze, policy: try policy([])), to: VectorField(of: maze, policy: steered)
        ).meanTotalVariation
        #expect(abs(Double(try #require(found.values[.fieldChange])[place]) - change) < 1e-4)
      }
    }
    // Coefficient 0 changes nothing, to the last bit.
    #expect(Array(cheese[5..<10]) == found.unsteered[.cheese])
    #expect(found.changes[.cheese]?[1].value == 0 && found.changes[.cheese]?[1].low == 0)
    let mean = found.means[.cheese]?[0]
    #expect(abs(try #require(mean?.value) - cheese[0..<5].reduce(0) { $0 + Double($1) } / 5) < 1e-6)
    #expect(try #require(mean?.low) < mean!.value && mean!.value < mean!.high)
    // The drawn fields.
    #expect(found.fields.map(\.maze) == Array(drawn[0..<2]))
    let after = try VectorField(of: drawn[1], policy: try policy([(try vector(drawn[1]), -2)]))
    for (own, other) in zip(found.fields[1].after.moves, after.moves) { #expect(abs(own.left - other.left) < 1e-4) }
    // The stored results.
    #expect(try file.tensor(at: "/steering/s/p_cheese").values == cheese)
    #expect(try file.tensor(at: "/steering/s/p_cheese").shape == [3, 5])
    #expect(try file.tensor(at: "/steering/s/p_cheese_change").shape == [3, 3])
    let lengths = try file.tensor(at: "/steering/s/vector_norm_cheese").values
    let length = try vector(drawn[4]).reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(lengths[4] - length) < 1e-3)
    #expect(try file.texts(at: "/prompts/label_maze")[2] == drawn[2].drawing.joined(separator: "/"))
  }

  @Test func twoVectorsAndWhatIsNotAdditive() throws {
    let (found, file) = try run(
      "add: {cheese: [-1, 0], top-right: [0, 2]}, additivity: [embedder.block2.res2.resadd_out, embedder.relufc_out]")
    #expect(found.axes.map(\.name) == ["cheese", "top-right"])
    let node = try #require(model.graph.node(hook: "embedder.relufc_out"))
    let site = try #require(model.graph.node(hook: HookName(Self.site)))
    for (number, maze) in drawn.enumerated() {
      let (cheese, topRight) = (try vector(maze), try vector(maze, topRight: true))
      let heading = try heading(maze, try policy([(cheese, -1), (topRight, 2)]))
      #expect(abs(Double(try #require(found.values[.cheese])[5 + number]) - heading.cheese) < 1e-4)
      // By hand: the activation with both, each, and neither.
      let batch = try Batch(observations: observations(of: [maze.withMouse(at: try #require(maze.decision).square)]))
      func activation(_ s: Float, _ t: Float) throws -> [Float] {
        let edits = [(cheese, s), (topRight, t)].map { vector, times in
          PlacedEdit(
            node: site.id, row: 0, positions: 0..<1, features: 0..<vector.count, action: .add(vector, times: times))
        }
        return try #require(try Oracle(model).run(batch, edits: edits, keeping: [node.id])[node.id]).values
      }
      let (both, one, other, none) = (
        try activation(-1, 2), try activation(-1, 0), try activation(0, 2), try activation(0, 0)
      )
      var (effect, interaction) = (Float(0), Float(0))
      for i in both.indices {
        effect += (both[i] - none[i]) * (both[i] - none[i])
        let rest = both[i] - one[i] - other[i] + none[i]
        interaction += rest * rest
      }
      // [activation, cheese, top-right, example]: the second activation, -1, 2.
      let place = 1 * 20 + 1 * 5 + number
      let (effects, interactions) = (
        try file.tensor(at: "/steering/s/effect").values, try file.tensor(at: "/steering/s/interaction").values
      )
      #expect(abs(effects[place] - effect.squareRoot()) < 1e-3 * max(1, effect.squareRoot()))
      #expect(abs(interactions[place] - interaction.squareRoot()) < 1e-3 * max(1, effect.squareRoot()))
      // One vector alone has no interaction.
      #expect(interactions[1 * 20 + 0 * 5 + number] < 1e-3 && interactions[1 * 20 + 3 * 5 + number] < 1e-3)
    }
    #expect(
      try file.texts(at: "/steering/s/activation") == [
        "embedder.block2.res2.resadd_out", "embedder.relufc_out", "fc_policy_out",
      ])
  }

  @Test func oneVectorAgainstTheCoefficient() throws {
    let (_, file) = try run("add: {cheese: [1, 2]}, additivity: true")
    #expect(try file.tensor(at: "/steering/s/interaction").shape == [1, 2, 5])
    let departures = try file.tensor(at: "/steering/s/interaction").values
    #expect(departures[0..<5].allSatisfy { $0 < 1e-3 })
    #expect(departures[5...].contains { $0 > 0.1 })
  }

  /// The matrix's diagonal is the effect of each maze's own vector, the rest that of other mazes'.
  @Test func transfer() throws {
    let own = try #require(run("add: {cheese: -1}").0.values[.cheese])
    let found = try run("add: {cheese: -1}, from: every").0
    let matrix = try #require(found.values[.cheese])
    #expect(found.axes.map(\.name) == ["source", "coefficient"] && matrix.count == 25)
    for maze in 0..<5 { #expect(abs(matrix[maze * 5 + maze] - own[maze]) < 1e-5) }
    let other = try heading(drawn[3], try policy([(try vector(drawn[1]), -1)]))
    #expect(abs(Double(matrix[1 * 5 + 3]) - other.cheese) < 1e-4)
  }

  @Test func meanVector() throws {
    let found = try #require(run("add: {cheese: -2}, from: mean").0.values[.cheese])
    let all = try drawn.map { try vector($0) }
    let mean = all[0].indices.map { i in all.reduce(0) { $0 + $1[i] } / 5 }
    for (number, maze) in drawn.enumerated() {
      #expect(abs(Double(found[number]) - (try heading(maze, try policy([(mean, -2)])).cheese)) < 1e-4)
    }
  }

  /// A stored vector is the mean over all mazes and has its effect; elsewhere it is refused.
  @Test func vectorsAreKept() throws {
    let folder = try TemporaryFolder()
    func run(_ steering: String) throws -> MazeSteeringResults {
      let yaml = MazeDecodingTests.experiment("steering:\n  - {name: s, \(steering)}", mazes: Self.mazes)
      let experiment = try Experiment(yaml: yaml, file: "\(folder.path)/x.yaml")
      return try #require(try ExperimentRun(experiment).run(into: folder.path).steering.first)
    }
    let mean = try run("add: {cheese: [-2, 1], random-cheese: 0}, from: mean, save: true")
    let path = "\(folder.path)/x.s.cheese.h5"
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/x.s.random-cheese.h5"))
    var kept = try SteeringVector(file: path)
    #expect(kept.site == Self.site && kept.method == "cheese" && kept.pairs == 5 && kept.model == "bundled:maze")
    let again = try run("add: {vector: {file: x.s.cheese.h5, coefficient: [-2, 1]}}")
    #expect(again.axes.map(\.name) == ["coefficient"])
    for (a, b) in zip(try #require(mean.values[.cheese]), try #require(again.values[.cheese])) {
      #expect(abs(a - b) < 1e-5)
    }
    let composed = try run("add: {cheese: 0, vector: {file: x.s.cheese.h5, coefficient: 1}}")
    #expect(composed.axes.map(\.name) == ["cheese", "vector"])

    func message(_ steering: String) throws -> String {
      let error = #expect(throws: ExperimentError.self) { try run(steering) }
      return try #require(error?.message).replacing("\(folder.path)/", with: "")
    }
    let other = "add: {vector: {file: x.s.cheese.h5, coefficient: 1}}, site: embedder.relufc_out"
    #expect(try message(other).hasPrefix("x.yaml:5: the vector was made at \(Self.site)"))
    let anywhere = "add: {vector: {file: x.s.cheese.h5, coefficient: 1, anywhere: true}}, site: embedder.relufc_out"
    #expect(
      try message(anywhere)
        == "x.yaml:5: the vector to add has 8192 numbers; site 'embedder.relufc_out' has 256")
    #expect(
      try message("add: {vector: {file: no.h5, coefficient: 1}}").contains("no.h5"))
    kept.modelSHA256 = "00ff"
    let file = try ArraysFile(creating: "\(folder.path)/o.h5", format: .vector, attributes: kept.attributes)
    try file.write(kept.arrays)
    try file.finish()
    #expect(
      try message("add: {vector: {file: o.h5, coefficient: 1}}").contains(
        "which has different weights from bundled:maze"))
    #expect(try run("add: {vector: {file: o.h5, coefficient: 1, anywhere: true}}").values[.cheese] != nil)
  }

  /// Every activation of a pattern, and the length of the random control.
  @Test func sitesAndControl() throws {
    let (found, file) = try run("add: {random-cheese: 1, cheese: 1}, site: 'embedder.block3.res?.resadd_out'")
    #expect(found.axes.map(\.name) == ["site", "cheese", "random-cheese"])
    #expect(
      try file.texts(at: "/steering/s/site") == ["embedder.block3.res1.resadd_out", "embedder.block3.res2.resadd_out"])
    let lengths = try ["cheese", "random-cheese"].map { try file.tensor(at: "/steering/s/vector_norm_\($0)").values }
    for (vector, control) in zip(lengths[0], lengths[1]) { #expect(abs(vector - control) < 1e-3 * vector) }
    // Two random vectors differ, and neither is the vector.
    let (alone, _) = try run("add: {random-cheese: 1}")
    #expect(alone.values[.cheese] != (try run("add: {cheese: 1}").0.values[.cheese]))
    let last = try #require(try run("add: {cheese: 1}, site: embedder.block3.res2.resadd_out").0.values[.cheese])
    for (number, maze) in drawn.enumerated() {
      let hook = "embedder.block3.res2.resadd_out"
      let heading = try heading(maze, try policy([(try vector(maze, at: hook), 1)], at: hook))
      #expect(abs(Double(last[number]) - heading.cheese) < 1e-4)
    }
  }

  /// A control has the length of its vector, also of a mean one; two controls have different directions.
  @Test func controlsAreAsLongAsTheirVectors() throws {
    let (_, file) = try run("add: {cheese: 1, top-right: 0, random-cheese: 1, random-top-right: 0}, from: mean")
    func lengths(_ vector: String) throws -> [Float] {
      try file.tensor(at: "/steering/s/vector_norm_\(vector)").values
    }
    for vector in ["cheese", "top-right"] {
      for (own, control) in zip(try lengths(vector), try lengths("random-\(vector)")) {
        #expect(own > 1 && abs(own - control) < 1e-3 * own)
      }
    }
    #expect(Set(try lengths("cheese")).count == 1)
    // From the last activation on everything is linear: along one direction, the two effects would be in proportion to
    // the lengths.
    let last = "additivity: true, site: embedder.relufc_out"
    let (_, one) = try run("add: {random-cheese: 1}, \(last)")
    let (_, both) = try run("add: {random-cheese: 1, random-top-right: 1}, \(last)")
    let (single, together) = (
      try one.tensor(at: "/steering/s/effect").values, try both.tensor(at: "/steering/s/effect").values
    )
    let sizes = try ["cheese", "top-right"].map {
      try both.tensor(at: "/steering/s/vector_norm_random-\($0)").values
    }
    for maze in 0..<5 where sizes[0][maze] > 0.01 && sizes[1][maze] > 0.01 {
      let inProportion = single[maze] * (1 + sizes[1][maze] / sizes[0][maze])
      #expect(abs(together[maze] - inProportion) > 0.02 * together[maze])
    }
    #expect((0..<5).contains { sizes[0][$0] > 0.01 && sizes[1][$0] > 0.01 })
  }

  /// The same file twice, and on any number of threads.
  @Test func nothingIsLeftToChance() throws {
    func values(_ threads: Int) throws -> [MazeSteeringResults.Measure: [Float]] {
      let folder = try TemporaryFolder()
      let yaml = MazeDecodingTests.experiment(
        "steering:\n  - {name: s, add: {random-cheese: [1, 3]}, rollouts: 4, steps: 30}", mazes: Self.mazes)
      let run = try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml"), threads: threads)
      return try #require(try run.run(into: folder.path).steering.first).values
    }
    let alone = try values(1)
    #expect(try values(2) == alone && alone[.reachedCheese]?.count == 10)
  }

  /// The names of the figures made from the results file.
  private func figures(_ steering: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let yaml = MazeDecodingTests.experiment("steering:\n  - {name: s, \(steering)}", mazes: Self.mazes)
    let outcome = try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml")).run(into: folder.path)
    return try writeExports(of: outcome.results, into: "\(folder.path)/x").figures
      .filter { $0.hasSuffix(".svg") }.map {
        String($0.dropFirst("\(folder.path)/x/figures/steering-".count).dropLast(4))
      }
  }

  @Test func figuresAreDrawn() throws {
    #expect(
      try figures("add: {cheese: [-1, 1]}, rollouts: 2, steps: 20, additivity: true, fields: {at: -1}")
        == ["s-heading", "s-rollouts", "s-additivity", "s-field-0"])
    #expect(
      try figures("add: {cheese: [-1, 1], top-right: [0, 1]}, additivity: true")
        == ["s-p_cheese", "s-p_corner", "s-additivity-fc_policy_out"])
    #expect(try figures("add: {cheese: 1}, from: every") == ["s-transfer"])
    #expect(try figures("add: {cheese: 1}, site: 'embedder.block3.*'") == ["s-sites"])
  }

  /// The file's fields are those of the study, square by square.
  @Test func fieldsAreStored() throws {
    let (found, store) = try run("add: {cheese: [-1, 1]}, fields: {mazes: 2, at: -1}")
    let edge = try #require(found.fields.map(\.maze.size).max())
    for (name, side) in [("without", \MazeSteeringResults.Field.before), ("with", \.after)] {
      for (component, direction) in ["x", "y"].enumerated() {
        let stored = try store.tensor(at: "/steering/s/field_\(name)_\(direction)")
        #expect(stored.shape == [2, edge, edge])
        for (place, field) in found.fields.enumerated() {
          let arrows = Dictionary(uniqueKeysWithValues: zip(field[keyPath: side].squares, field[keyPath: side].arrows))
          for row in 0..<edge {
            for column in 0..<edge {
              let value = stored[[place, row, column]]
              if let arrow = arrows[Square(row, column)] {
                #expect(value == Float(arrow[component]))
              } else {
                #expect(value.isNaN)
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("add: {cheese: 1}, site: embedder.block2.res9.resadd_out", "embedder.block2.res9.resadd_out"),
    ("add: {cheese: 1}, site: fc_policy_out", "is the outcome that metrics read"),
    ("add: {cheese: 1}, site: fc_value_out", "the logits do not depend on it"),
    ("add: {cheese: 1}, additivity: [embedder.block1.conv_out]", "does not come after embedder.block2.res1.resadd_out"),
  ])
  func whatDoesNotFit(keys: String, part: String) throws {
    let yaml = MazeDecodingTests.steering(keys)
    let error = #expect(throws: ExperimentError.self) { try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml")) }
    #expect(error?.message.hasPrefix("x.yaml:5: ") ?? false)
    #expect(error?.message.contains(part) ?? false, "\(error?.message ?? "")")
  }

  /// Sweeps over the same mazes: the effect of seeing the cheese, patched from the maze without it.
  @Test func sweepsOverPictures() throws {
    let folder = try TemporaryFolder()
    let yaml = MazeDecodingTests.experiment(
      """
      direction: noise
      metrics: [prob, logit_diff]
      sweeps:
        - {name: whole, site: "embedder.*resadd_out", over: [site]}
        - {name: channels, site: embedder.block3.res2.resadd_out, over: [channel], method: both}
        - {name: places, site: embedder.block3.res2.resadd_out, over: [row, column]}
      """, mazes: Self.mazes)
    let outcome = try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml")).run(into: folder.path)
    let file = try StoreReader(outcome.results)
    // All of an activation that everything passes through gives the other run, to the last digits.
    let whole = try file.tensor(at: "/sweeps/whole/logit_diff")
    #expect(whole.shape == [6, 5])
    #expect(try file.texts(at: "/sweeps/whole/site").count == 6)
    let other = try file.tensor(at: "/baseline/corrupted/logit_diff").values
    for site in 0..<6 {
      for maze in 0..<5 { #expect(abs(whole[[site, maze]] - other[maze]) < 1e-3) }
    }
    #expect(try file.tensor(at: "/sweeps/channels/prob").shape == [32, 5])
    #expect(try file.tensor(at: "/sweeps/channels/prob_attribution").shape == [32, 5])
    #expect(try file.tensor(at: "/sweeps/places/prob").shape == [8, 8, 5])
  }

  /// A language model does not see mazes, and a policy reads no prompts.
  @Test func theWrongKindOfModel() throws {
    let yaml = MazeDecodingTests.steering("add: {cheese: 1}")
    let run = #expect(throws: ExperimentError.self) {
      try ExperimentRun(try Experiment(yaml: yaml, file: "x.yaml"), model: ModelReference("bundled:ioi"))
    }
    #expect(
      run?.message
        == "x.yaml:3: the patchbay model is not a maze policy, which takes pictures of 3 x 64 x 64 and has 15 actions"
    )
    let prompts = "name: x\nprompts: {pairs: [\(DecodingTests.pair)]}\nsweeps: [{name: s, site: z, over: [layer]}]"
    #expect(throws: RunError.wrongInput(given: "tokens", needed: "observations")) {
      try ExperimentRun(try Experiment(yaml: prompts, file: "x.yaml"), model: ModelReference("bundled:maze"))
    }
  }
}
