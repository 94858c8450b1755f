// LAPACK's and BLAS's C interfaces. Only the Analysis module's LinearAlgebra folder imports them.
#ifndef PATCHBAY_CLAPACK_SHIM_H
#define PATCHBAY_CLAPACK_SHIM_H
#include <cblas.h>
#include <lapacke.h>
#endif
