#include "CKernels.h"
#include "parts.h"

// Products of a few rows with a matrix: each weight is read once and used for all rows, so that memory bandwidth is the
// limit.

// The sums of COUNT adjacent outputs of ROWS rows, whose weights are in rows of w.
#define DOTS(ROWS, COUNT)                                                              \
  {                                                                                    \
    REORDER_SUMS                                                                       \
    float sums[ROWS][COUNT];                                                           \
    for (int r = 0; r < ROWS; r++)                                                     \
      for (int k = 0; k < COUNT; k++) sums[r][k] = 0.0f;                               \
    for (int64_t i = 0; i < inputs; i++)                                               \
      for (int r = 0; r < ROWS; r++)                                                   \
        for (int k = 0; k < COUNT; k++) sums[r][k] += x[r * x_stride + i] * w[k * w_stride + i]; \
    for (int r = 0; r < ROWS; r++)                                                     \
      for (int k = 0; k < COUNT; k++) out[r * out_stride + k] += sums[r][k];           \
  }

#define ALL_DOTS(ROWS)                                                                 \
  for (; outputs >= 4; outputs -= 4, w += 4 * w_stride, out += 4) DOTS(ROWS, 4)        \
  for (; outputs > 0; outputs--, w += w_stride, out++) DOTS(ROWS, 1)

DISPATCHED void pb_few_rows_by_outputs(
    float *out, int64_t out_stride, const float *x, int64_t x_stride, const float *w, int64_t w_stride, int64_t rows,
    int64_t inputs, int64_t outputs) {
  switch (rows) {
  case 1: ALL_DOTS(1) break;
  case 2: ALL_DOTS(2) break;
  case 3: ALL_DOTS(3) break;
  default: ALL_DOTS(4) break;
  }
}

// out[r] += the weighted sum of COUNT rows of w, for ROWS rows. Each number of w is read once, and products are summed
// before memory is written.
#define MIXED(ROWS, COUNT)                                                             \
  for (int64_t j = 0; j < outputs; j++) {                                              \
    float sums[ROWS];                                                                  \
    for (int r = 0; r < ROWS; r++) sums[r] = out[r * out_stride + j];                  \
    for (int k = 0; k < COUNT; k++)                                                    \
      for (int r = 0; r < ROWS; r++) sums[r] += x[r * x_stride + i + k] * from[k * w_stride + j]; \
    for (int r = 0; r < ROWS; r++) out[r * out_stride + j] = sums[r];                  \
  }

#define ALL_MIXED(ROWS)                                                                \
  for (; i + 8 <= inputs; i += 8, from += 8 * w_stride) MIXED(ROWS, 8)                 \
  for (; i < inputs; i++, from += w_stride) MIXED(ROWS, 1)

DISPATCHED void pb_few_rows_by_inputs(
    float *restrict out, int64_t out_stride, const float *restrict x, int64_t x_stride, const float *restrict w,
    int64_t w_stride, int64_t rows, int64_t inputs, int64_t outputs) {
  const float *from = w;
  int64_t i = 0;
  switch (rows) {
  case 1: ALL_MIXED(1) break;
  case 2: ALL_MIXED(2) break;
  case 3: ALL_MIXED(3) break;
  default: ALL_MIXED(4) break;
  }
}
