// What emitted C is made of: taking tiles, dense products over packed weights, sums over a row, prefetching.
//
// Everything here gives the same bits on every processor and at every register width: a dense output is one chain of
// fused multiply-adds in the order of k; a sum along a row has GNNC_VIRTUAL_LANES fixed lanes and one fixed tree.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "gnnc_lanes.h"
#include "gnnc_math.h"
#include "gnnc_products.h"
#include "gnnc_runtime.h"

static inline __attribute__((unused)) void gnnc_widen(const float *from, size_t count, double *to) {
  for (size_t f = 0; f < count; f++) to[f] = (double)from[f];
}

static inline __attribute__((unused)) void gnnc_narrow(const double *from, size_t count, float *to) {
  for (size_t f = 0; f < count; f++) to[f] = (float)from[f];
}

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

// Rows of a tile to where they are gathered from, rounded to bfloat16.
static inline __attribute__((unused)) void gnnc_round_rows(uint32_t rows, const uint32_t width, const float *restrict from,
                                                           size_t from_stride, gnnc_bf16 *restrict to, size_t to_stride) {
  for (uint32_t i = 0; i < rows; i++)
    for (uint32_t f = 0; f < width; f++) to[i * to_stride + f] = gnnc_to_bf16(from[i * from_stride + f]);
}

// Rows that were rounded, as float32 for a tile.
static inline __attribute__((unused)) void gnnc_widen_rows(uint32_t rows, const uint32_t width,
                                                           const gnnc_bf16 *restrict from, size_t from_stride,
                                                           float *restrict to, size_t to_stride) {
  for (uint32_t i = 0; i < rows; i++)
    for (uint32_t f = 0; f < width; f++) to[i * to_stride + f] = gnnc_from_bf16(from[i * from_stride + f]);
}

// Asks for `floats` from p on, which lie in whole cache lines.
GNNC_INLINE void gnnc_prefetch(const float *p, const int floats) {
  GNNC_UNROLL
  for (int f = 0; f < floats; f += 16) __builtin_prefetch(p + f);
}

// Asks for `numbers` from p on, which lie in whole cache lines or halves of them.
GNNC_INLINE void gnnc_prefetch_bf16(const gnnc_bf16 *p, const int numbers) {
  GNNC_UNROLL
  for (int f = 0; f < numbers; f += 32) __builtin_prefetch(p + f);
}
