extension Anatomy {
  /// What writes to the stream, in the order of results files: the embedding, then the heads and MLP of each block.
  ///
  /// Position embeddings and attention's output bias are constants: every later receiver reads them, but they are not
  /// senders.
  public func senders(heads: Bool = true, mlps: Bool = true, embed: Bool = true) -> [Sender] {
    (embed ? [.embed] : [])
      + blocks.flatMap { block -> [Sender] in
        (heads ? (0..<block.attention.spec.queryHeads).map { .head(layer: block.layer, head: $0) } : [])
          + (mlps && block.mlp != nil ? [.mlp(layer: block.layer)] : [])
      }
  }

  /// What reads the stream, in the order of results files: for each block the queries of all heads, the keys, the
  /// values and the MLP; last the logits.
  public func receivers(_ keyValueInputs: KeyValueInputs = .grouped) -> [Receiver] {
    blocks.flatMap { block -> [Receiver] in
      Receiver.Input.allCases.flatMap { input in
        (0..<count(of: input, keyValueInputs)).map { .head(layer: block.layer, head: $0, input) }
      } + (block.mlp != nil ? [.mlp(layer: block.layer)] : [])
    } + [.logits]
  }

  /// All edges, sender by sender, in the order of `senders` and `receivers`.
  public func edges(_ keyValueInputs: KeyValueInputs = .grouped) -> [Edge] {
    let receivers = receivers(keyValueInputs)
    return senders().flatMap { sender in
      receivers.filter { hasEdge(from: sender, to: $0) }.map { Edge(from: sender, to: $0) }
    }
  }

  /// Whether a receiver reads a stream that a sender has written to: from every earlier sender, except that in a
  /// parallel block the MLP does not see the heads.
  /// - Precondition: the model has both blocks; which heads it has makes no difference.
  public func hasEdge(from sender: Sender, to receiver: Receiver) -> Bool {
    writes(before: sender) < writes(before: receiver)
  }

  /// Whether the model has this sender.
  public func contains(_ sender: Sender) -> Bool {
    switch sender {
    case .head(let layer, let head):
      blocks.indices.contains(layer) && blocks[layer].attention.spec.queryHeads > head && head >= 0
    case .mlp(let layer): blocks.indices.contains(layer) && blocks[layer].mlp != nil
    case .embed: true
    }
  }

  /// Whether the model has this receiver.
  public func contains(_ receiver: Receiver, _ keyValueInputs: KeyValueInputs = .grouped) -> Bool {
    switch receiver {
    case .head(let layer, let head, let input):
      blocks.indices.contains(layer) && (0..<count(of: input, keyValueInputs)).contains(head)
    case .mlp(let layer): blocks.indices.contains(layer) && blocks[layer].mlp != nil
    case .logits: true
    }
  }

  /// How many receivers an input has in each layer.
  public func count(of input: Receiver.Input, _ keyValueInputs: KeyValueInputs = .grouped) -> Int {
    input == .q || keyValueInputs == .ungrouped ? dimensions.heads : dimensions.keyValueHeads
  }

  // MARK: Nodes of senders and receivers

  /// The node that a sender writes from: z for a head (one of its heads), what is added to the stream for the others.
  /// - Precondition: the model has it.
  public func node(of sender: Sender) -> NodeID {
    switch sender {
    case .embed: return embedding
    case .head(let layer, _): return blocks[layer].attention.z
    case .mlp(let layer):
      guard let mlp = blocks[layer].mlp else { preconditionFailure("block \(layer) has no MLP") }
      return mlp.output.written
    }
  }

  /// The nodes that hold what a receiver computes from its input alone: q, k or v (of all heads), or the inputs of the
  /// MLP's neurons; none for the logits.
  /// - Precondition: the model has it.
  public func nodes(of receiver: Receiver) -> [NodeID] {
    switch receiver {
    case .head(let layer, _, let input): [blocks[layer].attention[input].output]
    case .mlp(let layer): blocks[layer].mlp?.inputs ?? []
    case .logits: []
    }
  }

  /// How a receiver reads the stream.
  /// - Precondition: the model has it.
  public func reading(of receiver: Receiver) -> StreamInput {
    switch receiver {
    case .head(let layer, _, let input): return blocks[layer].attention[input].reading
    case .mlp(let layer):
      guard let mlp = blocks[layer].mlp else { preconditionFailure("block \(layer) has no MLP") }
      return mlp.reading
    case .logits: return finalInput
    }
  }

  // MARK: Order

  /// How many writes come before a sender's: the embedding is the first, then attention and MLP of each block in turn.
  private func writes(before sender: Sender) -> Int {
    switch sender {
    case .embed: 0
    case .head(let layer, _): 1 + 2 * layer
    case .mlp(let layer): 2 + 2 * layer
    }
  }

  /// How many writes are in the stream that a receiver reads.
  private func writes(before receiver: Receiver) -> Int {
    switch receiver {
    case .head(let layer, _, _): 1 + 2 * layer
    case .mlp(let layer): (blocks[layer].isParallel ? 1 : 2) + 2 * layer
    case .logits: 1 + 2 * blocks.count
    }
  }
}

extension Anatomy.Attention {
  /// The projection that computes one of the inputs of the block's heads.
  public subscript(input: Receiver.Input) -> Anatomy.Projection {
    switch input {
    case .q: q
    case .k: k
    case .v: v
    }
  }
}
