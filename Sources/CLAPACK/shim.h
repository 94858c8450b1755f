// LAPACK's C interface. Only the Analysis module imports it.
#ifndef PATCHBAY_LAPACK_SHIM_H
#define PATCHBAY_LAPACK_SHIM_H
#include <lapacke.h>
#endif
