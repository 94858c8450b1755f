// Elementwise, normalisation and attention kernels, compiled for several instruction sets; the loader picks the one for
// the current processor. Every pointer is to dense float32 unless a stride is given; callers in Tensors check shapes.
// No kernel allocates.
#ifndef PATCHBAY_CKERNELS_H
#define PATCHBAY_CKERNELS_H

#include <stdint.h>

// Asks the allocator to keep freed buffers of some megabytes rather than return their pages to the system; does nothing
// where that is impossible.
void pb_keep_memory(void);

// Returns memory that the allocator keeps to the system, if the allocator supports that.
void pb_release_memory(void);

// Tells the processor that this thread is waiting in a loop.
void pb_pause(void);

// out[i] = a[i] + b[i]; out may be a or b.
void pb_add(float *out, const float *a, const float *b, int64_t n);
// out[i] = a[i] * b[i]; out may be a or b.
void pb_multiply(float *out, const float *a, const float *b, int64_t n);
// out[i] = factor * a[i]; out may be a.
void pb_scale(float *out, const float *a, float factor, int64_t n);
// out[i] += factor * a[i].
void pb_accumulate(float *out, const float *a, float factor, int64_t n);

// out[i] = f(a[i]); out may be a.
void pb_relu(float *out, const float *a, int64_t n);
void pb_gelu(float *out, const float *a, int64_t n);
void pb_gelu_new(float *out, const float *a, int64_t n);
void pb_silu(float *out, const float *a, int64_t n);
// out[i] = cap * tanh(a[i] / cap)
void pb_soft_cap(float *out, const float *a, float cap, int64_t n);
// out[i] = exp(a[i])
void pb_exp(float *out, const float *a, int64_t n);

// x [rows, width] -> scale [rows]: sqrt(mean(c^2) + epsilon), c = x - mean (centred != 0) or x.
void pb_norm_scale(float *scale, const float *x, int64_t rows, int64_t width, float epsilon, int centred);
// x [rows, width], scale [rows] -> out [rows, width]: c / scale; out may be x.
void pb_normalize(float *out, const float *x, const float *scale, int64_t rows, int64_t width, int centred);
// out [rows, width] = x * (gain + offset) + bias; bias may be null; out may be x.
void pb_affine(
    float *out, const float *x, const float *gain, float offset, const float *bias, int64_t rows, int64_t width);

// x [rows, width], in place: the softmax of each row; -infinity counts as probability 0. A row of only -infinity
// becomes 0.
void pb_softmax(float *x, int64_t rows, int64_t width);

// Rotates one head's features [dimensions] by angles given as cosines and sines [dimensions / 2]: feature i together
// with i + dimensions / 2.
void pb_rotate(
    float *out, const float *x, const float *cosines, const float *sines, int64_t dimensions, int64_t width);
// The same, with feature 2i together with 2i + 1.
void pb_rotate_adjacent(
    float *out, const float *x, const float *cosines, const float *sines, int64_t dimensions, int64_t width);

// scores[s] = scale * dot(q, k + s * keyStride) for s in 0..<sources, each product over width numbers.
void pb_attention_scores(
    float *scores, const float *q, const float *k, int64_t keyStride, int64_t sources, int64_t width, float scale);
// out[i] = sum over s of weights[s] * v[s * valueStride + i], i in 0..<width.
void pb_attention_mix(
    float *out, const float *weights, const float *v, int64_t valueStride, int64_t sources, int64_t width);

// x [planes, rows, columns] -> out [planes, (rows + 1) / 2, (columns + 1) / 2]: the maximum of the up to 3 x 3 places
// around every second one.
void pb_max_pool(float *out, const float *x, int64_t planes, int64_t rows, int64_t columns);
// out[r, o] += sum over i of x[r, i] * w[o, i], for 1 to 4 rows and a matrix of [outputs, inputs]; strides are from row
// to row.
void pb_few_rows_by_outputs(
    float *out, int64_t out_stride, const float *x, int64_t x_stride, const float *w, int64_t w_stride, int64_t rows,
    int64_t inputs, int64_t outputs);
// out[r, o] += sum over i of x[r, i] * w[i, o], for 1 to 4 rows and a matrix of [inputs, outputs]. out may not overlap
// x or w.
void pb_few_rows_by_inputs(
    float *out, int64_t out_stride, const float *x, int64_t x_stride, const float *w, int64_t w_stride, int64_t rows,
    int64_t inputs, int64_t outputs);

// The sum of squared differences, in double precision.
double pb_squared_distance(const float *a, const float *b, int64_t n);

// Vector-Jacobian products. g is the derivative of an objective with respect to an operation's output; the result is
// its derivative with respect to an input.

// g [planes, (rows + 1) / 2, (columns + 1) / 2] -> out [planes, rows, columns]; if several places are equally large,
// the first receives it.
void pb_max_pool_vjp(
    float *out, const float *g, const float *x, int64_t planes, int64_t rows, int64_t columns);

// out[i] = g[i] * f'(x[i]); out may be g.
void pb_relu_vjp(float *out, const float *g, const float *x, int64_t n);
void pb_gelu_vjp(float *out, const float *g, const float *x, int64_t n);
void pb_gelu_new_vjp(float *out, const float *g, const float *x, int64_t n);
void pb_silu_vjp(float *out, const float *g, const float *x, int64_t n);
// The derivative of cap * tanh(x / cap).
void pb_soft_cap_vjp(float *out, const float *g, const float *x, float cap, int64_t n);

// Through pb_norm_scale: g, scale [rows], x [rows, width] -> out [rows, width].
void pb_norm_scale_vjp(
    float *out, const float *g, const float *x, const float *scale, int64_t rows, int64_t width, int centred);
// Through pb_normalize: g, x [rows, width], scale [rows] -> out [rows, width] by x, and scaleOut [rows] by the scale;
// out may be g.
void pb_normalize_vjp(
    float *out, float *scaleOut, const float *g, const float *x, const float *scale, int64_t rows, int64_t width,
    int centred);
// sums[i] += sum over rows of a[r][i] * b[r][i], or of a[r][i] where b is null.
void pb_column_sums(float *sums, const float *a, const float *b, int64_t rows, int64_t width);

// Through pb_softmax: g, p [rows, width] -> out [rows, width]; p is the softmax; out may be g.
void pb_softmax_vjp(float *out, const float *g, const float *p, int64_t rows, int64_t width);
// rows[s * stride + i] += weights[s] * x[i] for s in 0..<count, i in 0..<width.
void pb_attention_spread(
    float *rows, const float *weights, const float *x, int64_t stride, int64_t count, int64_t width);

// Training.

// The cross-entropy of each row of logits [rows, width] against its target, summed over rows; out [rows, width]
// receives its derivative with respect to the logits times scale: scale * (softmax - one at the target). out may be
// logits.
double pb_cross_entropy(
    float *out, const float *logits, const int32_t *targets, int64_t rows, int64_t width, float scale);
// The sum of squares, in double precision.
double pb_squared_sum(const float *a, int64_t n);
// One step of AdamW (Loshchilov and Hutter 2019) on w with its moments m and v, for the gradient g * gradient_scale.
// The corrections are 1 / (1 - beta^step).
void pb_adamw(
    float *w, float *m, float *v, const float *g, int64_t n, float gradient_scale, float rate, float beta1, float beta2,
    float epsilon, float decay, float correction1, float correction2);

// Statistics of many rows: x is float32 [rows, width] with `stride` numbers from one row to the next, sums are float64.
// out [rows, width] = factors[r] * (x - center); factors may be null for 1.
void pb_center_rows(
    float *out, const float *x, int64_t stride, const float *center, const float *factors, int64_t rows, int64_t width);
// sums[i] += sum over r of weights[r] * x[r, i]; weights may be null for 1.
void pb_weighted_row_sum(
    double *sums, const float *x, int64_t stride, const double *weights, int64_t rows, int64_t width);
// out[r] = sum over i of x[r, i] * vector[i].
void pb_row_dots(double *out, const float *x, int64_t stride, const double *vector, int64_t rows, int64_t width);
// sums[i] += x[i].
void pb_accumulate_double(double *sums, const float *x, int64_t n);

// HDF5's Fletcher-32, piece by piece: adds the next count bytes, an even number, to sums, which start as {0, 0}. These
// are sums of little-endian words; HDF5 stores those of big-endian words, which have the same two bytes swapped.
void pb_fletcher32_add(uint64_t sums[2], const uint8_t *bytes, int64_t count);
// The same, but also copies the bytes to out, which may not overlap them.
void pb_fletcher32_copy(uint64_t sums[2], uint8_t *out, const uint8_t *bytes, int64_t count);
// out[i] = the little-endian binary16 at halves + 2 i, exactly.
void pb_widen_halves(float *out, const uint8_t *halves, int64_t count);

// GGUF's block formats: `count` blocks at any address -> 32 numbers per block (256 for the _k formats), with the same
// bits as gguf-py.
void pb_dequantize_q8_0(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q4_0(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q4_1(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q5_0(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q5_1(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q2_k(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q3_k(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q4_k(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q5_k(float *out, const uint8_t *blocks, int64_t count);
void pb_dequantize_q6_k(float *out, const uint8_t *blocks, int64_t count);

#endif
