// What stands between the bytes of a stored chunk and its numbers: HDF5's checksum and binary16.
#include <string.h>

#include "CKernels.h"
#include "parts.h"

// Pairs of 16-bit words that are summed side by side. A place's second sum grows by at most 65535 * (1 + ... + steps): 360 steps fit 32 bits.
enum { PAIRS = 16, STEP_BYTES = 4 * PAIRS, MOST_STEPS = 360 };
typedef uint32_t pairs __attribute__((vector_size(STEP_BYTES)));

// Modulo 65535, with 65535 in place of a 0 that does not come from zeros alone: so HDF5's folding of the upper half into the lower leaves it.
static inline uint64_t reduced(uint64_t sum) { return sum == 0 ? 0 : (sum - 1) % 65535 + 1; }

DISPATCHED void pb_fletcher32_add(uint64_t sums[2], const uint8_t *bytes, int64_t count) {
  uint64_t first = sums[0], second = sums[1];
  int64_t at = 0;
  while (count - at >= STEP_BYTES) {
    int64_t steps = (count - at) / STEP_BYTES;
    if (steps > MOST_STEPS) steps = MOST_STEPS;
    pairs low = {0}, high = {0}, lowSums = {0}, highSums = {0};
    for (int64_t step = 0; step < steps; step++) {
      pairs words;
      memcpy(&words, bytes + at + step * STEP_BYTES, STEP_BYTES);
      low += words & 0xFFFF;
      high += words >> 16;
      lowSums += low;
      highSums += high;
    }
    // Of n words, word i counts n - i times in the second sum: that at place p of step t, n - 2 PAIRS t - p times.
    uint64_t plain = 0, weighted = 0, places = 0;
    for (int i = 0; i < PAIRS; i++) {
      plain += (uint64_t)low[i] + high[i];
      weighted += (uint64_t)lowSums[i] + highSums[i];
      places += 2 * (uint64_t)i * low[i] + (2 * (uint64_t)i + 1) * high[i];
    }
    second = reduced(second + 2 * PAIRS * ((uint64_t)steps * first + weighted) - places);
    first = reduced(first + plain);
    at += steps * STEP_BYTES;
  }
  for (; at + 2 <= count; at += 2) {
    first += (uint64_t)bytes[at] | (uint64_t)bytes[at + 1] << 8;
    second += first;
  }
  sums[0] = reduced(first);
  sums[1] = reduced(second);
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
