import ActivationStore

/// How all notebooks start and end.
extension NotebookBuilder {
  static let neededWords =
    "Needed: `pip install h5py xarray matplotlib jupyter`. The outputs below were created together with the notebook; *Run all* computes them again."

  /// The imports, the file, and the place of the helpers.
  /// - Parameter code: further definitions, as lines.
  mutating func addSetup(defining code: String = "") {
    let file = source.file
    let (printed, model) = file.model.isEmpty ? ("", "") : ("model {about['model']}, ", "model \(file.model), ")
    run(
      "setup",
      #"""
      import warnings
      from functools import cache
      from pathlib import Path

      import h5py
      import matplotlib.pyplot as plt
      import numpy as np
      import xarray as xr

      RESULTS = Path(\#(pythonLiteral(source.relativePath)))  # seen from the folder that this notebook lies in
      if not RESULTS.exists():
          raise FileNotFoundError(f"{RESULTS} is not there, seen from {Path.cwd()}. "
                                  "If the notebook or the results were moved, say above where the results are.")

      with h5py.File(RESULTS, "r") as file:
          about = dict(file.attrs)
      \#(code)
      plt.rcParams.update({"figure.dpi": 100, "text.parse_math": False})  # tokens may hold dollar signs
      warnings.filterwarnings("ignore", message="Glyph .* missing")  # and characters that matplotlib's font lacks
      print(f"{RESULTS.name}: \#(printed)Patchbay {about['patchbay_version']}")
      if not about["complete"]:
          print("The run has not finished; numbers that it has not computed are NaN.")
      """#,
      [
        .text(
          "\(file.fileName): \(model)Patchbay \(file.patchbayVersion)\n"
            + (file.isComplete ? "" : "The run has not finished; numbers that it has not computed are NaN.\n"))
      ])
    leavePlaceForHelpers()
  }

  /// Names of axes, for files without prompts.
  mutating func addPlainNames() {
    run(
      "names",
      "POSITIONS = []  # the file has no prompts to name positions\n\n\n"
        + NotebookHelper.shown.source + "\n\n\n" + NotebookHelper.names.source, uses: [.shown, .names])
  }

  /// The origin of the numbers.
  /// - Parameters:
  /// - attribute: the root attribute with the text that was run; nil if there is none.
  ///   - what: what that text is.
  mutating func addClosing(text attribute: String?, what: String) {
    let file = source.file
    let origin =
      file.model.isEmpty
      ? "" : "Model \(markdownCode(file.model)), weights of SHA-256 \(markdownCode(file.modelSHA256)). "
    let ending = attribute == nil ? "" : "\(what) as written:"
    say("closing", "# Where this came from\n\n" + origin + ending)
    guard let attribute else { return }
    var text = file.text
    while text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    run(attribute, "print(about[\"\(attribute)\"].rstrip(\"\\n\"))", [.text(text + "\n")])
  }
}
