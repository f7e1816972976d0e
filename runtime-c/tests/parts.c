#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gnnc_files.h"
#include "gnnc_kernels.h"

// ------------------------------------------------------------------------------------------------------ products

enum { ROWS = 77, PARTS = 5, WIDTH = 9, IN = PARTS * WIDTH, X_STRIDE = IN + 3, MOST_OUT = 40 };

typedef struct {
  float whole[ROWS * X_STRIDE];  // zeros where a part is left out
  float given[ROWS * X_STRIDE];  // NaN there
  uint8_t filled[ROWS * PARTS];
  double weight[MOST_OUT * IN];
} problem;

static uint32_t next(uint32_t *state) { return *state = *state * 1664525u + 1013904223u, *state >> 8; }

// Rows without any part, with some and with all; sums that underflow to -0, and zeros of both signs.
static void fill(problem *p, uint32_t seed) {
  for (int i = 0; i < MOST_OUT * IN; i++)
    p->weight[i] = ((int)(next(&seed) % 2001) - 1000) * (i / IN % 3 ? 1e-3 : 1e-30);
  for (int r = 0; r < ROWS; r++) {
    const uint32_t share = (uint32_t)r % 5 * 25;
    for (int part = 0; part < PARTS; part++) {
      const uint8_t there = next(&seed) % 100 < share;
      p->filled[r * PARTS + part] = there;
      for (int k = part * WIDTH; k < (part + 1) * WIDTH; k++) {
        const int number = (int)(next(&seed) % 401) - 200;
        const float value = number ? (float)number * (r % 3 ? 1e-3f : 1e-25f) : -0.0f;
        p->whole[r * X_STRIDE + k] = there ? value : 0;
        p->given[r * X_STRIDE + k] = there ? value : NAN;
      }
    }
  }
}

GNNC_INLINE gnnc_lanes twice(const float *const *operands, gnnc_lanes total, size_t i, size_t f) {
  return total + total + gnnc_broadcast(operands[0][i]) + gnnc_broadcast((float)(f / GNNC_LANES));
}

// Whether both ways into arrays with a guard behind each row give the same bits. Takes the zeros that it is to put in.
#define PRODUCTS(out, epilogue)                                                                                  \
  static int same_##out(problem *p, int finite) {                                                                \
    float *const panels = aligned_alloc(64, (GNNC_PANELS(1, out, IN) * 4 + 63) / 64 * 64);                       \
    static float dense[ROWS * (out + 1)], parts[ROWS * (out + 1)];                                               \
    const float *const operands[] = {p->whole};                                                                  \
    gnnc_pack_panels(1, out, IN, p->weight, panels);                                                             \
    gnnc_dense_with(ROWS, out, IN, p->whole, X_STRIDE, panels, dense, out + 1, epilogue, operands);              \
    gnnc_parts_dense_with(ROWS, out, IN, PARTS, p->filled, p->given, X_STRIDE, panels, finite, parts, out + 1,   \
                          epilogue, operands);                                                                   \
    free(panels);                                                                                                \
    int all = 1;                                                                                                 \
    for (int i = 0; i < ROWS * (out + 1); i++)                                                                   \
      all &= isnan(dense[i]) ? isnan(parts[i]) : memcmp(dense + i, parts + i, 4) == 0;                           \
    return all;                                                                                                  \
  }

PRODUCTS(7, NULL)
PRODUCTS(40, twice)

static void products_of_parts_have_the_bits_of_whole_rows(void) {
  problem *const p = malloc(sizeof *p);
  for (uint32_t seed = 0; seed < 4; seed++) {
    fill(p, seed);
    check(same_7(p, 1));
    fill(p, seed);
    check(same_40(p, 1));
    check(same_7(p, 0));
    fill(p, seed);
    check(same_40(p, 0));
  }
  free(p);
}

static void infinite_weights_meet_the_zeros(void) {
  problem *const p = malloc(sizeof *p);
  fill(p, 77);
  p->weight[3 * IN + WIDTH] = INFINITY;
  p->weight[5 * IN + 1] = NAN;
  check(same_7(p, 0));
  fill(p, 77);
  p->weight[3 * IN + WIDTH] = -INFINITY;
  check(same_40(p, 0));
  free(p);
}

// Where all that is there is too small for a float, the zeros make +0 of a -0.
static void a_negative_zero_meets_the_zeros(void) {
  enum { OUT = 7 };
  float panels[GNNC_PANELS(1, OUT, 4)];
  const double weight[OUT * 4] = {-1e-30, -1e-30, 1, 1};
  gnnc_pack_panels(1, OUT, 4, weight, panels);
  float x[] = {1e-30f, 1e-30f, NAN, NAN, 1e-30f, 1e-30f, -0.0f, -0.0f}, y[2 * OUT];
  const uint8_t filled[] = {1, 0, 1, 1};
  gnnc_parts_dense_with(2, OUT, 4, 2, filled, x, 4, panels, 1, y, OUT, NULL, NULL);
  check(y[0] == 0 && !signbit(y[0]) && x[2] == 0);
  check(y[OUT] == 0 && signbit(y[OUT]));
}

// --------------------------------------------------------------------------------------------------------- counts

static void parts_are_counted_once_for_each_row(void) {
  const uint64_t start[] = {0, 4, 4, 5, 7};
  const gnnc_edges edges = {.rows = 4, .start = start};
  const int64_t classes[] = {1, 9, 2, 9, 1, 9, 1, 9, 0, 9, 2, 9, 2, 9};
  check(gnnc_count_parts(&edges, classes, GNNC_I64, 2, 3) == 2 + 0 + 1 + 1);
  check(gnnc_count_parts(&edges, NULL, GNNC_F32, 0, 1) == 3);
  const int32_t outside[] = {0, -1, 3, 0, 2, 0, 0};
  check(gnnc_count_parts(&edges, outside, GNNC_I32, 1, 3) == 1 + 0 + 1 + 1);
}

void test_parts(void) {
  products_of_parts_have_the_bits_of_whole_rows();
  infinite_weights_meet_the_zeros();
  a_negative_zero_meets_the_zeros();
  parts_are_counted_once_for_each_row();
}
