// Numbers of the whole graph: what threads and partitions add up in any order, to the same bits.
//
// A sum is a fixed-point number of 608 bits, in digits of 32 bits with room for carries: every product of two floats has
// its place in it, so adding is exact and merging two sums adds integers. What is not finite is kept as flags. A largest or
// smallest number is kept as an integer that orders as floats do.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "gnnc_math.h"
#include "gnnc_runtime.h"

#define GNNC_SUM_INLINE static inline __attribute__((unused))

enum { GNNC_DIGITS = 19, GNNC_LOWEST_BIT = -298 };  // 2^-149 squared is the least that can be added

enum { GNNC_SAW_NAN = 1, GNNC_SAW_PLUS = 2, GNNC_SAW_MINUS = 4 };

// One number of the whole graph while it is added up; all zero is nothing yet.
typedef struct {
  int64_t digit[GNNC_DIGITS];
  uint32_t flags;
  uint32_t added;  // since carries were last taken on; of extremes: whether there was any
} gnnc_sum;

_Static_assert(sizeof(gnnc_sum) == GNNC_SUM_BYTES, "the launcher reserves GNNC_SUM_BYTES for each");

// Takes carries on, so that each digit but the last is in 0 .. 2^32 - 1.
GNNC_SUM_INLINE void gnnc_sum_carry(gnnc_sum *sum) {
  for (int d = 0; d + 1 < GNNC_DIGITS; d++) {
    const int64_t carry = sum->digit[d] >> 32;
    sum->digit[d] -= carry * ((int64_t)1 << 32);
    sum->digit[d + 1] += carry;
  }
  sum->added = 0;
}

// Adds a float, or the exact product of two.
GNNC_SUM_INLINE void gnnc_sum_add(gnnc_sum *sum, double term) {
  uint64_t bits;
  memcpy(&bits, &term, sizeof bits);
  const int exponent = (int)(bits >> 52 & 0x7ff);
  const int64_t sign = bits >> 63 ? -1 : 1;
  if (exponent == 0x7ff) {
    sum->flags |= bits << 12 ? GNNC_SAW_NAN : sign > 0 ? GNNC_SAW_PLUS : GNNC_SAW_MINUS;
    return;
  }
  if (exponent == 0) return;  // zero: no product of floats is a subnormal double
  uint64_t mantissa = (bits & 0xfffffffffffff) | (uint64_t)1 << 52;
  int place = exponent - 1075 - GNNC_LOWEST_BIT;
  if (place < 0) {
    mantissa >>= -place;  // those bits are zero
    place = 0;
  }
  const int digit = place >> 5, shift = place & 31;
  const uint64_t low = (mantissa & 0xffffffff) << shift, high = (mantissa >> 32) << shift;
  sum->digit[digit] += sign * (int64_t)(low & 0xffffffff);
  sum->digit[digit + 1] += sign * (int64_t)((low >> 32) + (high & 0xffffffff));
  sum->digit[digit + 2] += sign * (int64_t)(high >> 32);
  if (++sum->added == (uint32_t)1 << 29) gnnc_sum_carry(sum);
}

// The sum as a double: digits are added from the lowest on, which loses less than the last bit of a double or two.
GNNC_SUM_INLINE double gnnc_sum_value(gnnc_sum sum) {
  const uint32_t both = GNNC_SAW_PLUS | GNNC_SAW_MINUS;
  if (sum.flags & GNNC_SAW_NAN || (sum.flags & both) == both) return NAN;
  if (sum.flags) return sum.flags & GNNC_SAW_PLUS ? INFINITY : -INFINITY;
  gnnc_sum_carry(&sum);
  const int negative = sum.digit[GNNC_DIGITS - 1] < 0;
  if (negative) {
    for (int d = 0; d < GNNC_DIGITS; d++) sum.digit[d] = -sum.digit[d];
    gnnc_sum_carry(&sum);
  }
  double value = 0;
  for (int d = 0; d < GNNC_DIGITS; d++) value += ldexp((double)sum.digit[d], 32 * d + GNNC_LOWEST_BIT);
  return negative ? -value : value;
}

// An integer that orders as floats do, NaN above all.
GNNC_SUM_INLINE int64_t gnnc_order_key(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return INT64_MAX;
  return bits < 0 ? (int64_t)INT32_MIN - bits : bits;
}

GNNC_SUM_INLINE void gnnc_extreme_add(gnnc_sum *top, int64_t key) {
  if (!top->added || key > top->digit[0]) top->digit[0] = key;
  top->added = 1;
}

GNNC_SUM_INLINE double gnnc_key_value(int64_t key) {
  if (key == INT64_MAX) return NAN;
  const int32_t bits = (int32_t)(key < 0 ? (int64_t)INT32_MIN - key : key);
  float value;
  memcpy(&value, &bits, sizeof value);
  return (double)value;
}

typedef enum { GNNC_GRAPH_SUM, GNNC_GRAPH_SQUARES, GNNC_GRAPH_MAX, GNNC_GRAPH_MIN } gnnc_graph_reduction;

// Adds `rows` rows of `width` numbers, `stride` apart. The smallest is the largest of negated keys.
GNNC_SUM_INLINE void gnnc_contribute(gnnc_graph_reduction kind, gnnc_sum *sums, uint32_t rows, size_t width,
                                     const float *x, size_t stride) {
  for (size_t i = 0; i < rows; i++)
    for (size_t f = 0; f < width; f++) {
      const float a = x[i * stride + f];
      const int64_t key = kind == GNNC_GRAPH_MAX || kind == GNNC_GRAPH_MIN ? gnnc_order_key(a) : 0;
      switch (kind) {
        case GNNC_GRAPH_SUM: gnnc_sum_add(&sums[f], (double)a); break;
        case GNNC_GRAPH_SQUARES: gnnc_sum_add(&sums[f], (double)a * (double)a); break;
        case GNNC_GRAPH_MAX: gnnc_extreme_add(&sums[f], key); break;
        case GNNC_GRAPH_MIN: gnnc_extreme_add(&sums[f], key == INT64_MAX ? key : -key); break;
      }
    }
}

// Adds what another thread or partition has added up.
GNNC_SUM_INLINE void gnnc_merge(gnnc_graph_reduction kind, gnnc_sum *sums, const gnnc_sum *others, size_t width) {
  for (size_t f = 0; f < width; f++) {
    if (kind == GNNC_GRAPH_MAX || kind == GNNC_GRAPH_MIN) {
      if (others[f].added) gnnc_extreme_add(&sums[f], others[f].digit[0]);
      continue;
    }
    gnnc_sum other = others[f];
    gnnc_sum_carry(&other);
    gnnc_sum_carry(&sums[f]);
    for (int d = 0; d < GNNC_DIGITS; d++) sums[f].digit[d] += other.digit[d];
    sums[f].flags |= other.flags;
    gnnc_sum_carry(&sums[f]);
  }
}

// The number that all contributions come to; 0 of none.
GNNC_SUM_INLINE double gnnc_graph_value(gnnc_graph_reduction kind, const gnnc_sum *sum) {
  switch (kind) {
    case GNNC_GRAPH_SUM:
    case GNNC_GRAPH_SQUARES: return gnnc_sum_value(*sum);
    case GNNC_GRAPH_MAX: return sum->added ? gnnc_key_value(sum->digit[0]) : 0;
    case GNNC_GRAPH_MIN:
      return !sum->added ? 0 : gnnc_key_value(sum->digit[0] == INT64_MAX ? INT64_MAX : -sum->digit[0]);
  }
  return NAN;
}
