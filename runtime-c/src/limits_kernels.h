// The loops of limits.c for one width of registers: included once for each, with LANES floats in a register, TARGET the
// attribute that lets a function use them, FMA(a, b, c), BLOCK_ROWS and NAMED(name).

typedef float NAMED(lanes) __attribute__((vector_size(LANES * sizeof(float))));
typedef uint32_t NAMED(words) __attribute__((vector_size(LANES * sizeof(uint32_t))));

// `count` is a multiple of 128.
TARGET static uint32_t NAMED(read)(const uint32_t *from, size_t count) {
  enum { AT_ONCE = 128 / LANES };
  NAMED(words) sum[AT_ONCE] = {{0}};
  for (size_t i = 0; i < count; i += 128) {
    LIMITS_UNROLL
    for (int r = 0; r < AT_ONCE; r++) {
      NAMED(words) value;
      memcpy(&value, from + i + r * LANES, sizeof value);
      sum[r] += value;
    }
  }
  uint32_t all = 0;
  for (int r = 0; r < AT_ONCE; r++)
    for (int l = 0; l < LANES; l++) all += sum[r][l];
  return all;
}

TARGET static void NAMED(triad)(float *restrict to, const float *restrict b, const float *restrict c, size_t count) {
  for (size_t i = 0; i < count; i += LANES) {
    NAMED(lanes) x, y;
    memcpy(&x, b + i, sizeof x);
    memcpy(&y, c + i, sizeof y);
    x = x + 3.0f * y;
    memcpy(to + i, &x, sizeof x);
  }
}

// Rows are asked for `ahead` edges before they are read; 0: not at all. With `from` NULL rows are those that
// limits_row makes of the edge's number.
TARGET static uint32_t NAMED(gather)(const gather_loop *loop, const gnnc_gathering *list, uint64_t first,
                                     uint64_t last) {
  const char *const rows = list->rows;
  const size_t whole = list->bytes / (4 * LANES) * (4 * LANES);
  NAMED(words) sum[4] = {{0}};
  uint32_t all = 0;
  for (uint64_t e = first; e < last; e++) {
    if (loop->ahead) {
      const char *next = rows + (size_t)limits_row(loop, list, e + loop->ahead) * list->row_bytes;
      for (size_t b = 0; b < list->bytes; b += 64) __builtin_prefetch(next + b);
    }
    const char *row = rows + (size_t)limits_row(loop, list, e) * list->row_bytes;
    size_t b = 0;
    for (; b + 16 * LANES <= whole; b += 16 * LANES) {
      LIMITS_UNROLL
      for (int r = 0; r < 4; r++) {
        NAMED(words) value;
        memcpy(&value, row + b + r * 4 * LANES, sizeof value);
        sum[r] += value;
      }
    }
    for (; b < whole; b += 4 * LANES) {
      NAMED(words) value;
      memcpy(&value, row + b, sizeof value);
      sum[0] += value;
    }
    for (; b + 4 <= list->bytes; b += 4) {
      uint32_t value;
      memcpy(&value, row + b, sizeof value);
      all += value;
    }
    for (; b < list->bytes; b++) all += (unsigned char)row[b];
  }
  for (int r = 0; r < 4; r++)
    for (int l = 0; l < LANES; l++) all += sum[r][l];
  return all;
}

// y[i, c] = sum over k of x[i, k] * panel[k, c] for BLOCK_ROWS rows and three registers of columns, as gnnc_dense_block
// computes it.
TARGET static void NAMED(block)(const float *restrict x, const float *restrict panel, float *restrict y) {
  NAMED(lanes) sum[BLOCK_ROWS][3] = {{{0}}};
  for (int k = 0; k < BLOCK_INPUTS; k++) {
    NAMED(lanes) w[3];
    memcpy(w, panel + (size_t)k * 3 * LANES, sizeof w);
    LIMITS_UNROLL
    for (int i = 0; i < BLOCK_ROWS; i++) {
      const NAMED(lanes) a = x[i * BLOCK_INPUTS + k] - (NAMED(lanes)){0};
      LIMITS_UNROLL
      for (int r = 0; r < 3; r++) sum[i][r] = FMA(a, w[r], sum[i][r]);
    }
  }
  memcpy(y, sum, sizeof sum);
}

// The flops of `rounds` blocks.
TARGET static double NAMED(multiply_add)(uint64_t rounds, float *sink) {
  _Alignas(64) float x[BLOCK_ROWS * BLOCK_INPUTS], panel[BLOCK_INPUTS * 3 * LANES], y[BLOCK_ROWS * 3 * LANES];
  for (int i = 0; i < BLOCK_ROWS * BLOCK_INPUTS; i++) x[i] = 1.0f / (float)(i + 1);
  for (int i = 0; i < BLOCK_INPUTS * 3 * LANES; i++) panel[i] = 1.0f / (float)(i + 2);
  for (uint64_t r = 0; r < rounds; r++) {
    NAMED(block)(x, panel, y);
    x[r % (BLOCK_ROWS * BLOCK_INPUTS)] = y[r % (BLOCK_ROWS * 3 * LANES)];
  }
  *sink = x[0];
  return (double)rounds * 2 * BLOCK_ROWS * BLOCK_INPUTS * 3 * LANES;
}

static const limits_kernels NAMED(kernels) = {NAMED(read), NAMED(triad), NAMED(gather), NAMED(multiply_add)};

#undef LANES
#undef TARGET
#undef FMA
#undef BLOCK_ROWS
#undef NAMED
