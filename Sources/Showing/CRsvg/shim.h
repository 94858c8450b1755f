// The parts of librsvg's and cairo's C interfaces that Figures needs. Only that module imports them.
//
// librsvg's own header is not included: it includes those of GIO and gdk-pixbuf, whose pkg-config files ask for
// -pthread, a flag that Swift packages may not pass on (a warning in every build). These declarations are those of
// librsvg 2.46 and later and of GLib 2; both keep their binary interface.
#ifndef PATCHBAY_RSVG_SHIM_H
#define PATCHBAY_RSVG_SHIM_H
#include <cairo.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _RsvgHandle RsvgHandle;

typedef struct {
  double x, y, width, height;
} RsvgRectangle;

// GLib's error: its domain, its code, and a message.
typedef struct {
  uint32_t domain;
  int code;
  char *message;
} GError;

RsvgHandle *rsvg_handle_new_from_data(const uint8_t *data, size_t length, GError **error);
int rsvg_handle_render_document(RsvgHandle *handle, cairo_t *context, const RsvgRectangle *viewport, GError **error);
void g_object_unref(void *object);
void g_error_free(GError *error);
#endif
