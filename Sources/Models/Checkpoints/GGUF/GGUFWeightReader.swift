import ModelGraph
import Tensors

/// Turns a graph's weight declarations into matrices over a GGUF file's tensors.
struct GGUFWeightReader {
  let file: GGUFFile
  let spec: TransformerSpec
  let pairsRotatedRows: Bool
  private var used: Set<String> = []
  /// Tensors with several weights, converted once.
  private var fused: [String: Storage] = [:]

  init(file: GGUFFile, spec: TransformerSpec, pairsRotatedRows: Bool) {
    self.file = file
    self.spec = spec
    self.pairsRotatedRows = pairsRotatedRows
  }

  /// Tensors without weights: the rotation, which is in the spec.
  private static let rotation = ["rope_freqs.weight"]

  /// Whether a weight was read from this tensor, or it has no weights. Files of 2023 have each layer's frequencies,
  /// which llama.cpp ignores too.
  func isUsed(_ tensor: String) -> Bool {
    used.contains(tensor) || Self.rotation.contains(tensor) || tensor.hasSuffix(".attn_rot_embd.weight")
      || tensor.hasSuffix(".rope_freqs")
  }

  /// - Throws: `missingWeight`, `wrongShape`, `unreadType`, `nonFiniteWeight`.
  mutating func matrix(_ declaration: WeightDeclaration) throws -> Matrix {
    let isVector = declaration.shape.count == 1
    let name = GGUFWeightName(declaration.name, spec: spec) { [file] in file.tensor(named: $0) != nil }
    used.insert(name.tensor)
    guard let rows = name.rows else {
      let storage = try file.storage(named: name.tensor, expected: declaration.shape)
      let (rows, columns) = isVector ? (1, declaration.shape[0]) : (declaration.shape[0], declaration.shape[1])
      let matrix = Matrix(storage: storage, offset: 0, rows: rows, columns: columns, rowStride: columns)
      guard pairsRotatedRows, let heads = name.rotatedHeads else { return matrix }
      return unpaired(matrix, heads: heads, isVector: isVector)
    }
    if isVector {
      let storage = try fusedStorage(name.tensor, expected: [rows.total])
      return Matrix(storage: storage, offset: 0, rows: 1, columns: rows.total, rowStride: rows.total)
        .columns(rows.range)
    }
    let columns = declaration.shape[1]
    let storage = try fusedStorage(name.tensor, expected: [rows.total, columns])
    return Matrix(storage: storage, offset: 0, rows: rows.total, columns: columns, rowStride: columns)
      .rows(rows.range)
  }

  private mutating func fusedStorage(_ tensor: String, expected shape: [Int]) throws -> Storage {
    if let storage = fused[tensor] { return storage }
    let storage = try file.storage(named: tensor, expected: shape)
    fused[tensor] = storage
    return storage
  }

  /// Rows 2i and 2i + 1 of each head in the file become i and i + dHead / 2.
  private func unpaired(_ matrix: Matrix, heads: Int, isVector: Bool) -> Matrix {
    let count = isVector ? matrix.columns : matrix.rows
    let (head, half) = (count / heads, count / heads / 2)
    let order = (0..<count).map { $0 / head * head + $0 % head % half * 2 + $0 % head / half }
    let tensor = matrix.tensor
    if isVector { return tensor.reshaped([count, 1]).gatheringRows(order).reshaped([1, count]).matrix }
    return tensor.gatheringRows(order).matrix
  }
}

/// Where llama.cpp stores a weight of the graph. The names are those of every architecture
/// (`gguf.constants.TENSOR_NAMES`).
struct GGUFWeightName {
  let tensor: String
  /// The rows of a tensor with several weights; nil for a tensor with only this weight.
  private(set) var rows: (range: Range<Int>, total: Int)?
  /// The heads of a weight whose outputs are rotated.
  private(set) var rotatedHeads: Int?

  /// - Parameter isStored: whether the file has a tensor.
  init(_ weight: String, spec: TransformerSpec, isStored: (String) -> Bool) {
    let whole = ["embed": "token_embd", "pos_embed": "position_embd", "unembed": "output", "ln_final": "output_norm"]
    guard weight.hasPrefix("blocks.") else {
      let pieces = weight.split(separator: ".").map(String.init)
      tensor = "\(whole[pieces[0]] ?? pieces[0]).\(pieces[pieces.count - 1])"
      return
    }
    let name = BlockWeight(weight)
    func stored(_ part: String) -> String { "blk.\(name.layer).\(part).\(name.kind)" }
    let own = stored(Self.parts[name.part] ?? name.part)
    let (queries, others) = (spec.heads * spec.dHead, spec.keyValueHeads * spec.dHead)
    let total = queries + 2 * others
    switch name.part {
    case "attn.q", "attn.k", "attn.v":
      if name.part != "attn.v" { rotatedHeads = name.part == "attn.q" ? spec.heads : spec.keyValueHeads }
      guard !isStored(own), isStored(stored("attn_qkv")) else { break }
      tensor = stored("attn_qkv")
      switch name.part {
      case "attn.q": rows = (0..<queries, total)
      case "attn.k": rows = (queries..<queries + others, total)
      default: rows = (queries + others..<total, total)
      }
      return
    case "mlp.gate" where !isStored(own), "mlp.in" where spec.isGated && !isStored(stored("ffn_gate")):
      // Phi-3: first the gate's rows, then those of the other map.
      let isGate = name.part == "mlp.gate"
      tensor = stored("ffn_up")
      rows = (isGate ? 0..<spec.dMlp : spec.dMlp..<2 * spec.dMlp, 2 * spec.dMlp)
      return
    default: break
    }
    tensor = own
  }

  private static let parts = [
    "attn.q": "attn_q", "attn.k": "attn_k", "attn.v": "attn_v", "attn.o": "attn_output", "attn.q_norm": "attn_q_norm",
    "attn.k_norm": "attn_k_norm", "mlp.in": "ffn_up", "mlp.gate": "ffn_gate", "mlp.out": "ffn_down", "ln1": "attn_norm",
    "ln2": "ffn_norm", "ln1_post": "post_attention_norm", "ln2_post": "post_ffw_norm",
  ]
}
