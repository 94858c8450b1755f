import ActivationStore

/// The vector of a vector file, its weights, and remarks on how it was read.
package struct WrittenVector {
  package let vector: SteeringVector
  /// The weights that it must be used with; nil if the file does not record them.
  package let modelSHA256: String?
  /// How a control vector's layers were counted.
  package let note: String?

  package init(_ vector: SteeringVector) { self.init(vector: vector, modelSHA256: vector.modelSHA256, note: nil) }

  private init(vector: SteeringVector, modelSHA256: String?, note: String?) {
    (self.vector, self.modelSHA256, self.note) = (vector, modelSHA256, note)
  }

  /// Reads a file of `patchbay vector`: an HDF5 file or a control vector.
  /// - Throws: `StoreError`; of a control vector `CheckpointError` and `ExperimentError.badVector`.
  package init(path: String) throws {
    guard ControlVector.isNamed(by: path) else {
      self.init(try SteeringVector(file: path))
      return
    }
    let control = try ControlVector(path: path)
    self.init(
      vector: control.vector, modelSHA256: control.isOfKnownModel ? control.vector.modelSHA256 : nil, note: control.note
    )
  }
}
