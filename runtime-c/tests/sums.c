#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "gnnc_sums.h"

static double sum_of(const float *x, uint32_t count) {
  gnnc_sum sum = {0};
  gnnc_contribute(GNNC_GRAPH_SUM, &sum, count, 1, x, 1);
  return gnnc_graph_value(GNNC_GRAPH_SUM, &sum);
}

static void nothing_is_lost_between_large_and_small(void) {
  check(sum_of((const float[]){1e30f, 1, -1e30f}, 3) == 1);
  check(sum_of((const float[]){0x1p-149f, 0x1p127f, -0x1p127f}, 3) == 0x1p-149);
  check(sum_of((const float[]){-3, 0.5f, -0.0f}, 3) == -2.5);
  check(sum_of(NULL, 0) == 0);
  const float largest[] = {0x1.fffffep127f, 0x1.fffffep127f, 0x1.fffffep127f};
  check(sum_of(largest, 3) == 3 * 0x1.fffffep127);
}

static void squares_are_exact(void) {
  const float x[] = {0x1.fffffep127f, 0x1p-149f, 3, -1.5f};
  gnnc_sum sum = {0};
  gnnc_contribute(GNNC_GRAPH_SQUARES, &sum, 4, 1, x, 1);
  gnnc_sum_add(&sum, -0x1.fffffep127 * 0x1.fffffep127);
  gnnc_sum_add(&sum, -11.25);
  check(gnnc_sum_value(sum) == 0x1p-298);
}

static void what_is_not_finite_is_kept(void) {
  check(sum_of((const float[]){1, INFINITY}, 2) == INFINITY);
  check(sum_of((const float[]){-INFINITY, 1}, 2) == -INFINITY);
  check(isnan(sum_of((const float[]){INFINITY, -INFINITY}, 2)));
  check(isnan(sum_of((const float[]){NAN, 1}, 2)));
}

static void parts_add_up_to_the_whole_in_any_order(void) {
  enum { ROWS = 3000, WIDTH = 3, PARTS = 7 };
  static float x[ROWS * WIDTH];
  srand(1);
  for (int i = 0; i < ROWS * WIDTH; i++) x[i] = (float)ldexp(rand() / (double)RAND_MAX - 0.5, rand() % 90 - 45);
  for (int kind = GNNC_GRAPH_SUM; kind <= GNNC_GRAPH_MIN; kind++) {
    gnnc_sum whole[WIDTH] = {0}, merged[WIDTH] = {0};
    gnnc_contribute((gnnc_graph_reduction)kind, whole, ROWS, WIDTH, x, WIDTH);
    for (int p = PARTS - 1; p >= 0; p--) {
      const int first = ROWS * p / PARTS, last = ROWS * (p + 1) / PARTS;
      gnnc_sum part[WIDTH] = {0};
      gnnc_contribute((gnnc_graph_reduction)kind, part, (uint32_t)(last - first), WIDTH, x + first * WIDTH, WIDTH);
      gnnc_merge((gnnc_graph_reduction)kind, merged, part, WIDTH);
    }
    for (int f = 0; f < WIDTH; f++)
      check(gnnc_graph_value((gnnc_graph_reduction)kind, &whole[f]) == gnnc_graph_value((gnnc_graph_reduction)kind, &merged[f]));
  }
}

static double extreme_of(gnnc_graph_reduction kind, const float *x, uint32_t count) {
  gnnc_sum top = {0};
  gnnc_contribute(kind, &top, count, 1, x, 1);
  return gnnc_graph_value(kind, &top);
}

static void extremes_order_as_floats_do(void) {
  const float x[] = {-2, 0x1p-149f, -0.0f, 5, -INFINITY};
  check(extreme_of(GNNC_GRAPH_MAX, x, 5) == 5 && extreme_of(GNNC_GRAPH_MIN, x, 5) == -INFINITY);
  check(extreme_of(GNNC_GRAPH_MAX, x, 1) == -2 && extreme_of(GNNC_GRAPH_MIN, x, 4) == -2);
  check(extreme_of(GNNC_GRAPH_MIN, x + 1, 1) == 0x1p-149);
  check(isnan(extreme_of(GNNC_GRAPH_MAX, (const float[]){1, NAN, INFINITY}, 3)));
  check(isnan(extreme_of(GNNC_GRAPH_MIN, (const float[]){1, NAN, -INFINITY}, 3)));
  check(extreme_of(GNNC_GRAPH_MAX, x, 0) == 0 && extreme_of(GNNC_GRAPH_MIN, x, 0) == 0);
}

void test_sums(void) {
  nothing_is_lost_between_large_and_small();
  squares_are_exact();
  what_is_not_finite_is_kept();
  parts_add_up_to_the_whole_in_any_order();
  extremes_order_as_floats_do();
}
