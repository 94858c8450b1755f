// Checks messages of object headers: dataspaces, types, attributes, links, layouts, filters and fill values. Unknown
// kinds are left to HDF5.
#ifndef PATCHBAY_SOUND_MESSAGES_H
#define PATCHBAY_SOUND_MESSAGES_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The bytes of a file, or of a part of it.
typedef struct {
  int descriptor;
  uint64_t end;
} pb_source;

static inline uint64_t pb_number(const unsigned char *bytes, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

static inline int pb_is_power_of_two(uint64_t value) { return value > 0 && (value & (value - 1)) == 0; }

// All ones: there is nothing.
static inline int pb_is_address(pb_source source, uint64_t address) {
  return address == UINT64_MAX || address < source.end;
}

static inline int pb_source_read(pb_source source, uint64_t address, size_t size, unsigned char *buffer) {
  if (address > source.end || size > source.end - address) return 0;
  while (size > 0) {
    ssize_t count = pread(source.descriptor, buffer, size, (off_t)address);
    if (count <= 0) return 0;
    buffer += count, address += (uint64_t)count, size -= (size_t)count;
  }
  return 1;
}

// A version 1 or 2 dataspace; `elements` is the number of elements at its current size.
static inline int pb_is_sound_space(const unsigned char *bytes, size_t size, uint64_t *elements) {
  if (size < 4 || bytes[0] < 1 || bytes[0] > 2) return 0;
  size_t axes = bytes[1], at = bytes[0] == 1 ? 8 : 4;
  if (axes > 32 || bytes[2] & ~3 || (bytes[2] & 2 && bytes[0] == 1)) return 0;
  if (bytes[0] == 2 && (bytes[3] > 2 || (bytes[3] != 1 && axes > 0))) return 0;
  if (size < at + axes * 8 * (bytes[2] & 1 ? 2 : 1)) return 0;
  *elements = bytes[0] == 2 && bytes[3] == 2 ? 0 : 1;
  for (size_t axis = 0; axis < axes; axis++) {
    uint64_t count = pb_number(bytes + at + axis * 8, 8);
    if (count > 0 && *elements > UINT64_MAX / 1024 / count) return 0;
    *elements *= count;
  }
  return 1;
}

// A datatype; `used` is the number of bytes that describe it, `width` that of an element.
static inline int pb_is_sound_type(
    const unsigned char *bytes, size_t size, int depth, size_t *used, uint64_t *width) {
  if (size < 8 || depth > 8) return 0;
  int class = bytes[0] & 15, version = bytes[0] >> 4;
  *width = pb_number(bytes + 4, 4);
  if (version < 1 || version > 3 || *width == 0 || *width > 1 << 24) return 0;
  size_t own = 8;
  uint64_t bits = *width * 8;
  switch (class) {
    case 0:
      own = 12;
      if (size < own || *width > 8 || pb_number(bytes + 8, 2) + pb_number(bytes + 10, 2) > bits || pb_number(bytes + 10, 2) == 0) return 0;
      break;
    case 1: {
      own = 20;
      if (size < own || *width > 8) return 0;
      uint64_t sign = bytes[2], exponent = bytes[12], exponent_size = bytes[13], mantissa = bytes[14], mantissa_size = bytes[15];
      if (pb_number(bytes + 8, 2) + pb_number(bytes + 10, 2) > bits || exponent + exponent_size > bits || mantissa + mantissa_size > bits ||
          sign >= bits || exponent_size == 0 || mantissa_size == 0)
        return 0;
      break;
    }
    case 3: break;
    case 6: {
      uint64_t members = pb_number(bytes + 1, 2);
      if (version != 3) {
        own = size;
        break;
      }
      if (members == 0 || members > 64) return 0;
      int offset_size = *width < 1 << 8 ? 1 : *width < 1 << 16 ? 2 : *width < 1 << 24 ? 3 : 4;
      for (uint64_t i = 0; i < members; i++) {
        const unsigned char *end = (const unsigned char *)memchr(bytes + own, 0, size - own);
        if (!end) return 0;
        own = (size_t)(end - bytes) + 1;
        if (size - own < (size_t)offset_size) return 0;
        uint64_t offset = pb_number(bytes + own, offset_size), inner_width = 0;
        own += (size_t)offset_size;
        size_t inner = 0;
        if (!pb_is_sound_type(bytes + own, size - own, depth + 1, &inner, &inner_width) || offset + inner_width > *width) return 0;
        own += inner;
      }
      break;
    }
    case 7:
      if ((bytes[1] & 15) > 1 || *width != ((bytes[1] & 15) == 0 ? 8 : 12)) return 0;
      break;
    case 9: {
      uint64_t inner_width = 0;
      size_t inner = 0;
      if ((bytes[1] & 15) > 1 || *width != 16 || (size > own && (bytes[own] & 15) == 9) ||
          !pb_is_sound_type(bytes + own, size - own, depth + 1, &inner, &inner_width))
        return 0;
      own += inner;
      break;
    }
    default: own = size;  // enumerations, arrays and such, which are not written here
  }
  *used = own;
  return own <= size;
}

// Whether the global heap at an address has an object with this number and exactly the size of this many elements (HDF5
// allocates room for the elements and then copies the object), or none is needed because the number of elements is 0.
static inline int pb_heap_has(pb_source source, const unsigned char *reference, uint64_t width) {
  uint64_t count = pb_number(reference, 4), address = pb_number(reference + 4, 8), index = pb_number(reference + 12, 4);
  if (count == 0 && (address == 0 || address == UINT64_MAX)) return 1;
  unsigned char head[16];
  if (index == 0 || index > 65535 || !pb_source_read(source, address, 16, head) || memcmp(head, "GCOL\1\0\0\0", 8) != 0) return 0;
  uint64_t size = pb_number(head + 8, 8), at = 16;
  if (size > source.end - address) return 0;
  while (at + 16 <= size && pb_source_read(source, address + at, 16, head)) {
    uint64_t number = pb_number(head, 2), length = pb_number(head + 8, 8);
    if (number == 0 || length > size - at - 16) return 0;
    if (number == index) return count * width == length;
    at += 16 + (length + 7) / 8 * 8;
  }
  return 0;
}

// A version 3 attribute, the only version written here; for the others only what would be read past their end is
// checked.
static inline int pb_is_sound_attribute(pb_source source, const unsigned char *bytes, size_t size) {
  if (size < 9 || bytes[0] < 1 || bytes[0] > 3) return 0;
  if (bytes[0] != 3) return 1;
  size_t name = pb_number(bytes + 2, 2), type = pb_number(bytes + 4, 2), space = pb_number(bytes + 6, 2), used = 0;
  uint64_t width = 0, elements = 0;
  if (bytes[1] != 0 || bytes[8] > 1 || name < 2 || name + type + space > size - 9) return 0;
  const unsigned char *at = bytes + 9;
  if (memchr(at, 0, name) != at + name - 1) return 0;
  if (!pb_is_sound_type(at + name, type, 0, &used, &width) || !pb_is_sound_space(at + name + type, space, &elements)) return 0;
  size_t room = size - 9 - name - type - space;
  if (elements > room / width) return 0;
  if ((at[name] & 15) == 9) {
    uint64_t inner_width = pb_number(at + name + 12, 4);
    for (uint64_t i = 0; i < elements; i++)
      if (!pb_heap_has(source, at + name + type + space + i * 16, inner_width)) return 0;
  }
  return 1;
}

static inline int pb_is_sound_link(pb_source source, const unsigned char *bytes, size_t size) {
  if (size < 3 || bytes[0] != 1 || bytes[1] & 0xE0) return 0;
  int flags = bytes[1], type = 0, width = 1 << (flags & 3);
  size_t at = 2;
  if (flags & 8) type = bytes[at++];
  at += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
  if (at + (size_t)width > size) return 0;
  uint64_t name = pb_number(bytes + at, width);
  at += (size_t)width;
  if (name == 0 || name > size - at) return 0;
  at += name;
  if (type == 0) return size - at >= 8 && pb_number(bytes + at, 8) < source.end;
  // No link written here leads to other names or other files.
  return size - at >= 2 && pb_number(bytes + at, 2) <= size - at - 2;
}

static inline int pb_is_sound_layout(pb_source source, const unsigned char *bytes, size_t size) {
  if (size < 2 || bytes[0] != 3) return bytes[0] >= 1 && bytes[0] <= 4;
  if (bytes[1] == 0) return size >= 4 && pb_number(bytes + 2, 2) <= size - 4;
  if (bytes[1] == 1) return size >= 18 && pb_is_address(source, pb_number(bytes + 2, 8));
  size_t axes = size > 2 ? bytes[2] : 0;
  if (bytes[1] != 2 || axes < 2 || axes > 33 || size < 11 + axes * 4 || !pb_is_address(source, pb_number(bytes + 3, 8))) return 0;
  uint64_t product = 1;
  for (size_t axis = 0; axis < axes; axis++) {
    product *= pb_number(bytes + 11 + axis * 4, 4);
    if (product == 0 || product > UINT32_MAX) return 0;
  }
  return 1;
}

static inline int pb_is_sound_pipeline(const unsigned char *bytes, size_t size) {
  if (size < 2 || bytes[0] != 2) return size >= 2 && bytes[0] == 1;
  size_t at = 2;
  if (bytes[1] == 0 || bytes[1] > 32) return 0;
  for (int filter = 0; filter < bytes[1]; filter++) {
    if (size - at < 8) return size - at >= 6 && filter + 1 == bytes[1] && pb_number(bytes + at, 2) < 256 && pb_number(bytes + at + 4, 2) == 0;
    int is_named = pb_number(bytes + at, 2) >= 256;
    uint64_t name = is_named ? pb_number(bytes + at + 2, 2) : 0;
    at += is_named ? 8 : 6;
    uint64_t values = pb_number(bytes + at - 2, 2);
    if (name + values * 4 > size - at) return 0;
    at += name + values * 4;
  }
  return 1;
}

// A version 1, 2 or 3 fill value; its own size says how much HDF5 copies.
static inline int pb_is_sound_fill(const unsigned char *bytes, size_t size) {
  if (size < 2 || bytes[0] < 1 || bytes[0] > 3) return 0;
  size_t at = bytes[0] == 3 ? 2 : 4;
  int is_there = bytes[0] == 3 ? bytes[1] & 0x20 : bytes[0] == 1 || (size >= 4 && bytes[3] != 0);
  if (!is_there) return size >= at;
  if (size < at + 4) return 0;
  uint64_t own = pb_number(bytes + at, 4);
  // Before version 3 a negative size meant none.
  return own <= size - at - 4 || (bytes[0] != 3 && own >> 31 == 1);
}

// One of the versions before those.
static inline int pb_is_sound_old_fill(const unsigned char *bytes, size_t size) {
  return size >= 4 && pb_number(bytes, 4) <= size - 4;
}
#endif
