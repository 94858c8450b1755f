// Vector-Jacobian products of the kernels in kernels.c.
#include "CKernels.h"
#include "parts.h"

DISPATCHED void pb_relu_vjp(float *out, const float *g, const float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = x[i] > 0.0f ? g[i] : 0.0f;
}

DISPATCHED void pb_gelu_vjp(float *out, const float *g, const float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float density = 0.39894228f * exp_inline(-0.5f * x[i] * x[i]);
    out[i] = g[i] * (0.5f * (1.0f + erf_inline(x[i] * 0.70710678f)) + x[i] * density);
  }
}

DISPATCHED void pb_gelu_new_vjp(float *out, const float *g, const float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float a = x[i], square = a * a;
    const float t = tanh_inline(0.79788456f * (a + 0.044715f * square * a));
    const float inner = 0.79788456f * (1.0f + 0.134145f * square);
    out[i] = g[i] * (0.5f * (1.0f + t) + 0.5f * a * (1.0f - t * t) * inner);
  }
}

DISPATCHED void pb_silu_vjp(float *out, const float *g, const float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float s = 1.0f / (1.0f + exp_inline(-x[i]));
    out[i] = g[i] * s * (1.0f + x[i] * (1.0f - s));
  }
}

DISPATCHED void pb_soft_cap_vjp(float *out, const float *g, const float *x, float cap, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float t = tanh_inline(x[i] / cap);
    out[i] = g[i] * (1.0f - t * t);
  }
}

// The mean of a row, or 0 for a norm without centring.
static inline __attribute__((always_inline)) float row_mean(const float *row, int64_t width, int centred) {
  REORDER_SUMS
  if (!centred) return 0.0f;
  float sum = 0.0f;
  for (int64_t i = 0; i < width; i++) sum += row[i];
  return sum / (float)width;
}

DISPATCHED void pb_norm_scale_vjp(
    float *out, const float *g, const float *x, const float *scale, int64_t rows, int64_t width, int centred) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * width;
    float *to = out + r * width;
    const float mean = row_mean(row, width, centred);
    const float factor = g[r] / ((float)width * scale[r]);
    for (int64_t i = 0; i < width; i++) to[i] = factor * (row[i] - mean);
  }
}

DISPATCHED void pb_normalize_vjp(
    float *out, float *scaleOut, const float *g, const float *x, const float *scale, int64_t rows, int64_t width,
    int centred) {
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    const float *row = x + r * width, *from = g + r * width;
    float *to = out + r * width;
    const float mean = row_mean(row, width, centred), gradientMean = row_mean(from, width, centred);
    const float inverse = 1.0f / scale[r];
    float sum = 0.0f;
    for (int64_t i = 0; i < width; i++) sum += from[i] * (row[i] - mean);
    for (int64_t i = 0; i < width; i++) to[i] = (from[i] - gradientMean) * inverse;
    scaleOut[r] = -sum * inverse * inverse;
  }
}

DISPATCHED void pb_column_sums(float *sums, const float *a, const float *b, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    const float *x = a + r * width;
    if (b) {
      const float *y = b + r * width;
      for (int64_t i = 0; i < width; i++) sums[i] += x[i] * y[i];
    } else {
      for (int64_t i = 0; i < width; i++) sums[i] += x[i];
    }
  }
}

DISPATCHED void pb_softmax_vjp(float *out, const float *g, const float *p, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    const float *from = g + r * width, *weights = p + r * width;
    float *to = out + r * width;
    float sum = 0.0f;
    for (int64_t i = 0; i < width; i++) sum += from[i] * weights[i];
    for (int64_t i = 0; i < width; i++) to[i] = weights[i] * (from[i] - sum);
  }
}

DISPATCHED void pb_attention_spread(
    float *rows, const float *weights, const float *x, int64_t stride, int64_t count, int64_t width) {
  for (int64_t s = 0; s < count; s++) {
    const float w = weights[s];
    float *row = rows + s * stride;
    for (int64_t i = 0; i < width; i++) row[i] += w * x[i];
  }
}
