// Rows that are mostly zero: what of them is there, and back.
#include <string.h>

#include "gnnc_files.h"

enum { ROWS_AT_ONCE = 64 };

static uint32_t bits_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

uint64_t gnnc_count_present(const float *numbers, uint64_t count) {
  uint64_t present = 0;
  for (uint64_t i = 0; i < count; i++) present += bits_of(numbers[i]) != 0;
  return present;
}

typedef struct {
  const float *rows;
  uint64_t count, width, stride;
  uint32_t *column;
  float *value;
  uint64_t *present;
} compressing;

static uint64_t compress_row(const float *row, uint64_t width, uint32_t *column, float *value) {
  uint64_t present = 0;
  for (uint64_t c = 0; c < width; c++) {
    if (bits_of(row[c]) == 0) continue;
    column[present] = (uint32_t)c;
    value[present++] = row[c];
  }
  return present;
}

static void compress_some(void *context, uint64_t piece) {
  const compressing *job = context;
  const uint64_t begin = piece * ROWS_AT_ONCE;
  const uint64_t end = begin + ROWS_AT_ONCE < job->count ? begin + ROWS_AT_ONCE : job->count;
  for (uint64_t r = begin; r < end; r++)
    job->present[r] = compress_row(job->rows + r * job->stride, job->width, job->column + r * job->width,
                                   job->value + r * job->width);
}

void gnnc_compress_rows(const float *rows, uint64_t count, uint64_t width, uint64_t stride, uint32_t threads,
                        uint32_t *column, float *value, uint64_t *present) {
  compressing job = {.rows = rows, .count = count, .width = width, .stride = stride, .column = column, .value = value,
                     .present = present};
  gnnc_parallel(threads, (count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE, compress_some, &job);
}

typedef struct {
  const gnnc_sparse_rows *rows;
  uint64_t first, count, stride;
  float *to;
} expanding;

static void expand_some(void *context, uint64_t piece) {
  const expanding *job = context;
  const uint64_t begin = piece * ROWS_AT_ONCE;
  const uint64_t end = begin + ROWS_AT_ONCE < job->count ? begin + ROWS_AT_ONCE : job->count;
  for (uint64_t r = begin; r < end; r++) {
    float *to = job->to + r * job->stride;
    memset(to, 0, job->stride * sizeof *to);
    const uint64_t *start = job->rows->start + job->first + r;
    for (uint64_t i = start[0]; i < start[1]; i++) to[job->rows->column[i]] = job->rows->value[i];
  }
}

void gnnc_expand_rows(const gnnc_sparse_rows *rows, uint64_t first, uint64_t count, uint64_t stride, uint32_t threads,
                      float *to) {
  expanding job = {.rows = rows, .first = first, .count = count, .stride = stride, .to = to};
  gnnc_parallel(threads, (count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE, expand_some, &job);
}
