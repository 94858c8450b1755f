// Checks pieces of metadata before HDF5 decodes them. They have checksums, so HDF5 itself refuses accidental damage.
// But HDF5 1.10 trusts a file that was deliberately put together wrongly in some places: attributes that are half
// decoded, references past the end of a heap's table, trees with records of size zero.
//
// Covers version 2 object headers, fractal heaps and version 2 trees, as in files of the 1.8 format. Anything else is
// left to HDF5.
#ifndef PATCHBAY_SOUND_METADATA_H
#define PATCHBAY_SOUND_METADATA_H
#include "dense_storage.h"

static inline int pb_is_sound_message(pb_source source, int type, int flags, const unsigned char *bytes, size_t size) {
  uint64_t elements = 0, width = 0;
  size_t used = 0;
  // Messages stored elsewhere: files written here share only types.
  if (flags & 2) return type == 3;
  switch (type) {
    case 1: return pb_is_sound_space(bytes, size, &elements);
    case 2: return pb_is_sound_dense(source, bytes, size, 1);
    case 3: return pb_is_sound_type(bytes, size, 0, &used, &width);
    case 4: return pb_is_sound_old_fill(bytes, size);
    case 5: return pb_is_sound_fill(bytes, size);
    case 6: return pb_is_sound_link(source, bytes, size);
    case 8: return pb_is_sound_layout(source, bytes, size);
    case 11: return pb_is_sound_pipeline(bytes, size);
    case 12: return pb_is_sound_attribute(source, bytes, size);
    case 21: return pb_is_sound_dense(source, bytes, size, 0);
    default: return 1;
  }
}

// The messages of one block of a header, and of the blocks that continue it.
static inline int pb_are_sound_messages(
    pb_source source, const unsigned char *bytes, size_t size, int has_order, int *blocks_left) {
  size_t at = 0, head = has_order ? 6 : 4;
  while (size - at >= head) {
    int type = bytes[at], flags = bytes[at + 3];
    size_t length = pb_number(bytes + at + 1, 2);
    at += head;
    if (length > size - at || !pb_is_sound_message(source, type, flags, bytes + at, length)) return 0;
    if (type == 16) {
      if (length < 16 || --*blocks_left < 0) return 0;
      uint64_t address = pb_number(bytes + at, 8), room = pb_number(bytes + at + 8, 8);
      if (room < 8 || room > 1 << 24 || address >= source.end || room > source.end - address) return 0;
      unsigned char *block = (unsigned char *)malloc((size_t)room);
      int sound = block && pb_source_read(source, address, (size_t)room, block) && memcmp(block, "OCHK", 4) == 0 &&
                  pb_are_sound_messages(source, block + 4, (size_t)room - 8, has_order, blocks_left);
      free(block);
      if (!sound) return 0;
    }
    at += length;
  }
  return 1;
}

static inline int pb_is_sound_header(pb_source source, uint64_t address) {
  unsigned char head[34];
  size_t have = source.end - address < sizeof head ? (size_t)(source.end - address) : sizeof head;
  if (have < 12 || !pb_source_read(source, address, have, head) || head[4] != 2) return 0;
  int flags = head[5], width = 1 << (flags & 3), blocks = 64;
  size_t at = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  if (at + (size_t)width > have) return 0;
  uint64_t size = pb_number(head + at, width), start = address + at + (uint64_t)width;
  if (size > 1 << 24 || start > source.end || size > source.end - start) return 0;
  unsigned char *bytes = (unsigned char *)malloc((size_t)size + 1);
  int sound = bytes && pb_source_read(source, start, (size_t)size, bytes) &&
              pb_are_sound_messages(source, bytes, (size_t)size, flags & 4, &blocks);
  free(bytes);
  return sound;
}

// A leaf of a version 1 tree, which says where chunks are. It has no checksum, and HDF5 subtracts four bytes for its
// own checksum from the size of a chunk that has one, whatever the size. The whole node is read at once. Its size
// follows from that of a key: as many entries as a file has room for, 64 unless the file says otherwise.
static inline int pb_is_sound_chunk_node(pb_source source, const unsigned char *bytes, size_t size) {
  const size_t head = 24, children = 64;
  if (size < head + 8 * children || (size - head - 8 * children) % (children + 1) != 0) return 1;
  size_t key = (size - head - 8 * children) / (children + 1);
  uint64_t count = pb_number(bytes + 6, 2);
  if (bytes[5] != 0 || key < 16) return 1;
  if (count > children) return 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t stored = pb_number(bytes + head + i * (key + 8), 4);
    if (stored < 4 || stored > source.end) return 0;
  }
  return 1;
}

// What is wrong with the metadata that begins at an address with these bytes; NULL if nothing is, or its kind is
// unknown here.
static inline const char *pb_metadata_problem(pb_source source, uint64_t address, const unsigned char *bytes, size_t size) {
  if (size < 4) return NULL;
  if (memcmp(bytes, "OHDR", 4) == 0 && !pb_is_sound_header(source, address)) return "an object's header makes no sense";
  if (memcmp(bytes, "FRHP", 4) == 0 && !pb_is_sound_heap_header(source, address)) return "a heap's header makes no sense";
  if (size >= 24 && memcmp(bytes, "TREE\1", 5) == 0 && !pb_is_sound_chunk_node(source, bytes, size)) return "a table of chunks makes no sense";
  if (memcmp(bytes, "BTHD", 4) == 0 && !pb_is_sound_tree_header(source, address)) return "a tree's header makes no sense";
  return NULL;
}
#endif
