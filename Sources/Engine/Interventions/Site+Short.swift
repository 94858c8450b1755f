/// Sites by their short names, narrowed if desired: `.z`, `.z[layer: 0, head: 6]`, `.residPost[layer: 3, position:
/// -1]`.
extension Site {
  public static let residPre = Site(whole: .residPre)
  public static let residMid = Site(whole: .residMid)
  public static let residPost = Site(whole: .residPost)
  public static let attnOut = Site(whole: .attnOut)
  public static let mlpOut = Site(whole: .mlpOut)
  public static let q = Site(whole: .q)
  public static let k = Site(whole: .k)
  public static let v = Site(whole: .v)
  public static let z = Site(whole: .z)
  public static let rotQ = Site(whole: .rotQ)
  public static let rotK = Site(whole: .rotK)
  public static let pattern = Site(whole: .pattern)
  public static let attnScores = Site(whole: .attnScores)
  public static let mlpPre = Site(whole: .mlpPre)
  public static let mlpPreLinear = Site(whole: .mlpPreLinear)
  public static let mlpPost = Site(whole: .mlpPost)
  public static let result = Site(whole: .result)
  public static let qInput = Site(whole: .qInput)
  public static let kInput = Site(whole: .kInput)
  public static let vInput = Site(whole: .vInput)
  public static let mlpIn = Site(whole: .mlpIn)
  public static let embed = Site(whole: .embed)
  public static let posEmbed = Site(whole: .posEmbed)

  /// An activation by its hook name, or several by a pattern with `*` and `?`.
  public static func hook(_ name: String) -> Site { Site(whole: .hook(name)) }

  /// The site with some axes narrowed, replacing earlier selections along them: by an index (counted from the end if
  /// negative), a range, a list of indices, or a `Selector`.
  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  public subscript(
    layer layer: (any SelectorConvertible)? = nil, position position: (any SelectorConvertible)? = nil,
    head head: (any SelectorConvertible)? = nil, neuron neuron: (any SelectorConvertible)? = nil,
    destination destination: (any SelectorConvertible)? = nil, source source: (any SelectorConvertible)? = nil,
    channel channel: (any SelectorConvertible)? = nil, row row: (any SelectorConvertible)? = nil,
    column column: (any SelectorConvertible)? = nil, unit unit: (any SelectorConvertible)? = nil
  ) -> Site {
    get throws {
      let given: [(SiteAxis, (any SelectorConvertible)?)] = [
        (.layer, layer), (.position, position), (.head, head), (.neuron, neuron), (.destination, destination),
        (.source, source), (.channel, channel), (.row, row), (.column, column), (.unit, unit),
      ]
      var changed: [SiteAxis: Selector] = [:]
      for case (let axis, let entries?) in given { changed[axis] = entries.selector }
      return try narrowed(changed)
    }
  }

  /// The site with other selections along some axes.
  /// - Throws: `InterventionError.noSuchAxis` for an axis that the site does not have.
  package func narrowed(_ changed: [SiteAxis: Selector]) throws -> Site {
    var selectors = changed
    for axis in name.axes where changed[axis] == nil { selectors[axis] = self[axis] }
    return try Site(name, selectors)
  }
}
