import Diagnostics

/// The sign that a checkpoint's weights were quantised: its config, or tensors that only quantised weights have.
struct Quantization {
  private let folder: CheckpointFolder
  private let method: String?

  /// The last parts of names of tensors that accompany quantised weights: scales, zero points and packed numbers of
  /// bitsandbytes, GPTQ, AWQ, fp8 and compressed-tensors.
  private static let companions = [
    "absmax", "quant_map", "SCB", "qweight", "qzeros", "scales", "g_idx", "weight_scale", "weight_scale_inv",
    "weight_packed",
  ]

  /// nil if nothing indicates it.
  init?(of folder: CheckpointFolder, _ config: Config) {
    let names = folder.tensorNames
    let hasCompanion = names.contains { name in Self.companions.contains { name.hasSuffix(".\($0)") } }
    guard config.has("quantization_config") || hasCompanion else { return nil }
    self.folder = folder
    method = folder.config["quantization_config"]?.objectValue?["quant_method"]?.stringValue
  }

  /// An error that explains the given one, if that is about a weight that is missing or not as expected.
  func explanation(of error: CheckpointError) -> CheckpointError? {
    switch error {
    case .missingWeight(let tensor, _, _), .wrongShape(let tensor, _, _, _), .wrongDtype(let tensor, _, _):
      .quantized(tensor: tensor, found: folder.dtype(of: tensor), method: method, folder: folder.path)
    case .unreadWeights(let names, _, _):
      names.first.map { .quantized(tensor: $0, found: folder.dtype(of: $0), method: method, folder: folder.path) }
    default: nil
    }
  }
}
