import Analysis
import ArgumentParser
import Foundation
import Tensors

struct NumbersBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "numbers",
    abstract: "Time means, covariances, components and probes of many layers, after checking them against float64.")

  @Argument(help: "A file of float32 numbers [layers, examples, width].")
  var rows: String

  @Argument(help: "A file of bytes 0 or 1 [examples].")
  var labels: String

  @Option(help: "How many layers.")
  var layers = 12

  @Option(help: "How many examples.")
  var examples = 20_000

  @Option(help: "Numbers in an activation.")
  var width = 768

  @Option(help: "The probes' penalty.")
  var penalty = 1.0

  @Option(help: "Principal components.")
  var components = 10

  @Option(help: "Workers; one per core by default.")
  var threads: Int?

  @Option(help: "Where to write the figures as JSON.")
  var json: String?

  @Option(help: "How often to time each; the shortest counts.")
  var repetitions = 3

  func run() throws {
    let file = try LayerFile(path: rows, layers: layers, examples: examples, width: width)
    let classes = try Data(contentsOf: URL(filePath: labels)).map(Int.init)
    guard classes.count == examples else { throw ValidationError("\(classes.count) labels for \(examples) examples") }
    let error = try covarianceError(file)
    print(String(format: "covariance against float64: %.1e of the features' deviations", error))
    guard error < 1e-6 else { throw ValidationError("the covariance is less precise than required") }
    var figures: [String: Double] = ["covariance_error": error]
    func time(_ name: String, _ body: () throws -> Void) rethrows {
      let (wall, processor) = try shortest(of: repetitions, body)
      figures[name] = wall
      figures[name + "_processor"] = processor
      print(
        String(
          format: "%@ %8.3f s  %6.2f GB/s  processor %.3f s", name.padding(toLength: 28, withPad: " ", startingAt: 0),
          wall, Double(file.bytes) / wall / 1e9, processor))
    }
    time("read") {
      _ = WorkerPool.map(count: layers, threads: threads) { layer in file.forEachPiece(layer: layer) { _, _ in } }
    }
    try time("mean_difference") {
      _ = try WorkerPool.map(count: layers, threads: threads) { layer in
        try moments(file, layer, classes, .none).meanDifference()
      }
    }
    try time("moments") {
      _ = try WorkerPool.map(count: layers, threads: threads) { layer in try moments(file, layer, classes, .pooled) }
    }
    try time("mean_difference_and_pca") {
      _ = try WorkerPool.map(count: layers, threads: threads) { layer in
        let moments = try moments(file, layer, classes, .pooled)
        return (try moments.meanDifference(), try PrincipalComponents(moments, count: components))
      }
    }
    var fits: [LogisticRegression] = []
    try time("logistic") {
      fits = try WorkerPool.map(count: layers, threads: threads) { layer in
        let rows = file.read(layer: layer, 0..<examples)
        return try LogisticRegression(rows: rows.matrix, classes: classes, penalty: penalty)
      }
    }
    print("losses", fits.map { String(format: "%.8g (%d steps)", $0.loss, $0.steps) }.joined(separator: ", "))
    for (layer, fit) in fits.enumerated() { figures["loss_\(layer)"] = fit.loss }
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(figures).write(to: URL(filePath: json))
    }
  }

  private func moments(
    _ file: LayerFile, _ layer: Int, _ classes: [Int], _ covariance: MomentAccumulator.Covariance
  ) throws -> Moments {
    var accumulator = MomentAccumulator(width: width, classes: 2, covariance: covariance)
    try file.forEachPiece(layer: layer) { range, piece in try accumulator.add(piece, classes: Array(classes[range])) }
    return try accumulator.moments()
  }

  /// The first layer's covariance compared with float64 throughout: the largest difference over the product of the two
  /// features' deviations.
  private func covarianceError(_ file: LayerFile) throws -> Double {
    let ours = try moments(file, 0, [Int](repeating: 0, count: examples), .pooled)
    var exact = DenseMatrix(rows: width, columns: width)
    let mean = ours.mean
    file.forEachPiece(layer: 0) { _, piece in
      var rows = DenseMatrix(piece)
      for index in rows.values.indices { rows.values[index] -= mean[index % width] }
      exact = exact + rows.transposedTimes(rows)
    }
    let found = ours.totalScatter
    let deviations = exact.diagonal.map { $0.squareRoot() }
    var largest = 0.0
    for i in 0..<width {
      for j in 0..<width where deviations[i] > 0 && deviations[j] > 0 {
        largest = max(largest, abs(found[i, j] - exact[i, j]) / (deviations[i] * deviations[j]))
      }
    }
    return largest
  }
}
