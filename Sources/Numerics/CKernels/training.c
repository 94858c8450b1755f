// Kernels of training: the loss and its derivative, and the optimiser's update.
#include "CKernels.h"
#include "parts.h"

DISPATCHED double pb_cross_entropy(
    float *out, const float *logits, const int32_t *targets, int64_t rows, int64_t width, float scale) {
  double total = 0.0;
  for (int64_t r = 0; r < rows; r++) {
    REORDER_SUMS
    const float *x = logits + r * width;
    float *to = out + r * width;
    float most = x[0];
    for (int64_t i = 1; i < width; i++) most = x[i] > most ? x[i] : most;
    float sum = 0.0f;
    for (int64_t i = 0; i < width; i++) to[i] = exp_inline(x[i] - most);
    for (int64_t i = 0; i < width; i++) sum += to[i];
    total += (double)(logf(sum) - (x[targets[r]] - most));
    const float factor = scale / sum;
    for (int64_t i = 0; i < width; i++) to[i] *= factor;
    to[targets[r]] -= scale;
  }
  return total;
}

DISPATCHED double pb_squared_sum(const float *a, int64_t n) {
  REORDER_SUMS
  double sum = 0.0;
  for (int64_t i = 0; i < n; i++) sum += (double)a[i] * (double)a[i];
  return sum;
}

DISPATCHED void pb_adamw(
    float *w, float *m, float *v, const float *g, int64_t n, float gradient_scale, float rate, float beta1, float beta2,
    float epsilon, float decay, float correction1, float correction2) {
  const float keep = 1.0f - rate * decay;
  for (int64_t i = 0; i < n; i++) {
    const float gradient = g[i] * gradient_scale;
    const float first = beta1 * m[i] + (1.0f - beta1) * gradient;
    const float second = beta2 * v[i] + (1.0f - beta2) * gradient * gradient;
    m[i] = first;
    v[i] = second;
    w[i] = keep * w[i] - rate * (first * correction1) / (sqrtf(second * correction2) + epsilon);
  }
}
