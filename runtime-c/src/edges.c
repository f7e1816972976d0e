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

// Each worker counts a stretch of its own into an array of its own: adding to one shared array would need locked
// instructions, and those cannot overlap their cache misses.
typedef struct {
  const mentions *of;
  uint64_t workers, numbers, *total;
  uint32_t *partial;
} counting;

static inline uint64_t number_at(const mentions *m, uint64_t i) {
  const uint64_t vertex = vertex_at(m->indices, m->kind, i);
  return m->number ? m->number[vertex] : m->base + vertex;
}

static void count_share(void *context, uint64_t worker) {
  const counting *job = context;
  uint32_t *partial = job->partial + worker * job->numbers;
  const uint64_t first = job->of->count / job->workers * worker;
  const uint64_t last = worker + 1 == job->workers ? job->of->count : job->of->count / job->workers * (worker + 1);
  for (uint64_t i = first; i < last; i++) partial[number_at(job->of, i)]++;
}

static void add_shares(void *context, uint64_t slice) {
  const counting *job = context;
  const uint64_t first = slice * SLICE;
  const uint64_t last = first + SLICE < job->numbers ? first + SLICE : job->numbers;
  for (uint64_t worker = 0; worker < job->workers; worker++)
    for (uint64_t n = first; n < last; n++) job->total[n] += job->partial[worker * job->numbers + n];
}

void count_numbered(const mentions *of, uint64_t numbers, uint32_t threads, uint64_t *total) {
  counting job = {.of = of, .numbers = numbers, .total = total, .workers = gnnc_thread_count(threads)};
  // No more memory than sixteen bytes a mention, and no count past 32 bits.
  if (job.workers > of->count * 4 / (numbers + 1)) job.workers = of->count * 4 / (numbers + 1);
  if (job.workers > 1 && of->count < UINT32_MAX) job.partial = calloc(job.workers * numbers, sizeof *job.partial);
  if (!job.partial) {
    for (uint64_t i = 0; i < of->count; i++) total[number_at(of, i)]++;
    return;
  }
  gnnc_parallel(threads, job.workers, count_share, &job);
  gnnc_parallel(threads, (numbers + SLICE - 1) / SLICE, add_shares, &job);
  free(job.partial);
}

void gnnc_count_mentions(const void *indices, gnnc_index_kind kind, uint64_t count, uint64_t vertices,
                         uint32_t threads, uint64_t *degree) {
  const mentions all = {.indices = indices, .kind = kind, .count = count};
  count_numbered(&all, vertices, threads, degree);
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
