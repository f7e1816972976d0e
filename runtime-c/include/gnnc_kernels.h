// What emitted C is made of: taking tiles, dense products over packed weights, sums over a row, prefetching.
//
// Everything here gives the same bits on every processor and at every register width: a dense output is one chain of
// fused multiply-adds in the order of k; a sum along a row has GNNC_VIRTUAL_LANES fixed lanes and one fixed tree.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "gnnc_math.h"
#include "gnnc_runtime.h"

#define GNNC_INLINE static inline __attribute__((always_inline, unused))
#define GNNC_NOINLINE __attribute__((noinline))
// Parts of a model that are compiled apart see each other's functions; compiled as one they need not.
#ifdef GNNC_UNIT
#define GNNC_IN_UNIT(unit) ((unit) == GNNC_UNIT)
#define GNNC_SHARED __attribute__((visibility("hidden")))
#else
#define GNNC_IN_UNIT(unit) 1
#define GNNC_SHARED static
#endif
// Run once: not worth a compiler's time.
#define GNNC_COLD __attribute__((cold))

static inline __attribute__((unused)) void gnnc_widen(const float *from, size_t count, double *to) {
  for (size_t f = 0; f < count; f++) to[f] = (double)from[f];
}

static inline __attribute__((unused)) void gnnc_narrow(const double *from, size_t count, float *to) {
  for (size_t f = 0; f < count; f++) to[f] = (float)from[f];
}

// ------------------------------------------------------------------------------------------------------- registers

// Floats of a register, and rows of a micro-kernel's block: the block's accumulators must fit the register file.
#ifndef GNNC_LANES
#if defined(__AVX512F__)
#define GNNC_LANES 16
#elif defined(__AVX__)
#define GNNC_LANES 8
#else
#define GNNC_LANES 4
#endif
#endif
// Accumulators of a block, in registers: its rows times the registers of a panel.
#if GNNC_LANES == 16
enum { GNNC_ACCUMULATORS = 24, GNNC_MOST_ROWS = 12, GNNC_MOST_PANEL = 4 };  // of 32 registers
#else
enum { GNNC_ACCUMULATORS = 12, GNNC_MOST_ROWS = 12, GNNC_MOST_PANEL = 3 };  // of 16 registers
#endif

typedef float gnnc_lanes __attribute__((vector_size(GNNC_LANES * sizeof(float))));

GNNC_INLINE gnnc_lanes gnnc_broadcast(float a) {
#if GNNC_LANES == 16
  return (gnnc_lanes){a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a};
#elif GNNC_LANES == 8
  return (gnnc_lanes){a, a, a, a, a, a, a, a};
#else
  return (gnnc_lanes){a, a, a, a};
#endif
}

typedef int32_t gnnc_lane_bits __attribute__((vector_size(GNNC_LANES * sizeof(int32_t))));

// a where `mask` is all ones, b where it is 0.
GNNC_INLINE gnnc_lanes gnnc_choose(gnnc_lane_bits mask, gnnc_lanes a, gnnc_lanes b) {
  return (gnnc_lanes)(((gnnc_lane_bits)a & mask) | ((gnnc_lane_bits)b & ~mask));
}

// As gnnc_relu and gnnc_leaky of each lane.
GNNC_INLINE gnnc_lanes gnnc_relu_lanes(gnnc_lanes x) { return gnnc_choose(x < 0, (gnnc_lanes){0}, x); }

GNNC_INLINE gnnc_lanes gnnc_leaky_lanes(gnnc_lanes x, float slope) {
  return gnnc_choose(x > 0, x, x * gnnc_broadcast(slope));
}

// What _mm512_fmadd_ps and its like stand for: <immintrin.h> alone would take a compiler longer than many a model.
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_fma)
#define GNNC_FMA_LANES __builtin_elementwise_fma(a, b, c)
#elif GNNC_LANES == 16 && defined(__AVX512F__) && __has_builtin(__builtin_ia32_vfmaddps512_mask)
#define GNNC_FMA_LANES (gnnc_lanes) __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4)
#elif GNNC_LANES == 8 && defined(__FMA__) && __has_builtin(__builtin_ia32_vfmaddps256)
#define GNNC_FMA_LANES (gnnc_lanes) __builtin_ia32_vfmaddps256(a, b, c)
#elif GNNC_LANES == 4 && defined(__FMA__) && __has_builtin(__builtin_ia32_vfmaddps)
#define GNNC_FMA_LANES (gnnc_lanes) __builtin_ia32_vfmaddps(a, b, c)
#endif
#endif

// a * b + c, rounded once.
GNNC_INLINE gnnc_lanes gnnc_fma_lanes(gnnc_lanes a, gnnc_lanes b, gnnc_lanes c) {
#ifdef GNNC_FMA_LANES
  return GNNC_FMA_LANES;
#else
  for (int l = 0; l < GNNC_LANES; l++) c[l] = __builtin_fmaf(a[l], b[l], c[l]);
  return c;
#endif
}

// Small loops over registers must be unrolled, or an array of accumulators is kept in memory.
#ifdef __clang__
#define GNNC_UNROLL _Pragma("clang loop unroll(full)")
#else
#define GNNC_UNROLL _Pragma("GCC unroll 32")
#endif

// ------------------------------------------------------------------------------------------------------- processor

#ifndef GNNC_PROCESSOR
#define GNNC_PROCESSOR "generic"
#endif

// Whether this machine has what the compiler was told it may use.
GNNC_INLINE int gnnc_processor_fits(void) {
#if defined(__x86_64__)
#ifdef __AVX512F__
  if (!__builtin_cpu_supports("avx512f")) return 0;
#endif
#ifdef __AVX512BW__
  if (!__builtin_cpu_supports("avx512bw")) return 0;
#endif
#ifdef __AVX512VL__
  if (!__builtin_cpu_supports("avx512vl")) return 0;
#endif
#ifdef __AVX2__
  if (!__builtin_cpu_supports("avx2")) return 0;
#endif
#ifdef __FMA__
  if (!__builtin_cpu_supports("fma")) return 0;
#endif
#endif
  return 1;
}

// -------------------------------------------------------------------------------------------------- dense products

// What becomes of the sums in row i, columns f and on, before they are stored; `operands` are what it reads besides.
typedef gnnc_lanes gnnc_epilogue(const float *const *operands, gnnc_lanes total, size_t i, size_t f);

GNNC_INLINE gnnc_lanes gnnc_load(const float *p) {
  gnnc_lanes value;
  memcpy(&value, p, sizeof value);
  return value;
}

GNNC_INLINE void gnnc_store(float *p, gnnc_lanes value) { memcpy(p, &value, sizeof value); }

// The first `columns` lanes alone.
GNNC_INLINE void gnnc_store_some(float *p, gnnc_lanes value, int columns) {
  if (columns >= GNNC_LANES)
    gnnc_store(p, value);
  else if (columns > 0)
    memcpy(p, &value, (size_t)columns * sizeof *p);
}

#ifdef GNNC_OPENBLAS
GNNC_INLINE gnnc_lanes gnnc_load_some(const float *p, int columns) {
  gnnc_lanes value = {0};
  memcpy(&value, p, (size_t)(columns < GNNC_LANES ? columns : GNNC_LANES) * sizeof *p);
  return value;
}

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
  for (uint32_t i = 0; i < rows; i++)
    for (int f = 0; f < out; f += GNNC_LANES) {
      float *const place = y + i * y_stride + f;
      gnnc_store_some(place, epilogue(operands, gnnc_load_some(place, out - f), i, (size_t)f), out - f);
    }
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
  const uint32_t at_once = registers == 1 ? GNNC_MOST_ROWS : GNNC_ACCUMULATORS / registers;
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

// ------------------------------------------------------------------------------------------------- sums along a row

enum { GNNC_VIRTUAL_LANES = 16 };

// The sum of the virtual lanes, as one fixed tree.
GNNC_INLINE float gnnc_sum_lanes(const float *lane) {
  float half[8], quarter[4];
  for (int l = 0; l < 8; l++) half[l] = lane[l] + lane[l + 8];
  for (int l = 0; l < 4; l++) quarter[l] = half[l] + half[l + 4];
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

typedef float gnnc_lanes_8 __attribute__((vector_size(32)));
typedef float gnnc_lanes_4 __attribute__((vector_size(16)));

// The same sum of virtual lanes that are in registers.
GNNC_INLINE float gnnc_sum_registers(const gnnc_lanes *lane) {
#if GNNC_LANES == 16
  const gnnc_lanes_8 half = __builtin_shufflevector(lane[0], lane[0], 0, 1, 2, 3, 4, 5, 6, 7) +
                            __builtin_shufflevector(lane[0], lane[0], 8, 9, 10, 11, 12, 13, 14, 15);
#elif GNNC_LANES == 8
  const gnnc_lanes_8 half = lane[0] + lane[1];
#endif
#if GNNC_LANES >= 8
  const gnnc_lanes_4 quarter =
      __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
#else
  const gnnc_lanes_4 quarter = (lane[0] + lane[2]) + (lane[1] + lane[3]);
#endif
  const gnnc_lanes_4 other = __builtin_shufflevector(quarter, quarter, 2, 3, 2, 3);
  const gnnc_lanes_4 pair = quarter + other;
  return pair[0] + pair[1];
}

GNNC_INLINE float gnnc_max_lanes(const float *lane) {
  float top = lane[0];
  for (int l = 1; l < GNNC_VIRTUAL_LANES; l++) top = gnnc_max(top, lane[l]);
  return top;
}

GNNC_INLINE float gnnc_min_lanes(const float *lane) {
  float low = lane[0];
  for (int l = 1; l < GNNC_VIRTUAL_LANES; l++) low = gnnc_min(low, lane[l]);
  return low;
}

// --------------------------------------------------------------------------------------------------- rows and edges

// A run of target rows, none of them a hub.
typedef struct {
  uint64_t first;  // row of the partition
  uint32_t rows;
} gnnc_tile;

// The in-edges of one row that one call of a sweep looks at: a whole row, or a chunk of a hub's.
typedef struct {
  uint64_t row;         // of the partition
  uint64_t begin, end;  // of gnnc_edges.source
  uint32_t loop;        // 1: an added self-loop comes first
  uint32_t fresh;       // GNNC_ROW: accumulators that begin here hold nothing yet; GNNC_PART: none holds anything
} gnnc_span;

enum { GNNC_ROW = 1, GNNC_PART = 2 };

// A stretch of a hub's in-edges, and where its results go: to `part`, one after the other in whole cache lines, or to the
// row's own places where it is NULL. `kept` has room for what a later sweep reads again of these edges.
typedef struct {
  gnnc_span span;
  float *part;
  float *kept;
} gnnc_chunk;

// `to` has room for 15 more, and GNNC_SOURCE_PADDING entries follow the last source.
GNNC_INLINE void gnnc_copy_sources(uint32_t *to, const uint32_t *from, size_t count) {
  for (size_t i = 0; i < count; i += 16) memcpy(to + i, from + i, 16 * sizeof *to);
}

GNNC_INLINE uint64_t gnnc_in_edges(const gnnc_edges *edges, uint64_t row) {
  return edges->start[row + 1] - edges->start[row];
}

// Chunks of a row's in-edges; one if it has none.
GNNC_INLINE uint64_t gnnc_chunks(const gnnc_edges *edges, uint64_t row) {
  const uint64_t count = gnnc_in_edges(edges, row);
  return count > GNNC_CHUNK ? (count + GNNC_CHUNK - 1) / GNNC_CHUNK : 1;
}

GNNC_INLINE uint64_t gnnc_self_loops(const gnnc_edges *edges, uint64_t row) {
  return edges->loops ? edges->loops[row] : 0;
}

GNNC_INLINE int gnnc_is_hub(const gnnc_edges *const *sets, int count, uint64_t row) {
  for (int s = 0; s < count; s++)
    if (gnnc_in_edges(sets[s], row) > GNNC_CHUNK) return 1;
  return 0;
}

// Takes the next tile from `cursor`, which all threads share: at most max_rows rows, and no more rows once they have
// max_edges in-edges. Hubs are passed over. 0 when there are none left, or when asked to stop.
static inline __attribute__((unused)) int gnnc_take_tile(uint64_t *cursor, uint64_t rows, const gnnc_edges *const *sets,
                                                         int count, uint32_t max_rows, uint64_t max_edges,
                                                         const volatile int *stop, gnnc_tile *tile) {
  uint64_t first = __atomic_load_n(cursor, __ATOMIC_RELAXED);
  for (;;) {
    if (*stop) return 0;
    uint64_t begin = first;
    while (begin < rows && gnnc_is_hub(sets, count, begin)) begin++;
    uint64_t end = begin, edges = 0;
    while (end < rows && end - begin < max_rows && edges < max_edges && !gnnc_is_hub(sets, count, end)) {
      for (int s = 0; s < count; s++) edges += gnnc_in_edges(sets[s], end);
      end++;
    }
    if (begin == end) return 0;
    if (__atomic_compare_exchange_n(cursor, &first, end, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      *tile = (gnnc_tile){.first = begin, .rows = (uint32_t)(end - begin)};
      return 1;
    }
  }
}

// Asks for `floats` from p on, which lie in whole cache lines.
GNNC_INLINE void gnnc_prefetch(const float *p, const int floats) {
  GNNC_UNROLL
  for (int f = 0; f < floats; f += 16) __builtin_prefetch(p + f);
}
