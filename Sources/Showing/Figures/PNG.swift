import CRsvg

/// The largest number of pixels along an edge; cairo's own limit is 32,767.
let pixelLimit = 16_384

/// Renders SVG text as a picture. The only place that calls librsvg.
/// - Parameters:
///   - svg: UTF-8.
///   - width: pixels; the drawing is stretched to fill them.
/// - Returns: the bytes of a PNG file, 8 bits a channel with alpha.
func renderPNG(svg: [UInt8], width: Int, height: Int) throws(FigureError) -> [UInt8] {
  guard (1...pixelLimit).contains(width), (1...pixelLimit).contains(height) else {
    throw .tooManyPixels(width: width, height: height, limit: pixelLimit)
  }
  var error: UnsafeMutablePointer<GError>?
  guard let handle = rsvg_handle_new_from_data(svg, svg.count, &error) else {
    throw .cannotDraw(reason: taken(error))
  }
  defer { g_object_unref(UnsafeMutableRawPointer(handle)) }
  guard let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height)) else {
    throw .cannotDraw(reason: "no memory")
  }
  defer { cairo_surface_destroy(surface) }
  let context = cairo_create(surface)
  defer { cairo_destroy(context) }
  // Both report errors by a status; a context created from a failed surface carries the surface's.
  try check(cairo_status(context))
  var viewport = RsvgRectangle(x: 0, y: 0, width: Double(width), height: Double(height))
  guard rsvg_handle_render_document(handle, context, &viewport, &error) != 0 else {
    throw .cannotDraw(reason: taken(error))
  }
  try check(cairo_status(context))
  var bytes: [UInt8] = []
  let status = withUnsafeMutablePointer(to: &bytes) { target in
    cairo_surface_write_to_png_stream(
      surface,
      { target, data, count in
        target?.assumingMemoryBound(to: [UInt8].self).pointee.append(
          contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
        return CAIRO_STATUS_SUCCESS
      }, target)
  }
  try check(status)
  return bytes
}

/// The text of an error, which is then freed.
private func taken(_ error: UnsafeMutablePointer<GError>?) -> String {
  guard let error else { return "no reason given" }
  defer { g_error_free(error) }
  return String(cString: error.pointee.message)
}

private func check(_ status: cairo_status_t) throws(FigureError) {
  if status != CAIRO_STATUS_SUCCESS { throw .cannotDraw(reason: String(cString: cairo_status_to_string(status))) }
}
