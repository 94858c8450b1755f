import Execution
import Foundation
import Interventions
import LabelledArrays
import ModelGraph
import Tensors
import Tokenization

/// A run of some prompts: the logits of the next token, and the requested activations.
public struct CachedRun: Sendable {
  /// [prompt][position]
  public let tokens: [[Int32]]
  /// The logits at each prompt's last token, [prompt, vocabulary].
  public let logits: Tensor
  /// What each placed edit of the run did, in the order of the interventions: how many numbers it wrote, and how much
  /// it changed them.
  public var reports: [EditReport] { activations.reports }
  /// The names of the activations that were kept, in the order of computation.
  public var hooks: [HookName] { nodes.compactMap(\.hook) }
  private let activations: Activations
  private let graph: ModelGraph
  private let tokenizer: Tokenizer?

  init(tokens: [[Int32]], logits: Tensor, activations: Activations, graph: ModelGraph, tokenizer: Tokenizer?) {
    self.tokens = tokens
    self.logits = logits
    self.activations = activations
    self.graph = graph
    self.tokenizer = tokenizer
  }

  private var nodes: [Node] { activations.nodes.map { graph[$0] } }

  /// One activation of one prompt: [position, features...], [head, destination, source] or [features...], with the axes
  /// that `patchbay hooks` lists.
  /// - Parameters:
  ///   - hook: its name.
  ///   - prompt: which prompt, counted from 0.
  /// - Precondition: there is such a prompt.
  /// - Throws: `GraphError.noSuchHook` for one that was not kept, with the nearest one that was.
  public func activation(_ hook: String, prompt: Int = 0) throws -> Tensor {
    let node = try kept(hook)
    let shape = Array(node.layout.sizes(examples: 1, positions: tokens[prompt].count).dropFirst())
    return activations.withExample(prompt, of: node) { Tensor(shape: shape, Array($0)) }
  }

  /// A site's activations for one prompt with labelled axes: `layer` first if the site has layers, then the
  /// activation's own axes, such as `position`, `head` and `dHead`; entries that the site does not select are left out.
  /// - Parameters:
  ///   - site: which activations, narrowed if necessary. A pattern must match one hook.
  ///   - prompt: which prompt, counted from 0.
  /// - Precondition: there is such a prompt.
  /// - Throws: `GraphError.noSuchHook` for an activation that was not kept; `InterventionError` for one that the model
  ///   does not have.
  public func array(_ site: Site, prompt: Int = 0) throws -> LabelledArray {
    let resolver = SiteResolver(graph)
    let layers = try resolver.kept(site)
    let length = tokens[prompt].count
    let layout = layers[0].node.layout
    var axes: [LabelledAxis] = []
    if site.name.hasLayers { axes.append(LabelledAxis("layer", .integers(layers.compactMap(\.layer)))) }
    var chosen: [[Int]] = []
    for (axis, size) in zip(layout.axes, layout.sizes(examples: 1, positions: length)).dropFirst() {
      // An axis that sites cannot narrow, such as `dModel`, is whole.
      let selector = SiteAxis(axis).map { site[$0] } ?? .all
      if let outside = selector.firstOutside(count: size), let axis = SiteAxis(axis) {
        throw InterventionError.outsideAxis(axis: axis, index: outside, count: size, site: site.name)
      }
      chosen.append(selector.indices(count: size))
      axes.append(LabelledAxis(axis.rawValue, .integers(selector.indices(count: size))))
    }
    let sizes = layout.sizes(examples: 1, positions: length).dropFirst()
    let values = try layers.prefix(site.name.hasLayers ? layers.count : 1).flatMap { layer -> [Float] in
      _ = try kept(layer.node.hook?.text ?? "")
      return activations.withExample(prompt, of: layer.node) { numbers in
        var places = [0]
        for (size, entries) in zip(sizes, chosen) { places = places.flatMap { p in entries.map { p * size + $0 } } }
        return places.map { numbers[$0] }
      }
    }
    return LabelledArray(site.name.rawValue, axes: axes, values: values)
  }

  private func kept(_ hook: String) throws -> Node {
    guard let node = nodes.first(where: { $0.hook?.text == hook }) else {
      throw GraphError.noSuchHook(pattern: hook, family: "run", hooks: hooks.map(\.text))
    }
    return node
  }

  /// A possible next token.
  public struct Candidate: Sendable, Hashable {
    public let token: Int32
    /// Its text; its id if there is no tokenizer.
    public let text: String
    public let logit: Float
    /// From 0 to 1.
    public let probability: Double
  }

  /// The tokens with the highest logits after a prompt, highest first; ties are in the order of their ids.
  /// - Precondition: there is such a prompt.
  public func top(_ count: Int, prompt: Int = 0) -> [Candidate] {
    let width = logits.shape[1]
    let own = logits.withValues { Array($0[prompt * width..<(prompt + 1) * width]) }
    let largest = Double(own.max() ?? 0)
    let sum = own.reduce(0) { $0 + exp(Double($1) - largest) }
    let order = own.indices.sorted { own[$0] != own[$1] ? own[$0] > own[$1] : $0 < $1 }
    return order.prefix(max(0, count)).map { index in
      Candidate(
        token: Int32(index), text: tokenizer?.tokenString(Int32(index)) ?? "\(index)", logit: own[index],
        probability: exp(Double(own[index]) - largest) / sum)
    }
  }
}
