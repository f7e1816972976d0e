// Looking through plain edge lists: bounds, degrees.
#include <stdlib.h>
#include <string.h>

#include "edges.h"

enum { SLICE = 1 << 18 };

typedef struct {
  const void *indices;
  gnnc_index_kind kind;
  uint64_t count, limit, first_bad;
} finding;

static void find_in_slice(void *context, uint64_t slice) {
  finding *job = context;
  const uint64_t first = slice * SLICE;
  if (__atomic_load_n(&job->first_bad, __ATOMIC_RELAXED) < first) return;
  const uint64_t last = first + SLICE < job->count ? first + SLICE : job->count;
  for (uint64_t i = first; i < last; i++) {
    if (vertex_at(job->indices, job->kind, i) < job->limit) continue;
    uint64_t seen = __atomic_load_n(&job->first_bad, __ATOMIC_RELAXED);
    while (i < seen && !__atomic_compare_exchange_n(&job->first_bad, &seen, i, 1, __ATOMIC_RELAXED,
                                                    __ATOMIC_RELAXED)) {
    }
    return;
  }
}

uint64_t gnnc_find_bad_index(const void *indices, gnnc_index_kind kind, uint64_t count, uint64_t limit,
                             uint32_t threads, int64_t *value) {
  finding job = {.indices = indices, .kind = kind, .count = count, .limit = limit, .first_bad = count};
  gnnc_parallel(threads, (count + SLICE - 1) / SLICE, find_in_slice, &job);
  if (job.first_bad < count) *value = (int64_t)vertex_at(indices, kind, job.first_bad);
  return job.first_bad;
}

typedef struct {
  const void *indices;
  gnnc_index_kind kind;
  uint64_t count, *degree;
} counting;

static void count_slice(void *context, uint64_t slice) {
  const counting *job = context;
  const uint64_t first = slice * SLICE;
  const uint64_t last = first + SLICE < job->count ? first + SLICE : job->count;
  for (uint64_t i = first; i < last; i++)
    __atomic_fetch_add(&job->degree[vertex_at(job->indices, job->kind, i)], 1, __ATOMIC_RELAXED);
}

void gnnc_count_mentions(const void *indices, gnnc_index_kind kind, uint64_t count, uint32_t threads,
                         uint64_t *degree) {
  counting job = {.indices = indices, .kind = kind, .count = count, .degree = degree};
  gnnc_parallel(threads, (count + SLICE - 1) / SLICE, count_slice, &job);
}

// Stable counting sorts by 16 bits of (largest - degree) at a time, lowest first.
int gnnc_order_by_degree(const uint64_t *degree, uint64_t count, uint32_t *vertex_of_rank) {
  enum { DIGITS = 1 << 16 };
  uint32_t *other = malloc((count ? count : 1) * sizeof *other);
  uint64_t *place = malloc(DIGITS * sizeof *place);
  if (!other || !place) {
    free(other);
    free(place);
    return 0;
  }
  uint64_t largest = 0;
  for (uint64_t v = 0; v < count; v++) largest = degree[v] > largest ? degree[v] : largest;
  uint32_t *from = vertex_of_rank, *to = other;
  for (uint64_t v = 0; v < count; v++) from[v] = (uint32_t)v;
  for (int shift = 0; shift < 64 && largest >> shift > 0; shift += 16) {
    memset(place, 0, DIGITS * sizeof *place);
    for (uint64_t v = 0; v < count; v++) place[((largest - degree[v]) >> shift) & (DIGITS - 1)]++;
    for (uint64_t d = 0, sum = 0; d < DIGITS; d++) {
      const uint64_t here = place[d];
      place[d] = sum;
      sum += here;
    }
    for (uint64_t i = 0; i < count; i++)
      to[place[((largest - degree[from[i]]) >> shift) & (DIGITS - 1)]++] = from[i];
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != vertex_of_rank) memcpy(vertex_of_rank, from, count * sizeof *from);
  free(other);
  free(place);
  return 1;
}
