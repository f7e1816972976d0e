// Dense products of a tile of rows with weights that are packed once: y = a Wt, finished in registers.
// Each output is one chain of fused multiply-adds in the order of the inputs, whatever the width of the registers.
#pragma once
#include "files.h"
#include "lanes.h"

// A block's sums stay in registers: (rows) x (panel / LANES) of them, beside a panel's row and one input.
enum { BLOCK = REGISTERS == 32 ? 12 : 6, PANEL = 2 * LANES };

// What happens to a row of sums before it is stored: y = after * relu(before * sum + bias).
typedef struct {
  const float *bias;    // by column, or NULL
  const float *before;  // by row, or NULL
  const float *after;   // by row, or NULL
  int relu;
} Finish;

// Weights are (out, in) by rows, as PyG stores them; packed, panel after panel, (out / PANEL, in, PANEL), zeros at the end.
static inline float *pack(const float *weights, int in, int out) {
  const int panels = (out + PANEL - 1) / PANEL;
  float *packed = floats((size_t)panels * in * PANEL), *next = packed;
  for (int first = 0; first < panels * PANEL; first += PANEL)
    for (int k = 0; k < in; k++)
      for (int c = first; c < first + PANEL; c++) *next++ = c < out ? weights[(size_t)c * in + k] : 0;
  return packed;
}

INLINE Lanes finished(Lanes sum, const Finish f, int row, int column) {
  const Lanes bias = f.bias ? load(f.bias + column) : all(0);
  if (f.before) sum = fused(all(f.before[row]), sum, bias);
  else if (f.bias) sum = add(sum, bias);
  if (f.relu) sum = relu(sum);
  return f.after ? multiply(all(f.after[row]), sum) : sum;
}

INLINE void product_block(const int rows, const int registers, const int in, const float *restrict a,
                          const float *restrict panel, const Finish f, int row, int column, int out, float *restrict y) {
  Lanes sum[BLOCK][2];
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int r = 0; r < registers; r++) sum[i][r] = all(0);
  for (int k = 0; k < in; k++) {
    Lanes w[2];
    UNROLL for (int r = 0; r < registers; r++) w[r] = load(panel + (size_t)k * PANEL + r * LANES);
    UNROLL for (int i = 0; i < rows; i++) {
      const Lanes input = all(a[(size_t)i * in + k]);
      UNROLL for (int r = 0; r < registers; r++) sum[i][r] = fused(input, w[r], sum[i][r]);
    }
  }
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int r = 0; r < registers; r++)
      store(y + (size_t)i * out + r * LANES, finished(sum[i][r], f, row + i, column + r * LANES));
}

INLINE void product(int rows, const int out, const int in, const float *a, const float *packed, const Finish f, float *y) {
  for (int c = 0; c < out; c += PANEL) {
    const float *panel = packed + (size_t)c * in;
    int i = 0;
    if (out - c >= PANEL)
      for (; i + BLOCK <= rows; i += BLOCK)
        product_block(BLOCK, 2, in, a + (size_t)i * in, panel, f, i, c, out, y + (size_t)i * out + c);
    else
      for (; i + BLOCK <= rows; i += BLOCK)
        product_block(BLOCK, 1, in, a + (size_t)i * in, panel, f, i, c, out, y + (size_t)i * out + c);
    for (; i < rows; i++)
      for (int r = 0; r < PANEL && c + r < out; r += LANES)
        product_block(1, 1, in, a + (size_t)i * in, panel + r, f, i, c + r, out, y + (size_t)i * out + c + r);
  }
}
