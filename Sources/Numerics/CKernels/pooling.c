// The maximum of the 3 x 3 places around every second row and column of a picture.
#include "CKernels.h"
#include "parts.h"

// One row of the result from up to three rows of the picture; if there is none above or below, these are the middle row
// itself.
static inline __attribute__((always_inline)) void pool_row(
    float *out, const float *above, const float *middle, const float *below, int64_t columns) {
  const int64_t width = (columns + 1) / 2;
  for (int64_t c = 0; c < width; c++) {
    const int64_t at = 2 * c, left = at > 0 ? at - 1 : at, right = at + 1 < columns ? at + 1 : at;
    float a = above[left] > above[at] ? above[left] : above[at];
    float m = middle[left] > middle[at] ? middle[left] : middle[at];
    float b = below[left] > below[at] ? below[left] : below[at];
    a = above[right] > a ? above[right] : a;
    m = middle[right] > m ? middle[right] : m;
    b = below[right] > b ? below[right] : b;
    m = a > m ? a : m;
    out[c] = b > m ? b : m;
  }
}

DISPATCHED void pb_max_pool(float *out, const float *x, int64_t planes, int64_t rows, int64_t columns) {
  const int64_t height = (rows + 1) / 2, width = (columns + 1) / 2;
  for (int64_t p = 0; p < planes; p++) {
    const float *plane = x + p * rows * columns;
    for (int64_t r = 0; r < height; r++) {
      const float *middle = plane + 2 * r * columns;
      const float *above = r > 0 ? middle - columns : middle;
      const float *below = 2 * r + 1 < rows ? middle + columns : middle;
      pool_row(out + (p * height + r) * width, above, middle, below, columns);
    }
  }
}

DISPATCHED void pb_max_pool_vjp(
    float *out, const float *g, const float *x, int64_t planes, int64_t rows, int64_t columns) {
  const int64_t height = (rows + 1) / 2, width = (columns + 1) / 2;
  for (int64_t i = 0; i < planes * rows * columns; i++) out[i] = 0.0f;
  for (int64_t p = 0; p < planes; p++) {
    const float *plane = x + p * rows * columns;
    float *target = out + p * rows * columns;
    for (int64_t r = 0; r < height; r++) {
      const int64_t top = r > 0 ? 2 * r - 1 : 0, bottom = 2 * r + 1 < rows ? 2 * r + 1 : 2 * r;
      for (int64_t c = 0; c < width; c++) {
        const int64_t left = c > 0 ? 2 * c - 1 : 0, right = 2 * c + 1 < columns ? 2 * c + 1 : 2 * c;
        int64_t best = top * columns + left;
        float largest = plane[best];
        for (int64_t i = top; i <= bottom; i++)
          for (int64_t j = left; j <= right; j++) {
            const int64_t at = i * columns + j;
            // Without a branch, since the largest place cannot be predicted.
            const int isLarger = plane[at] > largest;
            best = isLarger ? at : best;
            largest = isLarger ? plane[at] : largest;
          }
        target[best] += g[(p * height + r) * width + c];
      }
    }
  }
}
