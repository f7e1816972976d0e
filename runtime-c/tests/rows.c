#include <math.h>
#include <string.h>

#include "check.h"
#include "gnnc_files.h"

static void rows_are_reordered_and_padded(void) {
  const double from[] = {1, 2, 3, 4, 5, 6};
  const uint32_t order[] = {1, 0};
  const gnnc_row_copy copy = {.from = from, .number = GNNC_FROM_F64, .width = 3, .stride = 4, .element = GNNC_F32,
                              .order32 = order};
  float to[8];
  check(gnnc_copy_rows(&copy, 0, 2, 2, to));
  const float want[] = {4, 5, 6, 0, 1, 2, 3, 0};
  check(memcmp(to, want, sizeof want) == 0);
}

static void halves_are_exact(void) {
  const uint16_t halves[] = {0x3c00, 0xc000, 0x0001, 0x83ff, 0x7c00, 0xfc00, 0x7e00, 0x8000, 0x7bff};
  float to[9];
  gnnc_to_float(halves, GNNC_FROM_F16, 9, to);
  check(to[0] == 1 && to[1] == -2 && to[2] == 0x1p-24f && to[3] == -0x3ffp-24f);
  check(to[4] == INFINITY && to[5] == -INFINITY && isnan(to[6]) && to[8] == 65504);
  check(to[7] == 0 && signbit(to[7]));
  const uint16_t brains[] = {0x3f80, 0x4049};
  gnnc_to_float(brains, GNNC_FROM_BF16, 2, to);
  check(to[0] == 1 && to[1] == 3.140625f);
  check(gnnc_holds_nan((const float[]){1, NAN}, 2) && !gnnc_holds_nan((const float[]){1, INFINITY}, 2));
}

static double number_of(uint32_t upper) {
  const uint32_t bits = upper << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  // The next step after the largest finite number.
  return (upper & 0x7fff) == 0x7f80 ? (upper >> 15 ? -0x1p128 : 0x1p128) : (double)value;
}

// The nearer of the two bfloat16 numbers around each float; of two as near, the one whose last bit is 0.
static void bfloat16_is_the_nearest(void) {
  static const uint32_t lower[] = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
  for (uint32_t upper = 0; upper < 0x10000; upper++)
    for (size_t i = 0; i < sizeof lower / sizeof *lower; i++) {
      const uint32_t bits = upper << 16 | lower[i];
      float value;
      memcpy(&value, &bits, sizeof value);
      const uint32_t found = gnnc_to_bf16(value).bits;
      if (value != value) {
        const float back = gnnc_from_bf16(gnnc_to_bf16(value));
        check(back != back && found >> 15 == upper >> 15);
        continue;
      }
      if ((upper & 0x7fff) == 0x7f80) {
        check(found == upper);
        continue;
      }
      const double below = fabs((double)value - number_of(upper)), above = fabs(number_of(upper + 1) - (double)value);
      check(found == (below < above || (below == above && upper % 2 == 0) ? upper : upper + 1));
      check(lower[i] || gnnc_from_bf16(gnnc_to_bf16(value)) == value);
    }
}

static void rows_are_rounded_and_padded(void) {
  const float from[] = {1.00390625f, -1.01171875f, 3, 4};
  const uint32_t order[] = {1, 0};
  gnnc_bf16 to[8];
  const gnnc_row_copy copy = {.from = from, .number = GNNC_FROM_F32, .width = 2, .stride = 4, .element = GNNC_BF16,
                              .order32 = order};
  check(gnnc_copy_rows(&copy, 0, 2, 1, to));
  const float want[] = {3, 4, 0, 0, 1, -1.015625f, 0, 0};
  for (int i = 0; i < 8; i++) check(gnnc_from_bf16(to[i]) == want[i]);
}

static void integers_widen_and_are_checked(void) {
  const uint64_t good[] = {7, 1ull << 62}, bad[] = {1ull << 63, 0};
  gnnc_row_copy copy = {.from = good, .number = GNNC_FROM_U64, .width = 1, .stride = 1, .element = GNNC_I64};
  int64_t to[2];
  check(gnnc_copy_rows(&copy, 0, 2, 1, to) && to[1] == 1ll << 62);
  copy.from = bad;
  check(!gnnc_copy_rows(&copy, 0, 2, 1, to));
  const int8_t small[] = {-3, 9};
  int32_t to32[2];
  copy = (gnnc_row_copy){.from = small, .number = GNNC_FROM_I8, .width = 1, .stride = 1, .element = GNNC_I32};
  check(gnnc_copy_rows(&copy, 0, 2, 1, to32) && to32[0] == -3 && to32[1] == 9);
}

static void bad_indices_are_found_in_order(void) {
  int32_t index[1000] = {0};
  int64_t value = 0;
  check(gnnc_find_bad_index(index, GNNC_INDEX_I32, 1000, 1, 2, &value) == 1000);
  index[700] = 5;
  index[300] = -2;
  check(gnnc_find_bad_index(index, GNNC_INDEX_I32, 1000, 1, 2, &value) == 300 && value == -2);
}

static void degrees_order_vertices(void) {
  const uint32_t mentions[] = {2, 2, 1, 3, 3};
  uint64_t degree[5] = {0};
  uint32_t order[5];
  gnnc_count_mentions(mentions, GNNC_INDEX_U32, 5, 5, 2, degree);
  check(gnnc_order_by_degree(degree, 5, order));
  check(order[0] == 2 && order[1] == 3 && order[2] == 1 && order[3] == 0 && order[4] == 4);
  degree[4] = 1ull << 40;
  check(gnnc_order_by_degree(degree, 5, order) && order[0] == 4 && order[1] == 2 && order[4] == 0);
}

void test_rows(void) {
  rows_are_reordered_and_padded();
  halves_are_exact();
  bfloat16_is_the_nearest();
  rows_are_rounded_and_padded();
  integers_widen_and_are_checked();
  bad_indices_are_found_in_order();
  degrees_order_vertices();
}
