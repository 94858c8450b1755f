import ActivationStore

/// Unchanged activations for other programs.
struct MatrixStudyReport: StudyReport {
  static let word = "matrix"
  static let title: String? = "activations for other programs"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  var printed: [String] { [] }

  func card(in report: inout Report) throws -> [String] {
    let name = Schema.Analysis.activation
    let axes = places.group.axes(of: name) ?? []
    let shape = axes.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    return [
      "<p>Activations for use in other programs: <code>\(html("\(places.group.path)/\(name)"))</code>, along \(html(shape)).</p>"
    ]
  }
}
