// HDF5's C interface, with functions in place of the macros that Swift cannot import. Only ActivationStore imports it.
#ifndef PATCHBAY_HDF5_SHIM_H
#define PATCHBAY_HDF5_SHIM_H
#include <hdf5.h>
#include <hdf5_hl.h>
#endif
