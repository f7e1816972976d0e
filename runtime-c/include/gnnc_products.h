// Dense products over packed weights: of whole rows, of rows that are stored sparse, and of rows with parts left out.
//
// A dense output is one chain of fused multiply-adds in the order of k, so it has the same bits at every register width.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "gnnc_lanes.h"
#include "gnnc_runtime.h"

// What becomes of the sums in row i, columns f and on, before they are stored; `operands` are what it reads besides.
typedef gnnc_lanes gnnc_epilogue(const float *const *operands, gnnc_lanes total, size_t i, size_t f);

// Makes of the sums in row i, which stand in `y` already, what the epilogue makes of them.
GNNC_INLINE void gnnc_end_row(const int out, float *y, gnnc_epilogue *epilogue, const float *const *operands, size_t i) {
  for (int f = 0; f < out; f += GNNC_LANES)
    gnnc_store_some(y + f, epilogue(operands, gnnc_load_some(y + f, out - f), i, (size_t)f), out - f);
}

#ifdef GNNC_OPENBLAS
// OpenBLAS, to compare with: outside the promise of equal bits. w is packed as [batch, in, out].
#include <cblas.h>

#define GNNC_PANELS(batch, out, in) ((size_t)(batch) * (out) * (in))

// Tiles are handed out to threads here; the library's own would only be in the way.
static __attribute__((constructor, unused)) void gnnc_one_thread_each(void) { openblas_set_num_threads(1); }

static inline __attribute__((unused)) void gnnc_pack_panels(int batch, int out, int in, const double *w,
                                                            float *panels) {
  for (int b = 0; b < batch; b++)
    for (int k = 0; k < in; k++)
      for (int c = 0; c < out; c++) *panels++ = (float)w[((size_t)b * out + c) * in + k];
}

GNNC_INLINE void gnnc_dense_with(uint32_t rows, const int out, const int in, const float *restrict x, size_t x_stride,
                                 const float *restrict panels, float *restrict y, size_t y_stride,
                                 gnnc_epilogue *epilogue, const float *const *operands) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, out, in, 1, x, (int)x_stride, panels, out, 0, y,
              (int)y_stride);
  if (!epilogue) return;
  for (uint32_t i = 0; i < rows; i++) gnnc_end_row(out, y + i * y_stride, epilogue, operands, i);
}

#else
// A panel is one to four registers of columns wide, and a block has as many rows as leave its accumulators in registers.
// Three registers by eight rows, or four by six, run 4% faster than two by twelve; on AVX2 three by four is the best.
#define GNNC_COLUMN_REGISTERS(out) (((out) + GNNC_LANES - 1) / GNNC_LANES)
#define GNNC_PANEL_REGISTERS(out)                                               \
  (GNNC_COLUMN_REGISTERS(out) % 3 == 0                                 ? 3      \
   : GNNC_COLUMN_REGISTERS(out) % 4 == 0 && GNNC_MOST_PANEL == 4       ? 4      \
   : GNNC_COLUMN_REGISTERS(out) < 3                                    ? GNNC_COLUMN_REGISTERS(out) \
   : GNNC_COLUMN_REGISTERS(out) % 2 == 0                               ? 2      \
                                                                       : 3)

// Rows of a block.
#define GNNC_BLOCK_ROWS(registers) ((uint32_t)((registers) == 1 ? GNNC_MOST_ROWS : GNNC_ACCUMULATORS / (registers)))

// Floats that `batch` matrices [out, in] take as panels.
#define GNNC_PANELS(batch, out, in) ((size_t)(batch) * GNNC_COLUMN_REGISTERS(out) * GNNC_LANES * (in))

// w is [batch, out, in]. Panels stand one after the other, each [in, its columns]; the last has the columns that are
// left, in whole registers, zero where there is no column.
static inline __attribute__((unused)) void gnnc_pack_panels(int batch, int out, int in, const double *w,
                                                            float *panels) {
  const int whole = GNNC_COLUMN_REGISTERS(out) * GNNC_LANES, panel = GNNC_PANEL_REGISTERS(out) * GNNC_LANES;
  for (int b = 0; b < batch; b++)
    for (int first = 0; first < whole; first += panel) {
      const int end = first + panel < whole ? first + panel : whole;
      for (int k = 0; k < in; k++)
        for (int c = first; c < end; c++) *panels++ = c < out ? (float)w[((size_t)b * out + c) * in + k] : 0.0f;
    }
}

// One block: y[i, c] = sum over k of x[i, k] * panel[k, c], for `columns` columns, of which the first is column `first`
// of row `row` to the epilogue, if there is one.
GNNC_INLINE void gnnc_dense_block(const int rows, const int registers, const int columns, const int in,
                                  const float *restrict x, size_t x_stride, const float *restrict panel,
                                  float *restrict y, size_t y_stride, gnnc_epilogue *epilogue,
                                  const float *const *operands, size_t row, size_t first) {
  gnnc_lanes sum[GNNC_MOST_ROWS][GNNC_MOST_PANEL];
  GNNC_UNROLL
  for (int i = 0; i < rows; i++) {
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) sum[i][r] = (gnnc_lanes){0};
  }
  for (int k = 0; k < in; k++) {
    gnnc_lanes w[GNNC_MOST_PANEL];
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) w[r] = gnnc_load(panel + ((size_t)k * registers + r) * GNNC_LANES);
    GNNC_UNROLL
    for (int i = 0; i < rows; i++) {
      const gnnc_lanes a = gnnc_broadcast(x[(size_t)i * x_stride + k]);
      GNNC_UNROLL
      for (int r = 0; r < registers; r++) sum[i][r] = gnnc_fma_lanes(a, w[r], sum[i][r]);
    }
  }
  GNNC_UNROLL
  for (int i = 0; i < rows; i++) {
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) {
      const size_t f = (size_t)r * GNNC_LANES;
      const gnnc_lanes total = epilogue ? epilogue(operands, sum[i][r], row + (size_t)i, first + f) : sum[i][r];
      gnnc_store_some(y + (size_t)i * y_stride + f, total, columns - r * GNNC_LANES);
    }
  }
}

GNNC_INLINE void gnnc_dense_panel(uint32_t rows, const int registers, const int columns, const int in,
                                  const float *restrict x, size_t x_stride, const float *restrict panel,
                                  float *restrict y, size_t y_stride, gnnc_epilogue *epilogue,
                                  const float *const *operands, size_t first) {
  const uint32_t at_once = GNNC_BLOCK_ROWS(registers);
  uint32_t i = 0;
  for (; i + at_once <= rows; i += at_once)
    gnnc_dense_block((int)at_once, registers, columns, in, x + i * x_stride, x_stride, panel, y + i * y_stride, y_stride,
                     epilogue, operands, i, first);
  for (; i < rows; i++)
    gnnc_dense_block(1, registers, columns, in, x + i * x_stride, x_stride, panel, y + i * y_stride, y_stride, epilogue,
                     operands, i, first);
}

// y[i, o] = sum over k of x[i, k] * w[o, k], or what the epilogue makes of it, for a tile of rows, w packed by
// gnnc_pack_panels. x and y do not overlap.
GNNC_INLINE void gnnc_dense_with(uint32_t rows, const int out, const int in, const float *restrict x, size_t x_stride,
                                 const float *restrict panels, float *restrict y, size_t y_stride,
                                 gnnc_epilogue *epilogue, const float *const *operands) {
  const int registers = GNNC_PANEL_REGISTERS(out), panel = registers * GNNC_LANES;
  int first = 0;
  for (; first + panel <= out; first += panel)
    gnnc_dense_panel(rows, registers, panel, in, x, x_stride, panels + (size_t)first * in, y + first, y_stride, epilogue,
                     operands, (size_t)first);
  if (first < out)
    gnnc_dense_panel(rows, GNNC_COLUMN_REGISTERS(out - first), out - first, in, x, x_stride,
                     panels + (size_t)first * in, y + first, y_stride, epilogue, operands, (size_t)first);
}
#endif

GNNC_INLINE void gnnc_dense(uint32_t rows, const int out, const int in, const float *restrict x, size_t x_stride,
                            const float *restrict panels, float *restrict y, size_t y_stride) {
  gnnc_dense_with(rows, out, in, x, x_stride, panels, y, y_stride, NULL, NULL);
}

// ------------------------------------------------------------------------------------- dense products of sparse rows

// The rows of a tensor, if they are sparse.
GNNC_INLINE const gnnc_sparse_rows *gnnc_sparse(const gnnc_call *call, uint32_t tensor) {
  return call->sparse ? call->sparse[tensor] : NULL;
}

// What is stored of one row.
typedef struct {
  const uint32_t *column;
  const float *value;
  uint64_t count;
} gnnc_sparse_row;

GNNC_INLINE gnnc_sparse_row gnnc_row_of(const gnnc_sparse_rows *rows, uint64_t row) {
  const uint64_t first = rows->start[row];
  return (gnnc_sparse_row){rows->column + first, rows->value + first, rows->start[row + 1] - first};
}

#ifdef GNNC_OPENBLAS
GNNC_INLINE void gnnc_add_scaled(const int out, float a, const float *restrict w, float *restrict y) {
  for (int c = 0; c < out; c++) y[c] = __builtin_fmaf(a, w[c], y[c]);
}

GNNC_INLINE void gnnc_sparse_product(const gnnc_sparse_row row, const int out, const int in, const int every,
                                     const float *restrict w, float *restrict y) {
  uint32_t k = 0;
  for (int c = 0; c < out; c++) y[c] = 0;
  for (uint64_t i = 0; i < row.count; i++) {
    if (every)
      for (; k < row.column[i]; k++) gnnc_add_scaled(out, 0, w + (size_t)k * out, y);
    k = row.column[i] + 1;
    gnnc_add_scaled(out, row.value[i], w + (size_t)row.column[i] * out, y);
  }
  if (every)
    for (; k < (uint32_t)in; k++) gnnc_add_scaled(out, 0, w + (size_t)k * out, y);
}

#else
// Panels of so many registers that are summed at once: enough sums to hide how long an addition takes.
#define GNNC_PANELS_AT_ONCE(registers) ((registers) < 3 ? 4 : 2)

// One more input for some panels that stand `in` times their columns apart.
GNNC_INLINE void gnnc_sparse_step(const int panels, const int registers, const int in, float x, uint32_t k,
                                  const float *restrict panel, gnnc_lanes sum[4][GNNC_MOST_PANEL]) {
  const gnnc_lanes a = gnnc_broadcast(x);
  GNNC_UNROLL
  for (int p = 0; p < panels; p++) {
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) {
      const size_t column = ((size_t)p * in + k) * registers + r;
      sum[p][r] = gnnc_fma_lanes(a, gnnc_load(panel + column * GNNC_LANES), sum[p][r]);
    }
  }
}

// Some panels of one row's product, for `columns` columns.
GNNC_INLINE void gnnc_sparse_block(const gnnc_sparse_row row, const int panels, const int registers, const int columns,
                                   const int in, const int every, const float *restrict panel, float *restrict y) {
  gnnc_lanes sum[4][GNNC_MOST_PANEL];
  GNNC_UNROLL
  for (int p = 0; p < panels; p++) {
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) sum[p][r] = (gnnc_lanes){0};
  }
  uint32_t k = 0;
  for (uint64_t i = 0; i < row.count; i++) {
    if (every)
      for (; k < row.column[i]; k++) gnnc_sparse_step(panels, registers, in, 0, k, panel, sum);
    k = row.column[i] + 1;
    gnnc_sparse_step(panels, registers, in, row.value[i], row.column[i], panel, sum);
  }
  if (every)
    for (; k < (uint32_t)in; k++) gnnc_sparse_step(panels, registers, in, 0, k, panel, sum);
  GNNC_UNROLL
  for (int p = 0; p < panels; p++) {
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) {
      const int first = (p * registers + r) * GNNC_LANES;
      gnnc_store_some(y + first, sum[p][r], columns - first);
    }
  }
}

GNNC_INLINE void gnnc_sparse_product(const gnnc_sparse_row row, const int out, const int in, const int every,
                                     const float *restrict panels, float *restrict y) {
  const int registers = GNNC_PANEL_REGISTERS(out), panel = registers * GNNC_LANES;
  const int at_once = GNNC_PANELS_AT_ONCE(registers);
  int first = 0;
  for (; first + at_once * panel <= out; first += at_once * panel)
    gnnc_sparse_block(row, at_once, registers, at_once * panel, in, every, panels + (size_t)first * in, y + first);
  for (; first + panel <= out; first += panel)
    gnnc_sparse_block(row, 1, registers, panel, in, every, panels + (size_t)first * in, y + first);
  if (first < out)
    gnnc_sparse_block(row, 1, GNNC_COLUMN_REGISTERS(out - first), out - first, in, every,
                      panels + (size_t)first * in, y + first);
}
#endif

GNNC_INLINE int gnnc_holds_negative_zero(const float *numbers, const int count) {
  int found = 0;
  for (int i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, numbers + i, sizeof bits);
    found |= bits == 0x80000000u;
  }
  return found;
}

// What gnnc_dense gives for rows first .. first + rows of `x`, to the bit. An input that is +0 adds nothing to a chain of
// multiply-adds, with two exceptions: times a weight that is not finite it is NaN; and it makes +0 of a -0, which a sum
// becomes where all that was added is too small for a float. Both are seen to, by going through every input.
GNNC_INLINE void gnnc_sparse_dense(uint32_t rows, const int out, const int in, const gnnc_sparse_rows *x,
                                   uint64_t first, const float *restrict panels, int weights_are_finite,
                                   float *restrict y, size_t y_stride) {
  for (uint32_t i = 0; i < rows; i++) {
    const gnnc_sparse_row row = gnnc_row_of(x, first + i);
    float *const result = y + i * y_stride;
    if (weights_are_finite) {
      gnnc_sparse_product(row, out, in, 0, panels, result);
      if (!gnnc_holds_negative_zero(result, out)) continue;
    }
    gnnc_sparse_product(row, out, in, 1, panels, result);
  }
}

// ---------------------------------------------------------------------------- dense products of rows with parts left out

// A row is `parts` runs of equal width. A run that is zeros need not be there: `filled` has a byte for each part of each
// row, 0 where it is left out and what lies in its place means nothing.

#ifndef GNNC_OPENBLAS
// As gnnc_dense_block, for rows `row[0], row[1], ...` of a tile and numbers k .. k + in of each: goes on from what y holds.
// A row may stand there twice.
GNNC_INLINE void gnnc_parts_block(const int rows, const int registers, const int columns, const int in,
                                  const uint16_t *restrict row, const float *restrict x, size_t x_stride,
                                  const float *restrict panel, float *y, size_t y_stride) {
  gnnc_lanes sum[GNNC_MOST_ROWS][GNNC_MOST_PANEL];
  const float *from[GNNC_MOST_ROWS];
  GNNC_UNROLL
  for (int i = 0; i < rows; i++) {
    from[i] = x + row[i] * x_stride;
    GNNC_UNROLL
    for (int r = 0; r < registers; r++)
      sum[i][r] = gnnc_load_some(y + row[i] * y_stride + (size_t)r * GNNC_LANES, columns - r * GNNC_LANES);
  }
  for (int k = 0; k < in; k++) {
    gnnc_lanes w[GNNC_MOST_PANEL];
    GNNC_UNROLL
    for (int r = 0; r < registers; r++) w[r] = gnnc_load(panel + ((size_t)k * registers + r) * GNNC_LANES);
    GNNC_UNROLL
    for (int i = 0; i < rows; i++) {
      const gnnc_lanes a = gnnc_broadcast(from[i][k]);
      GNNC_UNROLL
      for (int r = 0; r < registers; r++) sum[i][r] = gnnc_fma_lanes(a, w[r], sum[i][r]);
    }
  }
  GNNC_UNROLL
  for (int i = 0; i < rows; i++) {
    GNNC_UNROLL
    for (int r = 0; r < registers; r++)
      gnnc_store_some(y + row[i] * y_stride + (size_t)r * GNNC_LANES, sum[i][r], columns - r * GNNC_LANES);
  }
}

// `row` has room for a block more than `rows`: the last is filled up with its last row.
GNNC_INLINE void gnnc_parts_panel(uint32_t rows, uint16_t *restrict row, const int registers, const int columns,
                                  const int in, const float *restrict x, size_t x_stride, const float *restrict panel,
                                  float *y, size_t y_stride) {
  const uint32_t at_once = GNNC_BLOCK_ROWS(registers);
  for (uint32_t i = rows; i < rows + at_once; i++) row[i] = row[rows - 1];
  uint32_t i = 0;
  for (; i + at_once / 2 < rows; i += at_once)
    gnnc_parts_block((int)at_once, registers, columns, in, row + i, x, x_stride, panel, y, y_stride);
  for (; i + 1 < rows; i += at_once / 2)
    gnnc_parts_block((int)at_once / 2, registers, columns, in, row + i, x, x_stride, panel, y, y_stride);
  for (; i < rows; i++)
    gnnc_parts_block(1, registers, columns, in, row + i, x, x_stride, panel, y, y_stride);
}

// Adds the products of one part of the rows that have it: `in` numbers, of which the first is number `k` of `all`.
GNNC_INLINE void gnnc_parts_product(uint32_t rows, uint16_t *restrict row, const int out, const int in, const int all,
                                    const int k, const float *restrict x, size_t x_stride,
                                    const float *restrict panels, float *y, size_t y_stride) {
  const int registers = GNNC_PANEL_REGISTERS(out), panel = registers * GNNC_LANES;
  int first = 0;
  for (; first + panel <= out; first += panel)
    gnnc_parts_panel(rows, row, registers, panel, in, x + k, x_stride,
                     panels + (size_t)first * all + (size_t)k * panel, y + first, y_stride);
  if (first < out) {
    const int left = GNNC_COLUMN_REGISTERS(out - first);
    gnnc_parts_panel(rows, row, left, out - first, in, x + k, x_stride,
                     panels + (size_t)first * all + (size_t)k * left * GNNC_LANES, y + first, y_stride);
  }
}
#endif

// Puts in the zeros that a row, of `in` numbers, leaves out.
GNNC_INLINE void gnnc_fill_parts(const int parts, const uint8_t *filled, const int in, float *x) {
  const int width = in / parts;
  for (int p = 0; p < parts; p++)
    if (!filled[p]) memset(x + p * width, 0, (size_t)width * sizeof *x);
}

// What gnnc_dense_with gives, to the bit, for rows with parts left out. As in gnnc_sparse_dense, the zeros are gone through
// where a weight is not finite, and where a sum is -0.
GNNC_INLINE void gnnc_parts_dense_with(uint32_t rows, const int out, const int in, const int parts,
                                       const uint8_t *filled, float *x, size_t x_stride, const float *restrict panels,
                                       int weights_are_finite, float *restrict y, size_t y_stride,
                                       gnnc_epilogue *epilogue, const float *const *operands) {
#ifdef GNNC_OPENBLAS
  weights_are_finite = 0;
#else
  enum { AT_ONCE = 64 };
  const int width = in / parts;
  for (uint32_t first = 0; weights_are_finite && first < rows; first += AT_ONCE) {
    const uint32_t end = rows - first < AT_ONCE ? rows : first + AT_ONCE;
    uint16_t row[AT_ONCE + GNNC_MOST_ROWS];
    for (uint32_t i = first; i < end; i++) memset(y + i * y_stride, 0, (size_t)out * sizeof *y);
    for (int p = 0; p < parts; p++) {
      uint32_t count = 0;
      for (uint32_t i = first; i < end; i++) {
        row[count] = (uint16_t)i;
        count += filled[i * (uint32_t)parts + (uint32_t)p] != 0;
      }
      if (count) gnnc_parts_product(count, row, out, width, in, p * width, x, x_stride, panels, y, y_stride);
    }
  }
#endif
  if (!weights_are_finite) {
    for (uint32_t i = 0; i < rows; i++) gnnc_fill_parts(parts, filled + i * (uint32_t)parts, in, x + i * x_stride);
    gnnc_dense_with(rows, out, in, x, x_stride, panels, y, y_stride, epilogue, operands);
    return;
  }
  for (uint32_t i = 0; i < rows; i++) {
    float *const result = y + i * y_stride;
    if (gnnc_holds_negative_zero(result, out)) {
      gnnc_fill_parts(parts, filled + i * (uint32_t)parts, in, x + i * x_stride);
      gnnc_dense_with(1, out, in, x + i * x_stride, x_stride, panels, result, y_stride, NULL, NULL);
    }
    if (epilogue) gnnc_end_row(out, result, epilogue, operands, i);
  }
}
