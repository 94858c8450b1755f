import Checkpoints
import Diagnostics
import Execution
import ModelGraph
import Tensors
import TestSupport
import Testing

/// The backward pass of operations on pictures.
@Suite struct PictureGradientTests {
  /// A convolution, a pooling and a dense layer on pictures of odd and even sizes, for every number.
  @Test(arguments: [(1, 1), (2, 3), (3, 4), (5, 4), (6, 7)] as [(Int, Int)], [true, false])
  func everyNumber(size: (rows: Int, columns: Int), hasBias: Bool) throws {
    let model = Self.small(rows: size.rows, columns: size.columns, hasBias: hasBias)
    var generator = SplitMix64(seed: 2)
    let shape = [3, 2, size.rows, size.columns]
    let pictures = Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in .random(in: -1...1, using: &generator) })
    for entries in [[0, 1, 2], [1]] {
      let check = try SlopeCheck(model, Batch(observations: pictures), at: entries, nodes: model.graph.nodes)
      let findings = check.findings()
      #expect(findings.count == model.graph.nodes.count + model.graph.weights.count)
      for finding in findings { #expect(finding.error < 2e-6, "\(finding.name) at \(entries): \(finding.error)") }
    }
  }

  /// The whole policy, some numbers of every activation and weight, under edits of every kind.
  @Test func thePolicyUnderEdits() throws {
    let spec = ImpalaSpec(size: 12)
    let model = randomModel(spec)
    let batch = try Batch(observations: randomPictures(2, spec))
    let site = try #require(model.graph.node(hook: "embedder.block2.res1.resadd_out"))
    let other = try Oracle(model).run(Batch(observations: randomPictures(1, spec, seed: 9)), keeping: [site.id])
    let width = site.layout.width
    let vector = (0..<width).map { Float($0 % 7) / 7 - 0.4 }
    let edits = [
      PlacedEdit(node: site.id, row: 0, positions: 0..<1, features: 0..<width, action: .add(vector, times: 1.5)),
      PlacedEdit(node: site.id, row: 1, positions: 0..<1, features: 9..<30, action: .replace(from: other, row: 0)),
      PlacedEdit(node: site.id, row: 1, positions: 0..<1, features: 40..<50, action: .zero),
      PlacedEdit(node: site.id, row: 1, positions: 0..<1, features: 60..<70, action: .scale(-2)),
    ]
    let nodes = model.graph.nodes.filter { $0.hook?.text.contains("fc_value") == false }
    for finding in try SlopeCheck(model, batch, edits: edits, at: [0, 1], nodes: nodes).findings(sample: 3) {
      #expect(finding.error < 2e-5, "\(finding.name): \(finding.error)")
    }
  }

  private static func small(rows: Int, columns: Int, hasBias: Bool) -> Model {
    var builder = GraphBuilder()
    func picture(_ channels: Int, _ rows: Int, _ columns: Int) -> Layout {
      .perExample([Extent(.channel, channels), Extent(.row, rows), Extent(.column, columns)])
    }
    let observation = builder.add(.observation, [], picture(2, rows, columns))
    let map = ConvolutionMap(
      weight: builder.weight("conv.weight", [3, 2, 3, 3]), bias: hasBias ? builder.weight("conv.bias", [3]) : nil,
      inputs: 2, outputs: 3, rows: rows, columns: columns)
    let convolved = builder.add(.convolution(map), [observation], picture(3, rows, columns))
    let (height, width) = ((rows + 1) / 2, (columns + 1) / 2)
    let pooled = builder.add(.maxPool, [convolved], picture(3, height, width))
    let count = 3 * height * width
    let flat = builder.add(.flattened, [pooled], .perExample([Extent(.unit, count)]))
    let dense = LinearMap(
      weight: builder.weight("fc.weight", [2, count]), orientation: .outputsByInputs, bias: nil, inputs: count,
      outputs: 2)
    let scores = builder.add(.linear(dense), [flat], .perExample([Extent(.unit, 2)]))
    let graph = builder.finish(
      family: "test", input: .observations(channels: 2, rows: rows, columns: columns),
      dimensions: .init(layers: 0, heads: 0, keyValueHeads: 0, dModel: 0, dHead: 0, dMlp: 0), logits: scores)
    var generator = SplitMix64(seed: 4)
    let matrices = graph.weights.map { declaration -> Matrix in
      let isVector = declaration.shape.count == 1
      let columns = declaration.shape[(isVector ? 0 : 1)...].reduce(1, *)
      let count = declaration.shape.reduce(1, *)
      return Tensor(
        shape: [count / columns, columns], (0..<count).map { _ in .random(in: -1...1, using: &generator) }
      ).matrix
    }
    return Model(graph: graph, weights: Weights(matrices))
  }
}
