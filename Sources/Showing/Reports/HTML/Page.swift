import Figures

/// The report as one self-contained page.
struct Page {
  let name: String
  /// The parts under their headings, in order.
  let sections: [Section]
  let head: String
  let data: String

  struct Section {
    let id: String
    let title: String
    let body: String
    /// Whether the choices for all maps are above this section.
    var hasMaps = false
  }

  var text: String {
    let links = sections.map { "<a href=\"#\($0.id)\">\(html($0.title))</a>" }.joined(separator: "\n")
    let first = sections.firstIndex(where: \.hasMaps)
    let before = sections.prefix(first ?? sections.count).map(section).joined(separator: "\n")
    let after = first.map { sections[$0...].map(section).joined(separator: "\n") } ?? ""
    let bar =
      first == nil
      ? ""
      : """
      <div class="bar" id="choices" hidden><div class="row"></div><div class="prompt" id="chosen" tabindex="0" role="region" aria-label="the prompt that is shown" aria-live="polite"></div></div>
      """
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="patchbay">
      <link rel="icon" href="data:,">
      <title>\(html(name)) · Patchbay report</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <a class="skip" href="#main">Skip to the results</a>
      <div class="wrap">
      <header class="top">
      \(head)
      <nav class="toc" aria-label="Contents">
      \(links)
      </nav>
      </header>
      <main id="main">
      \(before)
      <div>
      \(bar)
      \(after)
      </div>
      </main>
      </div>
      <script type="application/json" id="data">\(data)</script>
      <script>
      \(Self.script)
      </script>
      </body>
      </html>

      """
  }

  private func section(_ section: Section) -> String {
    """
    <section id="\(section.id)" aria-labelledby="\(section.id)-title"><h2 id="\(section.id)-title">\(html(section.title))</h2>
    \(section.body)
    </section>
    """
  }

  /// A chart that is part of the page.
  /// - Parameter isMaze: wide, and light on a dark page too, since corridors are light and arrows must be visible on
  ///   them.
  static func chart(_ figure: Figure, isMaze: Bool = false) -> String {
    "<figure class=\"chart\(isMaze ? " wide light" : "")\">\(figure.inlineSVG)</figure>"
  }

  /// Several charts next to each other, as far as there is room; empty if there are none.
  static func charts(_ figures: [NamedFigure]) -> String {
    figures.isEmpty
      ? "" : "<div class=\"charts\">\(figures.map { chart($0.figure) }.joined(separator: "\n"))</div>"
  }

  /// The element in which a map is drawn.
  static func map(_ grid: Grid) -> String {
    """
    <figure class="map" data-grid="\(html(grid.id))"><noscript>The map needs scripts; figures/ has it as a picture.</noscript></figure>
    """
  }
}
