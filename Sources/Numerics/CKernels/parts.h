// What every kernel file needs: compilation for several instruction sets, and elementary functions that vectorise.
#ifndef PATCHBAY_KERNEL_PARTS_H
#define PATCHBAY_KERNEL_PARTS_H

#include <math.h>
#include <stdint.h>

// One copy of each kernel for processors with AVX-512, one for AVX2 and FMA, and one for any other; elsewhere there is
// just the plain build.
#if defined(__x86_64__) && defined(__linux__)
#define DISPATCHED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DISPATCHED
#endif

// Sums may be reordered inside these kernels so that they can use vector registers; results stay within a few units in
// the last place of any other order. A loop that sums must not also store: the compiler would check whether the arrays
// are close together and then sum in another order, so that the same numbers would round differently from one run to
// the next.
#define REORDER_SUMS _Pragma("clang fp reassociate(on) contract(fast)")

// exp(x) to about 2 units in the last place without a branch, so that loops over it vectorise. Cephes' reduction: x = n
// ln 2 + r.
static inline __attribute__((always_inline)) float exp_inline(float x) {
  const float clamped = x < -87.33654f ? -87.33654f : (x > 88.72283f ? 88.72283f : x);
  const float shifted = clamped * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // Two factors, because 2^128 is not a float while exp(88.7) is.
  const int32_t exponent = (int32_t)n;
  const int32_t half = exponent >> 1;
  union { int32_t bits; float value; } low = {(half + 127) << 23}, high = {(exponent - half + 127) << 23};
  const float result = p * low.value * high.value;
  return x < -87.33654f ? 0.0f : (x > 88.72283f ? INFINITY : result);
}

// tanh to about 1e-7 absolute, exact in its signs and limits; NaN stays NaN.
static inline __attribute__((always_inline)) float tanh_inline(float x) {
  const float magnitude = fabsf(x);
  const float e = exp_inline(-2.0f * magnitude);
  const float large = (1.0f - e) / (1.0f + e);
  // Below 0.6 the quotient above cancels; Cephes' odd polynomial is accurate there.
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float small = p * s * x + x;
  return magnitude < 0.625f ? small : copysignf(large, x);
}

// erf as a quotient of polynomials on [-4, 4], to a few units in the last place; beyond that it is 1 in float32.
static inline __attribute__((always_inline)) float erf_inline(float x) {
  const float c = x < -4.0f ? -4.0f : (x > 4.0f ? 4.0f : x);
  const float s = c * c;
  float p = -2.72614225801306e-10f;
  p = p * s + 2.77068142495902e-08f;
  p = p * s - 2.10102402082508e-06f;
  p = p * s - 5.69250639462346e-05f;
  p = p * s - 7.34990630326855e-04f;
  p = p * s - 2.95459980854025e-03f;
  p = p * s - 1.60960333262415e-02f;
  float q = -1.45660718464996e-05f;
  q = q * s - 2.13374055278905e-04f;
  q = q * s - 1.68282697438203e-03f;
  q = q * s - 7.37332916720468e-03f;
  q = q * s - 1.42647390514189e-02f;
  return c * p / q;
}

#endif
