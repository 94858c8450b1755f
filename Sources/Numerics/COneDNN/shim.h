// oneDNN's C interface. Only the Tensors module imports it.
#ifndef PATCHBAY_ONEDNN_SHIM_H
#define PATCHBAY_ONEDNN_SHIM_H
#include <dnnl.h>
#endif
