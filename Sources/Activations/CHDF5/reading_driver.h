// An HDF5 file driver that only reads, and checks each global heap collection before HDF5 uses it.
//
// Variable-length text and the lists of dimension scales are in such collections. They have no checksum, and a
// senseless size sends HDF5 1.10 into an endless loop or past the end of its memory. Everything else in files of the
// 1.8 format is either checksummed or checked well enough by HDF5. sound_metadata.h checks even what is checksummed,
// since a checksum can be computed for anything.
#ifndef PATCHBAY_READING_DRIVER_H
#define PATCHBAY_READING_DRIVER_H
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>
#include "sound_metadata.h"
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

typedef struct {
  H5FD_t base;  // must be first: HDF5 sees only this
  int descriptor;
  haddr_t end_of_space;
  haddr_t end_of_file;
  dev_t device;
  ino_t inode;
} pb_reading_file;

static inline uint64_t pb_little_endian(const unsigned char *bytes, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

// Whether these bytes may be the beginning of a collection: its signature, version 1 and three zero bytes.
static inline int pb_is_heap(const unsigned char *bytes, size_t size) {
  return size >= 16 && memcmp(bytes, "GCOL\1\0\0\0", 8) == 0;
}

// Whether the objects of a whole collection lie in it end to end: each has an index (2 bytes), a reference count (2),
// four zero bytes, a size (8), and its contents padded to 8 bytes. Index 0 is the free space and comes last; its size
// includes the 16 bytes before it.
static inline int pb_is_sound_heap(const unsigned char *bytes, size_t size) {
  unsigned char *seen = (unsigned char *)calloc(65536 / 8, 1);
  if (!seen) return 0;
  size_t at = 16;
  int sound = 1;
  while (sound && at + 16 <= size) {
    uint64_t index = pb_little_endian(bytes + at, 2);
    uint64_t length = pb_little_endian(bytes + at + 8, 8);
    uint64_t room = size - at;
    if (index == 0) {
      sound = length == room;
      break;
    }
    sound = !(seen[index / 8] & 1 << index % 8) && length <= room - 16 && (length + 7) / 8 * 8 <= room - 16;
    seen[index / 8] |= (unsigned char)(1 << index % 8);
    at += 16 + (size_t)((length + 7) / 8 * 8);
  }
  free(seen);
  return sound;
}

static inline herr_t pb_driver_fail(const char *message) {
  H5Epush2(H5E_DEFAULT, __FILE__, "pb_driver_read", __LINE__, H5E_ERR_CLS, H5E_IO, H5E_READERROR, "%s", message);
  return -1;
}

// Reads, with zeros beyond the end of the file, like HDF5's own driver.
static inline int pb_read_fully(int descriptor, haddr_t address, size_t size, unsigned char *buffer) {
  while (size > 0) {
    ssize_t count = pread(descriptor, buffer, size, (off_t)address);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) {
      memset(buffer, 0, size);
      return 0;
    }
    buffer += count;
    address += (haddr_t)count;
    size -= (size_t)count;
  }
  return 0;
}

static inline herr_t pb_driver_read(
    H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer) {
  pb_reading_file *file = (pb_reading_file *)base;
  (void)transfer;
  if (address > file->end_of_space || size > file->end_of_space - address)
    return pb_driver_fail("an address lies beyond the end of the file");
  if (pb_read_fully(file->descriptor, address, size, (unsigned char *)buffer) != 0)
    return pb_driver_fail(strerror(errno));
  const unsigned char *bytes = (const unsigned char *)buffer;
  if (type != H5FD_MEM_DRAW) {
    pb_source source = {file->descriptor, file->end_of_file};
    const char *problem = pb_metadata_problem(source, address, bytes, size);
    if (problem) return pb_driver_fail(problem);
  }
  if (!pb_is_heap(bytes, size)) return 0;
  uint64_t whole = pb_little_endian(bytes + 8, 8);
  int sound = 0;
  if (whole < 4096 || whole > file->end_of_space - address) {
    // HDF5 creates none smaller than this.
  } else if (whole <= size) {
    sound = pb_is_sound_heap(bytes, (size_t)whole);
  } else {
    unsigned char *all = (unsigned char *)malloc((size_t)whole);
    sound = all && pb_read_fully(file->descriptor, address, (size_t)whole, all) == 0 && pb_is_sound_heap(all, (size_t)whole);
    free(all);
  }
  return sound ? 0 : pb_driver_fail("a heap of text or references makes no sense");
}

static inline H5FD_t *pb_driver_open(const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)access;
  (void)most;
  if (flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT)) return NULL;
  int descriptor = open(name, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (descriptor < 0) return NULL;
  pb_reading_file *file = (pb_reading_file *)calloc(1, sizeof(pb_reading_file));
  if (!file || fstat(descriptor, &status) != 0) {
    free(file);
    close(descriptor);
    return NULL;
  }
  file->descriptor = descriptor;
  file->end_of_file = (haddr_t)status.st_size;
  file->device = status.st_dev;
  file->inode = status.st_ino;
  return &file->base;
}

static inline herr_t pb_driver_close(H5FD_t *base) {
  pb_reading_file *file = (pb_reading_file *)base;
  int status = close(file->descriptor);
  free(file);
  return status;
}

static inline int pb_driver_compare(const H5FD_t *first, const H5FD_t *second) {
  const pb_reading_file *a = (const pb_reading_file *)first, *b = (const pb_reading_file *)second;
  if (a->device != b->device) return a->device < b->device ? -1 : 1;
  if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
  return 0;
}

static inline herr_t pb_driver_query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  if (flags) *flags = 0;
  return 0;
}

static inline haddr_t pb_driver_end_of_space(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const pb_reading_file *)file)->end_of_space;
}

static inline herr_t pb_driver_set_end_of_space(H5FD_t *file, H5FD_mem_t type, haddr_t address) {
  (void)type;
  ((pb_reading_file *)file)->end_of_space = address;
  return 0;
}

static inline haddr_t pb_driver_end_of_file(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return ((const pb_reading_file *)file)->end_of_file;
}

static inline herr_t pb_driver_handle(H5FD_t *file, hid_t access, void **handle) {
  (void)access;
  *handle = &((pb_reading_file *)file)->descriptor;
  return 0;
}

static inline herr_t pb_driver_write(
    H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer) {
  (void)file, (void)type, (void)transfer, (void)address, (void)size, (void)buffer;
  return -1;
}

// Registers the driver with HDF5; negative if that fails. Meant to be called once.
static inline hid_t pb_register_reading_driver(void) {
  static H5FD_class_t driver;
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = (H5FD_class_value_t)500;  // any number from 256 to 511 is free for drivers of other programs
#endif
  driver.name = "patchbay-reading";
  driver.maxaddr = ((haddr_t)1 << 62) - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.open = pb_driver_open;
  driver.close = pb_driver_close;
  driver.cmp = pb_driver_compare;
  driver.query = pb_driver_query;
  driver.get_eoa = pb_driver_end_of_space;
  driver.set_eoa = pb_driver_set_end_of_space;
  driver.get_eof = pb_driver_end_of_file;
  driver.get_handle = pb_driver_handle;
  driver.read = pb_driver_read;
  driver.write = pb_driver_write;
  H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  memcpy(driver.fl_map, map, sizeof map);
  return H5FDregister(&driver);
}

static inline herr_t pb_set_driver(hid_t access, hid_t driver) { return H5Pset_driver(access, driver, NULL); }
#endif
