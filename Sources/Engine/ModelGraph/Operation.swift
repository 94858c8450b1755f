import Foundation

/// What a node computes from its inputs. `x` is a node of layout perPosition unless said otherwise; features are the
/// last axes.
///
/// An operation names its weights. It holds no numbers except hyperparameters, and no arithmetic, which is in
/// `Execution`.
public enum Operation: Sendable, Hashable {
  /// () -> [dModel]. The row of a [vocabulary, dModel] table at each token.
  case tokenEmbedding(table: WeightID)
  /// () -> [dModel]. The row of a [context, dModel] table at each position.
  case positionEmbedding(table: WeightID)
  /// (x) -> x times a constant.
  case scaled(by: Float)
  /// (x, y, ...) -> their sum: a node of the residual stream.
  case sum
  /// (x, y) -> their elementwise product.
  case product
  /// (x [.., n]) -> [.., scale 1]. sqrt(mean(c^2) + epsilon) over the axes that this node lacks: the last one or, if
  /// all heads share one scale, the last two; c is x minus its mean (layer) or x (rms).
  case normScale(NormKind, epsilon: Float)
  /// (x [.., n], scale [.., 1]) -> [.., n]. c / scale, with c as in `normScale`, over the same axes.
  case normalized(NormKind)
  /// (x [.., n]) -> x * (gain + gainOffset) + bias, along the last features, as many as the gain has numbers.
  case affine(gain: WeightID, gainOffset: Float, bias: WeightID?)
  /// (x [inputs]) -> [outputs]. x W + bias.
  case linear(LinearMap)
  /// (x [head, inputs]) -> [head, outputs / heads]. Each head's own columns of W, applied to that head's own copy of
  /// the input.
  case linearByHead(LinearMap, heads: Int)
  /// (z [head, dHead]) -> [head, dModel]. Each head's own rows of W, applied to its output: what that head writes.
  case headResults(LinearMap, heads: Int)
  /// (x [head, n]) -> [n]. The sum over heads, plus a bias.
  case sumOverHeads(bias: WeightID?)
  /// (x [n]) -> [head, n]. A copy for each head.
  case copiedToHeads(Int)
  /// (x [head, dHead]) -> the same, rotated by an angle that grows with the position.
  case rotary(RotarySpec)
  /// (q [head, dHead], k [head, dHead]) -> perPair. Scaled products; -infinity where a destination may not attend.
  case attentionScores(AttentionSpec)
  /// (scores perPair) -> perPair. The softmax over sources.
  case attentionPattern
  /// (pattern perPair, v [head, dHead]) -> [head, dHead]. The mean of the values, weighted by the pattern.
  case attentionMix(AttentionSpec)
  /// (x) -> f(x), elementwise.
  case activation(ActivationFunction)
  /// (x) -> cap * tanh(x / cap), elementwise.
  case softCap(Float)
  /// () -> perExample [channel, row, column]. The run's input picture.
  case observation
  /// (x [channel, row, column]) -> [channel, row, column]. Each output channel is a weighted sum over a square around
  /// each place, plus a bias.
  case convolution(ConvolutionMap)
  /// (x [channel, row, column]) -> [channel, row / 2, column / 2], halves rounded up. The maximum of the 3 x 3 places
  /// around every second one.
  case maxPool
  /// (x perExample) -> [unit]. The same numbers on one axis.
  case flattened
}

/// The statistics that a norm divides by.
public enum NormKind: String, Sendable, Hashable {
  /// LayerNorm: subtracts the mean, then divides by the standard deviation.
  case layer
  /// RMSNorm: divides by the root mean square.
  case rms
}

/// An elementwise nonlinearity.
public enum ActivationFunction: String, Sendable, Hashable, CaseIterable {
  case relu
  /// x * Phi(x), with the error function.
  case gelu
  /// The tanh approximation of gelu that GPT-2 uses.
  case geluNew = "gelu_new"
  /// x * sigmoid(x).
  case silu
}

/// A linear map: its matrix and bias by name, and how the matrix is stored.
public struct LinearMap: Sendable, Hashable {
  /// Whether the stored matrix is [inputs, outputs] or [outputs, inputs].
  public enum Orientation: Sendable, Hashable { case inputsByOutputs, outputsByInputs }

  public let weight: WeightID
  public let orientation: Orientation
  /// [outputs]
  public let bias: WeightID?
  public let inputs: Int
  public let outputs: Int

  public init(weight: WeightID, orientation: Orientation, bias: WeightID?, inputs: Int, outputs: Int) {
    self.weight = weight
    self.orientation = orientation
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// A convolution's weights by name, and its sizes. Stride 1; pictures keep their size, with zeros beyond the edge.
public struct ConvolutionMap: Sendable, Hashable {
  /// [outputs, inputs, kernel, kernel], as PyTorch stores it.
  public let weight: WeightID
  /// [outputs]
  public let bias: WeightID?
  /// Input and output channels.
  public let inputs: Int
  public let outputs: Int
  /// The picture's sizes.
  public let rows: Int
  public let columns: Int
  /// The square's side, an odd number.
  public let kernel: Int

  public init(
    weight: WeightID, bias: WeightID?, inputs: Int, outputs: Int, rows: Int, columns: Int, kernel: Int = 3
  ) {
    precondition(kernel % 2 == 1, "a square with a centre")
    self.weight = weight
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
    self.rows = rows
    self.columns = columns
    self.kernel = kernel
  }
}

/// Rotary position embedding (Su et al. 2021).
public struct RotarySpec: Sendable, Hashable {
  /// How many leading features of a head are rotated; the rest are unchanged.
  public let dimensions: Int
  /// Inverse frequencies, one for each pair of features: angle = position * frequency.
  public let inverseFrequencies: [Float]
  /// A factor on cosine and sine (YaRN-style scaling); 1 otherwise.
  public let amplitude: Float
  /// Whether feature 2i is rotated with 2i + 1 (GPT-J) instead of i with i + dimensions / 2 (GPT-NeoX, LLaMA and most
  /// others).
  public let adjacentPairs: Bool

  public init(dimensions: Int, inverseFrequencies: [Float], amplitude: Float = 1, adjacentPairs: Bool = false) {
    precondition(dimensions == 2 * inverseFrequencies.count, "one frequency for each pair of rotated features")
    self.dimensions = dimensions
    self.inverseFrequencies = inverseFrequencies
    self.amplitude = amplitude
    self.adjacentPairs = adjacentPairs
  }

  /// Frequencies theta^(-2i/dimensions), the usual choice.
  public init(dimensions: Int, theta: Float, adjacentPairs: Bool = false) {
    let frequencies = (0..<dimensions / 2).map { i in
      Float(1 / pow(Double(theta), Double(2 * i) / Double(dimensions)))
    }
    self.init(dimensions: dimensions, inverseFrequencies: frequencies, adjacentPairs: adjacentPairs)
  }
}

/// How attention scores are computed and who may attend to whom.
public struct AttentionSpec: Sendable, Hashable {
  public let queryHeads: Int
  /// Key-value heads; query head h reads key-value head h / (queryHeads / keyValueHeads).
  public let keyValueHeads: Int
  public let dHead: Int
  /// The factor on the dot product, usually 1/sqrt(dHead).
  public let scale: Float
  /// scores = cap * tanh(scores / cap), before masking.
  public let softCap: Float?
  /// Whether a destination sees only sources up to itself.
  public let causal: Bool
  /// A destination d sees only sources s with d - s < window.
  public let window: Int?

  public init(
    queryHeads: Int, keyValueHeads: Int, dHead: Int, scale: Float, softCap: Float? = nil, causal: Bool = true,
    window: Int? = nil
  ) {
    precondition(keyValueHeads > 0 && queryHeads % keyValueHeads == 0, "query heads share key-value heads evenly")
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.dHead = dHead
    self.scale = scale
    self.softCap = softCap
    self.causal = causal
    self.window = window
  }

  /// The key-value head that a query head reads.
  public func keyValueHead(of queryHead: Int) -> Int { queryHead / (queryHeads / keyValueHeads) }

  /// The sources that `destination` may attend to in a prompt of `positions` tokens.
  public func visibleSources(of destination: Int, positions: Int) -> Range<Int> {
    let end = causal ? destination + 1 : positions
    guard let window else { return 0..<end }
    return max(0, destination - window + 1)..<end
  }
}
