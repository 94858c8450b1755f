// HDF5's C interface, with functions in place of the macros that Swift cannot import. Only ActivationStore imports it.
#ifndef PATCHBAY_HDF5_SHIM_H
#define PATCHBAY_HDF5_SHIM_H
#include <hdf5.h>
#include <hdf5_hl.h>
#include "reading_driver.h"

// Property list classes.
static inline hid_t pb_class_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t pb_class_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t pb_class_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t pb_class_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t pb_class_link_create(void) { return H5P_LINK_CREATE; }

// Default property list, whole dataspace, default error stack.
static inline hid_t pb_default_properties(void) { return H5P_DEFAULT; }
static inline hid_t pb_whole_space(void) { return H5S_ALL; }
static inline hid_t pb_default_error_stack(void) { return H5E_DEFAULT; }

// Element types in memory.
static inline hid_t pb_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t pb_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t pb_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t pb_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t pb_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t pb_c_string(void) { return H5T_C_S1; }

// Element types in a file: little-endian on every machine.
static inline hid_t pb_file_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t pb_file_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t pb_file_int8(void) { return H5T_STD_I8LE; }
static inline hid_t pb_file_int32(void) { return H5T_STD_I32LE; }
static inline hid_t pb_file_int64(void) { return H5T_STD_I64LE; }

static inline size_t pb_variable_length(void) { return H5T_VARIABLE; }

// How a file is opened.
static inline unsigned pb_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned pb_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned pb_truncate(void) { return H5F_ACC_TRUNC; }

// Whether HDF5 itself locks the file. Before 1.10.7 it always does and cannot be told otherwise.
static inline int pb_can_set_file_locking(void) {
#if H5_VERSION_GE(1, 10, 7)
  return 1;
#else
  return 0;
#endif
}
static inline herr_t pb_set_file_locking(hid_t access, int use, int ignore_when_unsupported) {
#if H5_VERSION_GE(1, 10, 7)
  return H5Pset_file_locking(access, use != 0, ignore_when_unsupported != 0);
#else
  (void)access;
  (void)use;
  (void)ignore_when_unsupported;
  return 0;
#endif
}

// The address of an object's header in the file. If asked for everything, HDF5 would go through all chunks.
static inline herr_t pb_object_address(hid_t object, haddr_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
#else
  H5O_info_t info;
#endif
#if H5_VERSION_GE(1, 10, 3)
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
#else
  if (H5Oget_info(object, &info) < 0) return -1;
#endif
  *address = info.addr;
  return 0;
}

// The attribute and chunk formats of HDF5 1.8: checksummed metadata, and no "open for writing" mark that outlives a
// killed process.
static inline herr_t pb_set_format_1_8(hid_t access) {
#if H5_VERSION_GE(1, 10, 2)
  return H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
#else
  return H5Pset_libver_bounds(access, H5F_LIBVER_18, H5F_LIBVER_LATEST);
#endif
}

// Calls `visit` with each name in a group, in storage order. (The other orders go through a table of all links, which
// HDF5 1.10 frees uninitialised when it cannot be read.)
typedef void (*pb_name_visitor)(const char *name, void *data);
typedef struct {
  pb_name_visitor visit;
  void *data;
} pb_visit;
static inline herr_t pb_visit_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  (void)group;
  (void)info;
  ((pb_visit *)data)->visit(name, ((pb_visit *)data)->data);
  return 0;
}
static inline herr_t pb_iterate_links(hid_t group, pb_name_visitor visit, void *data) {
  pb_visit all = {visit, data};
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, pb_visit_link, &all);
}

#endif
