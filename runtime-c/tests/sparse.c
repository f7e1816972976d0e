#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gnnc_files.h"
#include "gnnc_kernels.h"

static void what_is_not_plus_zero_is_kept(void) {
  const float rows[] = {0, -0.0f, 3, 0, 9, NAN, 0, 0, 0, 9, 0, 0, 0, 0, 9};
  uint32_t column[12] = {0};
  float value[12] = {0};
  uint64_t present[3];
  check(gnnc_count_present(rows, 4) == 2);
  gnnc_compress_rows(rows, 3, 4, 5, 2, column, value, present);
  check(present[0] == 2 && column[0] == 1 && column[1] == 2 && signbit(value[0]) && value[1] == 3);
  check(present[1] == 1 && column[4] == 0 && isnan(value[4]));
  check(present[2] == 0);
}

static void expanding_undoes_compressing(void) {
  enum { ROWS = 150, WIDTH = 70, STRIDE = 80 };
  float *rows = calloc(ROWS * STRIDE, sizeof *rows), *again = malloc(ROWS * STRIDE * sizeof *again);
  uint32_t *column = malloc(ROWS * WIDTH * sizeof *column);
  float *value = malloc(ROWS * WIDTH * sizeof *value);
  uint64_t present[ROWS], start[ROWS + 1] = {0};
  for (int r = 0; r < ROWS; r++)
    for (int c = r % 7; c < WIDTH; c += 11) rows[r * STRIDE + c] = c % 3 ? (float)(r - c) : -0.0f;
  gnnc_compress_rows(rows, ROWS, WIDTH, STRIDE, 2, column, value, present);
  for (int r = 0; r < ROWS; r++) {
    memmove(column + start[r], column + r * WIDTH, present[r] * sizeof *column);
    memmove(value + start[r], value + r * WIDTH, present[r] * sizeof *value);
    start[r + 1] = start[r] + present[r];
  }
  check(start[ROWS] == gnnc_count_present(rows, ROWS * STRIDE));
  const gnnc_sparse_rows sparse = {start, column, value};
  gnnc_expand_rows(&sparse, 0, ROWS, STRIDE, 2, again);
  check(memcmp(rows, again, ROWS * STRIDE * sizeof *rows) == 0);
  gnnc_expand_rows(&sparse, 100, 3, STRIDE, 1, again);
  check(memcmp(rows + 100 * STRIDE, again, 3 * STRIDE * sizeof *rows) == 0);
  free(rows), free(again), free(column), free(value);
}

static void infinite_numbers_are_found(void) {
  check(gnnc_all_finite((const float[]){1, -0.0f, 3e38f, 1e-45f}, 4) && gnnc_all_finite(NULL, 0));
  check(!gnnc_all_finite((const float[]){1, INFINITY}, 2) && !gnnc_all_finite((const float[]){-INFINITY}, 1));
  check(!gnnc_all_finite((const float[]){NAN, 1}, 2));
}

// ------------------------------------------------------------------------------------------------------ products

enum { ROWS = 31, IN = 90, IN_STRIDE = 96, MOST_OUT = 100 };

typedef struct {
  float dense[ROWS * IN_STRIDE], value[ROWS * IN];
  uint64_t start[ROWS + 1];
  uint32_t column[ROWS * IN];
  double weight[MOST_OUT * IN];
} problem;

static uint32_t next(uint32_t *state) { return *state = *state * 1664525u + 1013904223u, *state >> 8; }

// Rows with nothing, with few and with all numbers; zeros of both signs among them, and sums that underflow to -0.
static void fill(problem *p, uint32_t seed) {
  memset(p, 0, sizeof *p);
  for (int i = 0; i < MOST_OUT * IN; i++) {
    const int column = i / IN;
    p->weight[i] = ((int)(next(&seed) % 2001) - 1000) * (column % 3 ? 1e-3 : 1e-30);
  }
  uint64_t count = 0;
  for (int r = 0; r < ROWS; r++) {
    p->start[r] = count;
    const uint32_t share = (uint32_t)r % 5 * 25;
    const float scale = r % 3 ? 1e-3f : 1e-25f;
    for (uint32_t k = 0; k < IN; k++) {
      if (next(&seed) % 100 >= share) continue;
      const int number = (int)(next(&seed) % 401) - 200;
      p->dense[r * IN_STRIDE + k] = p->value[count] = number ? (float)number * scale : -0.0f;
      p->column[count++] = k;
    }
  }
  p->start[ROWS] = count;
}

// Both ways into arrays with a guard behind each row; each way in a function of its own, over which a compiler with
// sanitizers takes less long.
#define PRODUCTS(out)                                                                                             \
  static GNNC_NOINLINE void dense_##out(const problem *p, const float *panels, float *y) {                        \
    gnnc_dense(ROWS, out, IN, p->dense, IN_STRIDE, panels, y, out + 1);                                           \
  }                                                                                                               \
  static GNNC_NOINLINE void sparse_##out(const problem *p, const float *panels, int finite, float *y) {           \
    const gnnc_sparse_rows rows = {p->start, p->column, p->value};                                                \
    for (uint32_t first = 0, end = 5; first < ROWS; first = end, end = ROWS)                                      \
      gnnc_sparse_dense(end - first, out, IN, &rows, first, panels, finite, y + first * (out + 1), out + 1);      \
  }                                                                                                               \
  static int same_##out(const problem *p, int finite) {                                                           \
    float *panels = aligned_alloc(64, (GNNC_PANELS(1, out, IN) * 4 + 63) / 64 * 64);                              \
    static float dense[ROWS * (out + 1)], sparse[ROWS * (out + 1)];                                               \
    gnnc_pack_panels(1, out, IN, p->weight, panels);                                                              \
    dense_##out(p, panels, dense);                                                                                \
    sparse_##out(p, panels, finite, sparse);                                                                      \
    free(panels);                                                                                                 \
    int all = 1;                                                                                                  \
    for (int i = 0; i < ROWS * (out + 1); i++)                                                                    \
      all &= isnan(dense[i]) ? isnan(sparse[i]) : memcmp(dense + i, sparse + i, 4) == 0;                          \
    return all;                                                                                                   \
  }

PRODUCTS(1)
PRODUCTS(7)
PRODUCTS(40)
PRODUCTS(100)

static int all_same(const problem *p, int finite) {
  return same_1(p, finite) && same_7(p, finite) && same_40(p, finite) && same_100(p, finite);
}

static void sparse_products_have_the_bits_of_dense_ones(void) {
  problem *p = malloc(sizeof *p);
  for (uint32_t seed = 0; seed < 4; seed++) {
    fill(p, seed);
    check(all_same(p, 1));
    check(all_same(p, 0));
  }
  free(p);
}

static void infinite_inputs_and_weights_come_through(void) {
  problem *p = malloc(sizeof *p);
  fill(p, 77);
  for (uint64_t i = 3; i < p->start[ROWS]; i += 17) p->value[i] = i % 2 ? INFINITY : NAN;
  for (int r = 0; r < ROWS; r++)
    for (uint64_t i = p->start[r]; i < p->start[r + 1]; i++) p->dense[r * IN_STRIDE + p->column[i]] = p->value[i];
  check(all_same(p, 1));
  p->weight[IN / 2] = INFINITY;
  p->weight[3 * IN + 1] = NAN;
  p->weight[30 * IN] = -INFINITY;
  check(all_same(p, 0));
  free(p);
}

void test_sparse(void) {
  what_is_not_plus_zero_is_kept();
  expanding_undoes_compressing();
  infinite_numbers_are_found();
  sparse_products_have_the_bits_of_dense_ones();
  infinite_inputs_and_weights_come_through();
}
