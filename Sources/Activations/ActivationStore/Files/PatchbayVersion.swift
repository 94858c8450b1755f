/// The version that files and `--version` name.
public enum PatchbayVersion {
  public static let text = "0.1.0"
}
