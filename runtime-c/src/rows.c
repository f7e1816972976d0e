// Rows of numbers: from a plain file's order and kind to a stored tensor's.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gnnc_files.h"

enum { ROWS_AT_ONCE = 1024 };

static float float_of_half(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 31, fraction = half & 1023;
  uint32_t bits;
  if (exponent == 31) bits = sign | 0x7f800000u | fraction << 13;
  else if (exponent > 0) bits = sign | (exponent + 112) << 23 | fraction << 13;
  else {
    const float small = (float)fraction * 0x1p-24f;
    memcpy(&bits, &small, sizeof bits);
    bits |= sign;
  }
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static float float_at(const void *from, gnnc_number number, uint64_t i) {
  switch (number) {
    case GNNC_FROM_F64: return (float)((const double *)from)[i];
    case GNNC_FROM_F16: return float_of_half(((const uint16_t *)from)[i]);
    case GNNC_FROM_BF16: return gnnc_from_bf16(((const gnnc_bf16 *)from)[i]);
    default: return ((const float *)from)[i];
  }
}

static int64_t integer_at(const void *from, gnnc_number number, uint64_t i) {
  switch (number) {
    case GNNC_FROM_I8: return ((const int8_t *)from)[i];
    case GNNC_FROM_I16: return ((const int16_t *)from)[i];
    case GNNC_FROM_I32: return ((const int32_t *)from)[i];
    case GNNC_FROM_U8: return ((const uint8_t *)from)[i];
    case GNNC_FROM_U16: return ((const uint16_t *)from)[i];
    case GNNC_FROM_U32: return ((const uint32_t *)from)[i];
    default: return ((const int64_t *)from)[i];  // GNNC_FROM_U64 too: past 2^63 it comes out negative
  }
}

static void copy_floats(const gnnc_row_copy *copy, uint64_t at, float *to) {
  if (copy->number == GNNC_FROM_F32) memcpy(to, (const float *)copy->from + at, copy->width * sizeof *to);
  else
    for (uint64_t c = 0; c < copy->width; c++) to[c] = float_at(copy->from, copy->number, at + c);
  for (uint64_t c = copy->width; c < copy->stride; c++) to[c] = 0;
}

static void round_floats(const gnnc_row_copy *copy, uint64_t at, gnnc_bf16 *to) {
  for (uint64_t c = 0; c < copy->stride; c++)
    to[c] = gnnc_to_bf16(c < copy->width ? float_at(copy->from, copy->number, at + c) : 0);
}

static int copy_row(const gnnc_row_copy *copy, uint64_t row, void *to, uint64_t place) {
  const uint64_t at = row * copy->width, first = place * copy->stride;
  int fits = 1;
  switch (copy->element) {
    case GNNC_F32: copy_floats(copy, at, (float *)to + first); break;
    case GNNC_BF16: round_floats(copy, at, (gnnc_bf16 *)to + first); break;
    case GNNC_I32:
      for (uint64_t c = 0; c < copy->stride; c++)
        ((int32_t *)to)[first + c] = c < copy->width ? (int32_t)integer_at(copy->from, copy->number, at + c) : 0;
      break;
    case GNNC_I64:
      for (uint64_t c = 0; c < copy->stride; c++) {
        const int64_t value = c < copy->width ? integer_at(copy->from, copy->number, at + c) : 0;
        if (value < 0 && copy->number == GNNC_FROM_U64) fits = 0;
        ((int64_t *)to)[first + c] = value;
      }
      break;
    case GNNC_BOOL:
      for (uint64_t c = 0; c < copy->stride; c++)
        ((uint8_t *)to)[first + c] = c < copy->width && ((const uint8_t *)copy->from)[at + c] != 0;
      break;
  }
  return fits;
}

typedef struct {
  const gnnc_row_copy *copy;
  uint64_t first, count;
  void *to;
  int fits;
} copying;

static void copy_some(void *context, uint64_t piece) {
  copying *job = context;
  const gnnc_row_copy *copy = job->copy;
  const uint64_t begin = piece * ROWS_AT_ONCE;
  const uint64_t end = begin + ROWS_AT_ONCE < job->count ? begin + ROWS_AT_ONCE : job->count;
  int fits = 1;
  for (uint64_t i = begin; i < end; i++) {
    const uint64_t r = job->first + i;
    const uint64_t row = copy->order32 ? copy->order32[r] : copy->order64 ? copy->order64[r] : r;
    fits &= copy_row(copy, row, job->to, i);
  }
  if (!fits) __atomic_store_n(&job->fits, 0, __ATOMIC_RELAXED);
}

int gnnc_copy_rows(const gnnc_row_copy *copy, uint64_t first, uint64_t count, uint32_t threads, void *to) {
  copying job = {.copy = copy, .first = first, .count = count, .to = to, .fits = 1};
  gnnc_parallel(threads, (count + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE, copy_some, &job);
  return job.fits;
}

void gnnc_to_float(const void *from, gnnc_number number, uint64_t count, float *to) {
  for (uint64_t i = 0; i < count; i++) to[i] = float_at(from, number, i);
}

int gnnc_all_finite(const float *numbers, uint64_t count) {
  int all = 1;
  for (uint64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, numbers + i, sizeof bits);
    all &= (bits & 0x7f800000u) != 0x7f800000u;
  }
  return all;
}

int gnnc_holds_nan(const float *numbers, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    if (isnan(numbers[i])) return 1;
  return 0;
}

static int64_t index_at(const void *base, gnnc_element element, uint64_t place) {
  switch (element) {
    case GNNC_I32: return ((const int32_t *)base)[place];
    case GNNC_I64: return ((const int64_t *)base)[place];
    case GNNC_BOOL: return ((const uint8_t *)base)[place];
    case GNNC_F32:
    case GNNC_BF16: break;
  }
  return -1;  // a float is no index
}

int gnnc_find_outside(const void *base, gnnc_element element, uint32_t stride, uint64_t rows, uint64_t limit,
                      int64_t *found) {
  for (uint64_t r = 0; r < rows; r++) {
    const int64_t number = index_at(base, element, r * stride);
    if (number >= 0 && (uint64_t)number < limit) continue;
    *found = number;
    return 1;
  }
  return 0;
}

uint64_t gnnc_count_parts(const gnnc_edges *edges, const void *classes, gnnc_element element, uint32_t stride,
                          uint32_t parts) {
  uint64_t count = 0;
  if (!classes) {
    for (uint64_t r = 0; r < edges->rows; r++) count += edges->start[r + 1] > edges->start[r];
    return count;
  }
  uint64_t *const last = calloc(parts, sizeof *last);  // the row, from 1 on, that was last seen to have each part
  if (!last) return edges->rows * parts;
  for (uint64_t r = 0; r < edges->rows; r++) {
    for (uint64_t e = edges->start[r]; e < edges->start[r + 1]; e++) {
      const int64_t part = index_at(classes, element, e * stride);
      if (part < 0 || part >= parts || last[part] == r + 1) continue;
      last[part] = r + 1;
      count++;
    }
  }
  free(last);
  return count;
}
