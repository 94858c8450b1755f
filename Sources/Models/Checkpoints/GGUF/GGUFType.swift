/// How the numbers of a tensor are stored in a GGUF file: plain, or in blocks that share a scale. Raw values are those
/// of ggml.
///
/// Unsupported types are listed so that the header of a file with them can be checked and messages can name them. Sizes
/// are those of `GGML_QUANT_SIZES` in gguf-py 0.19.
public enum GGUFType: UInt32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q40 = 2
  case q41 = 3
  case q50 = 6
  case q51 = 7
  case q80 = 8
  case q81 = 9
  case q2K = 10
  case q3K = 11
  case q4K = 12
  case q5K = 13
  case q6K = 14
  case q8K = 15
  case iq2XXS = 16
  case iq2XS = 17
  case iq3XXS = 18
  case iq1S = 19
  case iq4NL = 20
  case iq3S = 21
  case iq2S = 22
  case iq4XS = 23
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case iq1M = 29
  case bf16 = 30
  case tq10 = 34
  case tq20 = 35
  case mxfp4 = 39

  /// As ggml spells it: `Q4_K`.
  public var name: String {
    switch self {
    case .q40: "Q4_0"
    case .q41: "Q4_1"
    case .q50: "Q5_0"
    case .q51: "Q5_1"
    case .q80: "Q8_0"
    case .q81: "Q8_1"
    case .q2K: "Q2_K"
    case .q3K: "Q3_K"
    case .q4K: "Q4_K"
    case .q5K: "Q5_K"
    case .q6K: "Q6_K"
    case .q8K: "Q8_K"
    case .iq2XXS: "IQ2_XXS"
    case .iq2XS: "IQ2_XS"
    case .iq3XXS: "IQ3_XXS"
    case .iq1S: "IQ1_S"
    case .iq4NL: "IQ4_NL"
    case .iq3S: "IQ3_S"
    case .iq2S: "IQ2_S"
    case .iq4XS: "IQ4_XS"
    case .iq1M: "IQ1_M"
    case .tq10: "TQ1_0"
    case .tq20: "TQ2_0"
    case .f32, .f16, .bf16, .i8, .i16, .i32, .i64, .f64, .mxfp4: "\(self)".uppercased()
    }
  }

  /// Whether `GGUFFile.storage` can convert its numbers.
  public var isRead: Bool {
    switch self {
    case .f32, .f16, .bf16, .q40, .q41, .q50, .q51, .q80, .q2K, .q3K, .q4K, .q5K, .q6K: true
    default: false
    }
  }

  /// How many numbers a block has. Every row consists of whole blocks.
  public var blockSize: Int {
    switch self {
    case .f32, .f16, .bf16, .i8, .i16, .i32, .i64, .f64: 1
    case .q40, .q41, .q50, .q51, .q80, .q81, .iq4NL, .mxfp4: 32
    default: 256
    }
  }

  /// The bytes of a block.
  public var blockBytes: Int {
    switch self {
    case .i8: 1
    case .f16, .bf16, .i16: 2
    case .f32, .i32: 4
    case .i64, .f64: 8
    case .mxfp4: 17
    case .q40, .iq4NL: 18
    case .q41: 20
    case .q50: 22
    case .q51: 24
    case .q80: 34
    case .q81: 40
    case .q2K: 84
    case .q3K, .iq3S: 110
    case .q4K: 144
    case .q5K: 176
    case .q6K: 210
    case .q8K: 292
    case .iq2XXS, .tq20: 66
    case .iq2XS: 74
    case .iq3XXS: 98
    case .iq1S: 50
    case .iq2S: 82
    case .iq4XS: 136
    case .iq1M: 56
    case .tq10: 54
    }
  }
}
