// Numbers from the block formats of GGUF files, with the same bits as gguf-py's quants.py: a product and a sum are
// rounded separately, never fused. Blocks are little-endian and may be at any address. The layouts are those of
// ggml-common.h in ggml.
#include <string.h>

#include "CKernels.h"
#include "parts.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

// Converts a binary16 at any address to float, exactly.
INLINE float half_at(const uint8_t *bytes) {
  const uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
  const uint32_t magnitude = bits & 0x7FFFu, shifted = magnitude << 13;
  union { uint32_t bits; float value; } small = {shifted + (113u << 23)}, least = {113u << 23}, result;
  small.value -= least.value;
  const uint32_t usual = magnitude >= 0x7C00u ? (shifted | 0x7F800000u) : shifted + (112u << 23);
  result.bits = (magnitude < 0x400u ? small.bits : usual) | (bits & 0x8000u) << 16;
  return result.value;
}

INLINE uint32_t word_at(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// scale, 32 signed bytes
DISPATCHED void pb_dequantize_q8_0(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 34, out += 32) {
    const float d = half_at(blocks);
    const int8_t *q = (const int8_t *)(blocks + 2);
    for (int i = 0; i < 32; i++) out[i] = (float)q[i] * d;
  }
}

// scale, 16 bytes: their lower halves are the first 16 numbers, their upper halves the last 16
DISPATCHED void pb_dequantize_q4_0(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 18, out += 32) {
    const float d = half_at(blocks);
    const uint8_t *q = blocks + 2;
    for (int i = 0; i < 16; i++) {
      out[i] = d * (float)((int32_t)(q[i] & 15) - 8);
      out[i + 16] = d * (float)((int32_t)(q[i] >> 4) - 8);
    }
  }
}

// scale, minimum, 16 bytes as in Q4_0
DISPATCHED void pb_dequantize_q4_1(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 20, out += 32) {
    const float d = half_at(blocks), m = half_at(blocks + 2);
    const uint8_t *q = blocks + 4;
    for (int i = 0; i < 16; i++) {
      out[i] = d * (float)(q[i] & 15) + m;
      out[i + 16] = d * (float)(q[i] >> 4) + m;
    }
  }
}

// scale, the fifth bits of 32 numbers, 16 bytes as in Q4_0
DISPATCHED void pb_dequantize_q5_0(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 22, out += 32) {
    const float d = half_at(blocks);
    const uint32_t high = word_at(blocks + 2);
    const uint8_t *q = blocks + 6;
    for (int i = 0; i < 16; i++) {
      const int32_t low = (int32_t)((q[i] & 15u) | (high >> i & 1u) << 4);
      const int32_t up = (int32_t)((q[i] >> 4) | (high >> (i + 16) & 1u) << 4);
      out[i] = d * (float)(low - 16);
      out[i + 16] = d * (float)(up - 16);
    }
  }
}

// scale, minimum, then as in Q5_0
DISPATCHED void pb_dequantize_q5_1(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 24, out += 32) {
    const float d = half_at(blocks), m = half_at(blocks + 2);
    const uint32_t high = word_at(blocks + 4);
    const uint8_t *q = blocks + 8;
    for (int i = 0; i < 16; i++) {
      const int32_t low = (int32_t)((q[i] & 15u) | (high >> i & 1u) << 4);
      const int32_t up = (int32_t)((q[i] >> 4) | (high >> (i + 16) & 1u) << 4);
      out[i] = d * (float)low + m;
      out[i + 16] = d * (float)up + m;
    }
  }
}

// 16 bytes of scale and offset (4 bits each), one per 16 numbers; 64 bytes of 2-bit numbers; scale of scales; scale of
// offsets
DISPATCHED void pb_dequantize_q2_k(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 84, out += 256) {
    const uint8_t *scales = blocks, *q = blocks + 16;
    const float d = half_at(blocks + 80), dmin = half_at(blocks + 82);
    for (int part = 0; part < 16; part++) {
      const float dl = d * (float)(scales[part] & 15), ml = dmin * (float)(scales[part] >> 4);
      const uint8_t *from = q + part / 8 * 32 + part % 2 * 16;
      const int shift = part % 8 / 2 * 2;
      for (int i = 0; i < 16; i++) out[part * 16 + i] = dl * (float)(from[i] >> shift & 3) - ml;
    }
  }
}

// 32 bytes of third bits; 64 bytes of lower bits; 12 bytes of sixteen 6-bit scales; scale of scales
DISPATCHED void pb_dequantize_q3_k(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 110, out += 256) {
    const uint8_t *mask = blocks, *q = blocks + 32, *scales = blocks + 96;
    const float d = half_at(blocks + 108);
    for (int part = 0; part < 16; part++) {
      const int low = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
      const int high = scales[8 + part % 4] >> (part / 4 * 2) & 3;
      const float dl = d * (float)((low | high << 4) - 32);
      const uint8_t *from = q + part / 8 * 32 + part % 2 * 16, *third = mask + part % 2 * 16;
      const int shift = part % 8 / 2 * 2, bit = part / 2;
      // If the third bit is set, nothing is subtracted.
      for (int i = 0; i < 16; i++) {
        const int32_t value = (int32_t)(from[i] >> shift & 3) - (int32_t)(((third[i] >> bit & 1) ^ 1) << 2);
        out[part * 16 + i] = dl * (float)value;
      }
    }
  }
}

// The scale and the offset, 6 bits each, of one of eight parts.
INLINE void scale_and_offset(const uint8_t *packed, int part, float *scale, float *offset) {
  if (part < 4) {
    *scale = (float)(packed[part] & 63);
    *offset = (float)(packed[part + 4] & 63);
  } else {
    *scale = (float)((packed[part + 4] & 15) | (packed[part - 4] >> 6) << 4);
    *offset = (float)((packed[part + 4] >> 4) | (packed[part] >> 6) << 4);
  }
}

// scale of scales; scale of offsets; 12 bytes of both; 128 bytes, of which each 32 are the lower and upper halves of 64
// numbers
DISPATCHED void pb_dequantize_q4_k(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 144, out += 256) {
    const float d = half_at(blocks), dmin = half_at(blocks + 2);
    const uint8_t *q = blocks + 16;
    for (int part = 0; part < 8; part++) {
      float scale, offset;
      scale_and_offset(blocks + 4, part, &scale, &offset);
      const float dl = d * scale, ml = dmin * offset;
      const uint8_t *from = q + part / 2 * 32;
      const int shift = part % 2 * 4;
      for (int i = 0; i < 32; i++) out[part * 32 + i] = dl * (float)(from[i] >> shift & 15) - ml;
    }
  }
}

// As Q4_K, with 32 bytes of fifth bits before the lower bits
DISPATCHED void pb_dequantize_q5_k(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 176, out += 256) {
    const float d = half_at(blocks), dmin = half_at(blocks + 2);
    const uint8_t *high = blocks + 16, *q = blocks + 48;
    for (int part = 0; part < 8; part++) {
      float scale, offset;
      scale_and_offset(blocks + 4, part, &scale, &offset);
      const float dl = d * scale, ml = dmin * offset;
      const uint8_t *from = q + part / 2 * 32;
      const int shift = part % 2 * 4;
      for (int i = 0; i < 32; i++) {
        const int32_t value = (from[i] >> shift & 15) | (high[i] >> part & 1) << 4;
        out[part * 32 + i] = dl * (float)value - ml;
      }
    }
  }
}

// 128 bytes of lower 4 bits; 64 bytes of upper 2 bits; 16 signed scales; scale of scales
DISPATCHED void pb_dequantize_q6_k(float *out, const uint8_t *blocks, int64_t count) {
  for (int64_t b = 0; b < count; b++, blocks += 210, out += 256) {
    const uint8_t *low = blocks, *high = blocks + 128;
    const int8_t *scales = (const int8_t *)(blocks + 192);
    const float d = half_at(blocks + 208);
    // Each half of a block has 64 bytes of lower and 32 bytes of upper bits, for eight parts of 16 numbers, so each
    // byte of upper bits serves four parts.
    for (int half = 0; half < 2; half++, low += 64, high += 32, scales += 8) {
      for (int side = 0; side < 2; side++) {
        const uint8_t *first = low + side * 16, *second = first + 32, *upper = high + side * 16;
        const float d0 = d * (float)scales[side], d1 = d * (float)scales[side + 2], d2 = d * (float)scales[side + 4],
                    d3 = d * (float)scales[side + 6];
        float *to = out + half * 128 + side * 16;
        for (int i = 0; i < 16; i++) {
          to[i] = d0 * (float)((int32_t)((first[i] & 15) | (upper[i] & 3) << 4) - 32);
          to[i + 32] = d1 * (float)((int32_t)((second[i] & 15) | (upper[i] >> 2 & 3) << 4) - 32);
          to[i + 64] = d2 * (float)((int32_t)(first[i] >> 4 | (upper[i] >> 4 & 3) << 4) - 32);
          to[i + 96] = d3 * (float)((int32_t)(second[i] >> 4 | upper[i] >> 6 << 4) - 32);
        }
      }
    }
  }
}
