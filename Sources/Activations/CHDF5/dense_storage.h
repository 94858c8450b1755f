// Checks what groups with many links and objects with many attributes keep outside their headers: fractal heaps, which
// hold links and attributes, and version 2 trees, which say where in the heap each is. HDF5 1.10 follows an offset
// wherever it leads.
#ifndef PATCHBAY_DENSE_STORAGE_H
#define PATCHBAY_DENSE_STORAGE_H
#include "sound_messages.h"

// A fractal heap's header, version 0.
static inline int pb_is_sound_heap_header(pb_source source, uint64_t address) {
  unsigned char b[146];
  if (!pb_source_read(source, address, sizeof b, b) || b[4] != 0) return 0;
  uint64_t identifier = pb_number(b + 5, 2), most = pb_number(b + 10, 4), width = pb_number(b + 110, 2), first = pb_number(b + 112, 8);
  uint64_t direct = pb_number(b + 120, 8), bits = pb_number(b + 128, 2), rows = pb_number(b + 140, 2);
  return identifier >= 3 && identifier <= 4096 && b[9] <= 3 && pb_is_power_of_two(width) && width <= 4096 && pb_is_power_of_two(first) &&
         pb_is_power_of_two(direct) && first >= 16 && direct >= first && direct <= 1u << 26 && bits >= 8 && bits <= 64 && (bits >= 27 || direct <= 1ull << bits) &&
         rows <= 64 && most <= direct && pb_number(b + 130, 2) <= 64 && pb_is_address(source, pb_number(b + 132, 8)) &&
         pb_is_address(source, pb_number(b + 22, 8)) && pb_is_address(source, pb_number(b + 38, 8));
}

// The header of a version 2 tree.
static inline int pb_is_sound_tree_header(pb_source source, uint64_t address) {
  unsigned char b[38];
  if (!pb_source_read(source, address, sizeof b, b) || b[4] != 0) return 0;
  uint64_t node = pb_number(b + 6, 4), record = pb_number(b + 10, 2), depth = pb_number(b + 12, 2);
  uint64_t here = pb_number(b + 24, 2), all = pb_number(b + 26, 8);
  return node >= 64 && node <= 1 << 20 && record >= 1 && record <= (node - 10) / 2 && depth <= 16 && b[14] > 0 && b[14] <= 100 && b[15] < b[14] &&
         pb_is_address(source, pb_number(b + 16, 8)) && here <= (node - 10) / record && here <= all && (depth > 0 || here == all);
}

// What is needed to find an object in a fractal heap.
typedef struct {
  uint64_t address, width, first, direct, rows, root;
  int offset_bytes, length_bytes, header_bytes;
} pb_dense_heap;

// How many bytes are needed for numbers up to a limit.
static inline int pb_bytes_for(uint64_t limit) {
  int bytes = 1;
  while (limit >>= 8) bytes++;
  return bytes;
}

// - Parameter identifier: the bytes of an identifier of an object in the heap.
static inline int pb_open_heap(pb_source source, uint64_t address, uint64_t identifier, pb_dense_heap *heap) {
  unsigned char b[146];
  // With filters the header would be longer; this project writes none.
  if (!pb_source_read(source, address, sizeof b, b) || memcmp(b, "FRHP", 4) != 0 || !pb_is_sound_heap_header(source, address) ||
      pb_number(b + 5, 2) != identifier || pb_number(b + 7, 2) != 0)
    return 0;
  uint64_t most = pb_number(b + 10, 4);
  heap->address = address;
  heap->width = pb_number(b + 110, 2), heap->first = pb_number(b + 112, 8), heap->direct = pb_number(b + 120, 8);
  heap->root = pb_number(b + 132, 8), heap->rows = pb_number(b + 140, 2);
  heap->offset_bytes = (int)(pb_number(b + 128, 2) + 7) / 8;
  heap->length_bytes = pb_bytes_for(most < heap->direct ? most : heap->direct);
  heap->header_bytes = 13 + heap->offset_bytes + (b[9] & 2 ? 4 : 0);
  return (uint64_t)(1 + heap->offset_bytes + heap->length_bytes) <= identifier;
}

// The address of an object in a direct block, after a check of that block; 0 if it makes no sense, UINT64_MAX if it is
// of a kind not handled here.
static inline uint64_t pb_place_in_heap(pb_source source, const pb_dense_heap *heap, uint64_t offset, uint64_t length) {
  uint64_t block = heap->root, size = heap->first, start = 0;
  if (heap->rows > 0) {
    uint64_t row = 0, most = heap->width * heap->first;
    while (row < 64 && offset >= most) {
      if (row > 0) size *= 2;
      start = most, most *= 2, row++;
      if (most > UINT64_MAX / 4) return 0;
    }
    if (row >= heap->rows) return 0;
    if (size > heap->direct) return UINT64_MAX;
    uint64_t column = (offset - start) / size;
    start += column * size;
    unsigned char head[5], entry[8];
    if (!pb_source_read(source, heap->root, 5, head) || memcmp(head, "FHIB", 5) != 0 ||
        !pb_source_read(source, heap->root + 13 + (uint64_t)heap->offset_bytes + (row * heap->width + column) * 8, 8, entry))
      return 0;
    block = pb_number(entry, 8);
  }
  unsigned char head[21];
  if (!pb_source_read(source, block, sizeof head, head) || memcmp(head, "FHDB", 5) != 0 || pb_number(head + 5, 8) != heap->address ||
      pb_number(head + 13, heap->offset_bytes) != start || size > source.end - block)
    return 0;
  uint64_t inside = offset - start;
  return inside >= (uint64_t)heap->header_bytes && inside < size && length <= size - inside ? block + inside : 0;
}

// Whether a heap has an object, and the object is a link (or else an attribute).
static inline int pb_is_sound_object(pb_source source, const pb_dense_heap *heap, const unsigned char *identifier, int is_link) {
  // Version 0. Objects too large for the heap are stored separately, and HDF5 reads them like anything else.
  if ((identifier[0] & 0xF0) == 0x10) return 1;
  if (identifier[0] & 0xF0) return 0;
  uint64_t offset = pb_number(identifier + 1, heap->offset_bytes);
  uint64_t length = pb_number(identifier + 1 + heap->offset_bytes, heap->length_bytes);
  uint64_t place = length == 0 ? 0 : pb_place_in_heap(source, heap, offset, length);
  if (place == 0 || place == UINT64_MAX) return place != 0;
  unsigned char *bytes = (unsigned char *)malloc((size_t)length);
  int sound = bytes && pb_source_read(source, place, (size_t)length, bytes) &&
              (is_link ? pb_is_sound_link(source, bytes, (size_t)length) : pb_is_sound_attribute(source, bytes, (size_t)length));
  free(bytes);
  return sound;
}

// A version 2 tree whose records point into a heap.
typedef struct {
  pb_dense_heap heap;
  int type;
  uint64_t node, record;
  // For inner nodes, by depth: the bytes of a pointer to a child, and how many records there is room for.
  uint64_t pointer[17], room[17];
  int count_bytes;
} pb_dense_tree;

// Types of trees: 5 and 6 are links by name and by order, 8 and 9 attributes likewise. The position and size of the
// identifier in a record.
static inline int pb_identifier_place(int type) { return type == 5 ? 4 : type == 6 ? 8 : 0; }
static inline uint64_t pb_record_bytes(int type) { return type == 5 ? 11 : type == 6 ? 15 : type == 8 ? 17 : 13; }

static inline int pb_is_sound_node(
    pb_source source, const pb_dense_tree *tree, uint64_t address, uint64_t count, int depth, int *nodes_left) {
  if (count > tree->room[depth] || --*nodes_left < 0) return 0;
  unsigned char *bytes = (unsigned char *)malloc((size_t)tree->node);
  int sound = bytes && pb_source_read(source, address, (size_t)tree->node, bytes) && memcmp(bytes, depth == 0 ? "BTLF" : "BTIN", 5) == 0 &&
              bytes[5] == tree->type;
  for (uint64_t i = 0; sound && i < count; i++) {
    const unsigned char *record = bytes + 6 + i * tree->record;
    int is_link = tree->type < 8;
    // A shared attribute is in a heap of the whole file, which this project does not write.
    sound = (is_link || !(record[8] & 2)) && pb_is_sound_object(source, &tree->heap, record + pb_identifier_place(tree->type), is_link);
  }
  for (uint64_t i = 0; sound && depth > 0 && i <= count; i++) {
    const unsigned char *child = bytes + 6 + count * tree->record + i * tree->pointer[depth];
    sound = pb_is_sound_node(source, tree, pb_number(child, 8), pb_number(child + 8, tree->count_bytes), depth - 1, nodes_left);
  }
  free(bytes);
  return sound;
}

// Whether everything that a tree points to exists. No tree: all ones.
static inline int pb_is_sound_dense_tree(pb_source source, uint64_t heap, uint64_t address, int type) {
  if (address == UINT64_MAX) return 1;
  unsigned char b[38];
  pb_dense_tree tree;
  if (!pb_source_read(source, address, sizeof b, b) || memcmp(b, "BTHD", 4) != 0 || !pb_is_sound_tree_header(source, address) ||
      b[5] != type || pb_number(b + 10, 2) != pb_record_bytes(type) || !pb_open_heap(source, heap, type < 8 ? 7 : 8, &tree.heap))
    return 0;
  int depth = (int)pb_number(b + 12, 2), nodes = 1 << 16;
  tree.type = type, tree.node = pb_number(b + 6, 4), tree.record = pb_number(b + 10, 2);
  tree.room[0] = (tree.node - 10) / tree.record;
  tree.count_bytes = pb_bytes_for(tree.room[0]);
  uint64_t below = tree.room[0];
  for (int level = 1; level <= depth; level++) {
    tree.pointer[level] = 8 + (uint64_t)tree.count_bytes + (level > 1 ? (uint64_t)pb_bytes_for(below) : 0);
    if (tree.node < 10 + 2 * tree.pointer[level] + tree.record) return 0;
    tree.room[level] = (tree.node - 10 - tree.pointer[level]) / (tree.record + tree.pointer[level]);
    if (below > UINT64_MAX / 2 / (tree.room[level] + 1)) return 0;
    below = (tree.room[level] + 1) * below + tree.room[level];
  }
  uint64_t root = pb_number(b + 16, 8), count = pb_number(b + 24, 2);
  return root == UINT64_MAX ? count == 0 : pb_is_sound_node(source, &tree, root, count, depth, &nodes);
}

// The message that says where links (or else attributes) outside the header are.
static inline int pb_is_sound_dense(pb_source source, const unsigned char *bytes, size_t size, int are_links) {
  if (size < 18 || bytes[0] != 0 || bytes[1] & ~3) return 0;
  size_t at = 2 + (bytes[1] & 1 ? (are_links ? 8 : 2) : 0), trees = bytes[1] & 2 ? 2 : 1;
  if (size < at + 8 + 8 * trees) return 0;
  uint64_t heap = pb_number(bytes + at, 8);
  if (heap == UINT64_MAX) return 1;
  for (size_t i = 0; i < trees; i++) {
    if (!pb_is_sound_dense_tree(source, heap, pb_number(bytes + at + 8 + 8 * i, 8), (are_links ? 5 : 8) + (int)i)) return 0;
  }
  return 1;
}
#endif
