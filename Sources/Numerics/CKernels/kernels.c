#include "CKernels.h"
#include "parts.h"

#include <math.h>
#include <string.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void pb_keep_memory(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

void pb_release_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

void pb_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

DISPATCHED void pb_add(float *out, const float *a, const float *b, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

DISPATCHED void pb_multiply(float *out, const float *a, const float *b, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

DISPATCHED void pb_scale(float *out, const float *a, float factor, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = factor * a[i];
}

DISPATCHED void pb_accumulate(float *out, const float *a, float factor, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] += factor * a[i];
}

DISPATCHED void pb_relu(float *out, const float *a, int64_t n) {
  // Written so that NaN passes through: a corrupted weight must show in the logits.
  for (int64_t i = 0; i < n; i++) out[i] = a[i] < 0.0f ? 0.0f : a[i];
}

DISPATCHED void pb_gelu(float *out, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = 0.5f * a[i] * (1.0f + erf_inline(a[i] * 0.70710678f));
}

DISPATCHED void pb_gelu_new(float *out, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float x = a[i];
    out[i] = 0.5f * x * (1.0f + tanh_inline(0.79788456f * (x + 0.044715f * x * x * x)));
  }
}

DISPATCHED void pb_silu(float *out, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = a[i] / (1.0f + exp_inline(-a[i]));
}

DISPATCHED void pb_soft_cap(float *out, const float *a, float cap, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = cap * tanh_inline(a[i] / cap);
}

DISPATCHED void pb_exp(float *out, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = exp_inline(a[i]);
}

DISPATCHED void pb_norm_scale(float *scale, const float *x, int64_t rows, int64_t width, float epsilon, int centred) {
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    const float *row = x + r * width;
    float mean = 0.0f;
    if (centred) {
      float sum = 0.0f;
      for (int64_t i = 0; i < width; i++) sum += row[i];
      mean = sum / (float)width;
    }
    float squares = 0.0f;
    for (int64_t i = 0; i < width; i++) squares += (row[i] - mean) * (row[i] - mean);
    scale[r] = sqrtf(squares / (float)width + epsilon);
  }
}

DISPATCHED void pb_normalize(
    float *out, const float *x, const float *scale, int64_t rows, int64_t width, int centred) {
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    const float *row = x + r * width;
    float *to = out + r * width;
    float mean = 0.0f;
    if (centred) {
      float sum = 0.0f;
      for (int64_t i = 0; i < width; i++) sum += row[i];
      mean = sum / (float)width;
    }
    const float inverse = 1.0f / scale[r];
    for (int64_t i = 0; i < width; i++) to[i] = (row[i] - mean) * inverse;
  }
}

DISPATCHED void pb_affine(
    float *out, const float *x, const float *gain, float offset, const float *bias, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * width;
    float *to = out + r * width;
    if (bias) {
      for (int64_t i = 0; i < width; i++) to[i] = row[i] * (gain[i] + offset) + bias[i];
    } else {
      for (int64_t i = 0; i < width; i++) to[i] = row[i] * (gain[i] + offset);
    }
  }
}

DISPATCHED void pb_softmax(float *x, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    float *row = x + r * width;
    float largest = -INFINITY;
    for (int64_t i = 0; i < width; i++) largest = row[i] > largest ? row[i] : largest;
    if (largest == -INFINITY) {
      for (int64_t i = 0; i < width; i++) row[i] = row[i] == -INFINITY ? 0.0f : NAN;
      continue;
    }
    float sum = 0.0f;
    for (int64_t i = 0; i < width; i++) row[i] = exp_inline(row[i] - largest);
    for (int64_t i = 0; i < width; i++) sum += row[i];
    const float inverse = 1.0f / sum;
    for (int64_t i = 0; i < width; i++) row[i] *= inverse;
  }
}

DISPATCHED void pb_rotate(
    float *out, const float *x, const float *cosines, const float *sines, int64_t dimensions, int64_t width) {
  const int64_t half = dimensions / 2;
  for (int64_t i = 0; i < half; i++) {
    const float a = x[i], b = x[i + half];
    out[i] = a * cosines[i] - b * sines[i];
    out[i + half] = b * cosines[i] + a * sines[i];
  }
  for (int64_t i = dimensions; i < width; i++) out[i] = x[i];
}

DISPATCHED void pb_rotate_adjacent(
    float *out, const float *x, const float *cosines, const float *sines, int64_t dimensions, int64_t width) {
  for (int64_t i = 0; i < dimensions / 2; i++) {
    const float a = x[2 * i], b = x[2 * i + 1];
    out[2 * i] = a * cosines[i] - b * sines[i];
    out[2 * i + 1] = b * cosines[i] + a * sines[i];
  }
  for (int64_t i = dimensions; i < width; i++) out[i] = x[i];
}

DISPATCHED void pb_attention_scores(
    float *scores, const float *q, const float *k, int64_t keyStride, int64_t sources, int64_t width, float scale) {
  for (int64_t s = 0; s < sources; s++) {
    REORDER_SUMS
    const float *key = k + s * keyStride;
    float sum = 0.0f;
    for (int64_t i = 0; i < width; i++) sum += q[i] * key[i];
    scores[s] = scale * sum;
  }
}

// out[0..<block] = the sum over sources of weights[s] v[s]. The sums stay in registers, since memory would slow them
// down.
#define MIX_BLOCK(block)                                                  \
  for (; i + (block) <= width; i += (block)) {                            \
    float sums[block];                                                    \
    for (int j = 0; j < (block); j++) sums[j] = 0.0f;                     \
    const float *value = v + i;                                           \
    for (int64_t s = 0; s < sources; s++, value += valueStride) {         \
      const float w = weights[s];                                         \
      for (int j = 0; j < (block); j++) sums[j] += w * value[j];          \
    }                                                                     \
    memcpy(out + i, sums, sizeof sums);                                   \
  }

DISPATCHED void pb_attention_mix(
    float *out, const float *weights, const float *v, int64_t valueStride, int64_t sources, int64_t width) {
  int64_t i = 0;
  MIX_BLOCK(64)
  MIX_BLOCK(16)
  MIX_BLOCK(1)
}

DISPATCHED double pb_squared_distance(const float *a, const float *b, int64_t n) {
  REORDER_SUMS
  double sum = 0.0;
  for (int64_t i = 0; i < n; i++) {
    const double d = (double)a[i] - (double)b[i];
    sum += d * d;
  }
  return sum;
}
