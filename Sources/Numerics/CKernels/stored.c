// Conversions between the bytes of a stored chunk and its numbers: HDF5's checksum, and binary16.
#include <string.h>

#include "CKernels.h"
#include "parts.h"

// Pairs of 16-bit words that are summed in parallel. A place's sum of sums is at most 131070 * (1 + ... + steps): 255
// steps fit in 32 bits.
enum { PAIRS = 16, STEP_BYTES = 4 * PAIRS, MOST_STEPS = 255 };
typedef uint32_t pairs __attribute__((vector_size(STEP_BYTES)));

// The sum of 16 numbers, each modulo 65535.
static inline __attribute__((always_inline)) uint64_t total(const pairs *x) {
  return __builtin_reduce_add((*x & 0xFFFF) + (*x >> 16));
}

// Modulo 65535, with 65535 in place of a 0 that does not come from zeros alone: HDF5 folds the upper half of a sum into
// the lower.
static inline uint64_t reduced(uint64_t sum) { return sum == 0 ? 0 : (sum - 1) % 65535 + 1; }

static inline __attribute__((always_inline)) void add_words(
    uint64_t sums[2], uint8_t *out, const uint8_t *bytes, int64_t count) {
  const pairs places = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
  uint64_t first = sums[0], second = sums[1];
  int64_t at = 0;
  while (count - at >= STEP_BYTES) {
    int64_t steps = (count - at) / STEP_BYTES;
    if (steps > MOST_STEPS) steps = MOST_STEPS;
    pairs both = {0}, upper = {0}, bothSums = {0};
    for (int64_t step = 0; step < steps; step++) {
      pairs words;
      memcpy(&words, bytes + at + step * STEP_BYTES, STEP_BYTES);
      if (out) memcpy(out + at + step * STEP_BYTES, &words, STEP_BYTES);
      const pairs high = words >> 16;
      upper += high;
      both += (words & 0xFFFF) + high;
      bothSums += both;
    }
    // Of n words, word i counts n - i times in the second sum: at place p of step t the lower one n - 2 PAIRS t - 2 p
    // times, the upper one once less.
    const pairs placed = ((both & 0xFFFF) + (both >> 16)) * places;
    const uint64_t less = total(&placed) + total(&upper);
    // 2^14 * 65535 is more than `less` ever is.
    const uint64_t more = second + 2 * PAIRS * ((uint64_t)steps * first + total(&bothSums)) + (65535u << 14);
    first = reduced(first + __builtin_reduce_add(both));
    second = first == 0 ? 0 : reduced(more - less);
    at += steps * STEP_BYTES;
  }
  for (; at + 2 <= count; at += 2) {
    if (out) memcpy(out + at, bytes + at, 2);
    first += (uint64_t)bytes[at] | (uint64_t)bytes[at + 1] << 8;
    second += first;
  }
  sums[0] = reduced(first);
  sums[1] = reduced(second);
}

DISPATCHED void pb_fletcher32_add(uint64_t sums[2], const uint8_t *bytes, int64_t count) {
  add_words(sums, 0, bytes, count);
}

DISPATCHED void pb_fletcher32_copy(uint64_t sums[2], uint8_t *out, const uint8_t *bytes, int64_t count) {
  add_words(sums, out, bytes, count);
}

DISPATCHED void pb_widen_halves(float *out, const uint8_t *halves, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    uint16_t bits;
    memcpy(&bits, halves + 2 * i, 2);
    const uint32_t magnitude = bits & 0x7FFFu, shifted = magnitude << 13;
    // A subnormal's fraction under the exponent of 2^-14, less 2^-14.
    union { uint32_t bits; float value; } small = {shifted + (113u << 23)}, least = {113u << 23}, result;
    small.value -= least.value;
    const uint32_t usual = magnitude >= 0x7C00u ? (shifted | 0x7F800000u) : shifted + (112u << 23);
    result.bits = (magnitude < 0x400u ? small.bits : usual) | (uint32_t)(bits & 0x8000u) << 16;
    out[i] = result.value;
  }
}
