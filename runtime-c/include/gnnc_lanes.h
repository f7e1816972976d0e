// Registers of floats, of whatever width the processor has: what kernels in emitted C are written in.
#pragma once
#include <stdint.h>
#include <string.h>
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

// -------------------------------------------------------------------------------------------------- loads and stores

GNNC_INLINE gnnc_lanes gnnc_load(const float *p) {
  gnnc_lanes value;
  memcpy(&value, p, sizeof value);
  return value;
}

GNNC_INLINE void gnnc_store(float *p, gnnc_lanes value) { memcpy(p, &value, sizeof value); }

typedef int16_t gnnc_half_lanes __attribute__((vector_size(GNNC_LANES * sizeof(int16_t))));
typedef uint16_t gnnc_unsigned_half_lanes __attribute__((vector_size(GNNC_LANES * sizeof(uint16_t))));
typedef int32_t gnnc_whole_lanes __attribute__((vector_size(GNNC_LANES * sizeof(int32_t))));
typedef uint32_t gnnc_bit_lanes __attribute__((vector_size(GNNC_LANES * sizeof(uint32_t))));

// What _mm512_cvtepu16_epi32 and its like stand for, where the conversion of a vector takes a compiler more than that.
#if defined(__has_builtin)
#if GNNC_LANES == 16 && defined(__AVX512F__) && __has_builtin(__builtin_ia32_pmovzxwd512_mask)
#define GNNC_WIDEN_LANES __builtin_ia32_pmovzxwd512_mask(halves, (gnnc_whole_lanes){0}, -1)
#elif GNNC_LANES == 8 && defined(__AVX2__) && __has_builtin(__builtin_ia32_pmovzxwd256)
#define GNNC_WIDEN_LANES __builtin_ia32_pmovzxwd256(halves)
#endif
#endif
#ifndef GNNC_WIDEN_LANES
#define GNNC_WIDEN_LANES __builtin_convertvector((gnnc_unsigned_half_lanes)halves, gnnc_bit_lanes)
#endif

// A register of bfloat16 numbers, as the same float32 ones.
GNNC_INLINE gnnc_lanes gnnc_load_bf16(const gnnc_bf16 *p) {
  gnnc_half_lanes halves;
  memcpy(&halves, p, sizeof halves);
  return (gnnc_lanes)((gnnc_bit_lanes)GNNC_WIDEN_LANES << 16);
}

// The first `columns` lanes alone.
GNNC_INLINE void gnnc_store_some(float *p, gnnc_lanes value, int columns) {
  if (columns >= GNNC_LANES)
    gnnc_store(p, value);
  else if (columns > 0)
    memcpy(p, &value, (size_t)columns * sizeof *p);
}

GNNC_INLINE gnnc_lanes gnnc_load_some(const float *p, int columns) {
  gnnc_lanes value = {0};
  memcpy(&value, p, (size_t)(columns < GNNC_LANES ? columns : GNNC_LANES) * sizeof *p);
  return value;
}
