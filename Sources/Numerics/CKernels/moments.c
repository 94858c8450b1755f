// Passes over float32 rows whose sums are float64, for statistics of many examples.
#include <stddef.h>

#include "CKernels.h"
#include "parts.h"

DISPATCHED void pb_center_rows(
    float *out, const float *x, int64_t stride, const float *center, const float *factors, int64_t rows,
    int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * stride;
    float *to = out + r * width;
    if (factors) {
      const float factor = factors[r];
      for (int64_t i = 0; i < width; i++) to[i] = factor * (row[i] - center[i]);
    } else {
      for (int64_t i = 0; i < width; i++) to[i] = row[i] - center[i];
    }
  }
}

DISPATCHED void pb_weighted_row_sum(
    double *sums, const float *x, int64_t stride, const double *weights, int64_t rows, int64_t width) {
  int64_t r = 0;
  // Four rows each time the sums are read and written.
  for (; r + 4 <= rows; r += 4) {
    const float *a = x + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
    if (weights) {
      const double wa = weights[r], wb = weights[r + 1], wc = weights[r + 2], wd = weights[r + 3];
      for (int64_t i = 0; i < width; i++)
        sums[i] += (wa * (double)a[i] + wb * (double)b[i]) + (wc * (double)c[i] + wd * (double)d[i]);
    } else {
      for (int64_t i = 0; i < width; i++)
        sums[i] += ((double)a[i] + (double)b[i]) + ((double)c[i] + (double)d[i]);
    }
  }
  for (; r < rows; r++) {
    const float *row = x + r * stride;
    const double weight = weights ? weights[r] : 1.0;
    for (int64_t i = 0; i < width; i++) sums[i] += weight * (double)row[i];
  }
}

DISPATCHED void pb_row_dots(
    double *out, const float *x, int64_t stride, const double *vector, int64_t rows, int64_t width) {
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    const float *row = x + r * stride;
    double sum = 0.0;
    for (int64_t i = 0; i < width; i++) sum += (double)row[i] * vector[i];
    out[r] = sum;
  }
}

DISPATCHED void pb_accumulate_double(double *sums, const float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) sums[i] += (double)x[i];
}
