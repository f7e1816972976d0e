// In-edge lists from edge lists, by counting sorts alone.
//
// Edges are counted by row; then spread over buckets, each a stretch of rows with about as many edges as fit a cache;
// then each bucket is sorted by rank and by row in passes of eleven bits. Every step is stable, so edges that nothing
// else tells apart stay in plain order, and no step depends on how many threads take part. What is moved about is a
// row and a rank in one number, and beside it the plain index where that is wanted, in no more bits than it takes.
#include <stdlib.h>
#include <string.h>

#include "edges.h"

enum { MOST_BUCKETS = 2048, LEAST_BUCKET_BITS = 14, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

// In-edges while they are sorted, in arrays of their own for what each consists of.
typedef struct {
  uint64_t *in_edge;  // row << 32 | rank
  uint32_t *edge32;   // plain indices: one of the two, or none
  uint64_t *edge64;
} columns;

// How plain indices are kept.
typedef enum { NO_INDEX, INDEX32, INDEX64 } index_width;

// A stretch of one edge list: the unit of parallel work while edges are read.
typedef struct {
  uint32_t list;
  uint64_t first, last;
} slice;

typedef struct {
  const gnnc_numbered_edges *lists;
  gnnc_csr_mode mode;
  uint64_t ranks;
  const volatile int *stop;
  volatile uint64_t *done;

  slice *slices;
  uint64_t slice_count;
  uint64_t *start;         // by row, before repeats are dropped
  int bucket_bits;         // a row belongs to bucket start[row] >> bucket_bits
  uint64_t buckets;
  uint16_t *bucket_of_row; // a fourth of `start`, so that more of it stays in cache
  uint64_t *place;         // [slice][bucket]: where the slice's next in-edge of the bucket goes
  uint64_t *bucket_row;    // buckets + 1: the first row of each
  uint64_t *bucket_size;   // after repeats are dropped
  uint32_t *distinct;      // by row: in-edges left; GNNC_NEIGHBOURS only
  uint64_t loops;
  index_width width;
  columns sorted;
  int no_memory;
} building;

static int stopped(const building *job) { return (job->stop && *job->stop) || job->no_memory; }

static void progress(const building *job, uint64_t edges) {
  if (job->done) __atomic_fetch_add(job->done, edges, __ATOMIC_RELAXED);
}

static inline uint32_t numbered(const uint32_t *numbers, uint32_t base, uint64_t vertex) {
  return numbers ? numbers[vertex] : base + (uint32_t)vertex;
}

static inline columns columns_from(columns all, uint64_t first) {
  return (columns){.in_edge = all.in_edge + first,
                   .edge32 = all.edge32 ? all.edge32 + first : NULL,
                   .edge64 = all.edge64 ? all.edge64 + first : NULL};
}

static inline void move(columns from, uint64_t i, columns to, uint64_t place) {
  to.in_edge[place] = from.in_edge[i];
  if (from.edge32) to.edge32[place] = from.edge32[i];
  else if (from.edge64) to.edge64[place] = from.edge64[i];
}

// The one or two in-edges that edge e of a list stands for. A self-loop is turned round like any other edge; what
// drops repeats drops that too.
static inline __attribute__((always_inline)) int in_edges_of(const gnnc_numbered_edges *list, gnnc_csr_mode mode,
                                                             uint32_t ranks, uint64_t e, uint64_t out[2]) {
  const uint64_t s = vertex_at(list->edges.source, list->edges.kind, e);
  const uint64_t t = vertex_at(list->edges.target, list->edges.kind, e);
  const int loop = list->loops && s == t;
  out[0] = in_edge(numbered(list->target_row, list->target_base, t),
                   loop ? ranks : numbered(list->source_rank, list->source_base, s));
  if (mode == GNNC_EACH) return 1;
  out[1] = in_edge(numbered(list->source_row, list->source_base, s),
                   loop ? ranks : numbered(list->target_rank, list->target_base, t));
  return 2;
}

static void count_rows(const building *job, const gnnc_numbered_edges *list, uint64_t rows, uint32_t threads) {
  const mentions targets = {.indices = list->edges.target, .kind = list->edges.kind, .count = list->edges.count,
                            .number = list->target_row, .base = list->target_base};
  count_numbered(&targets, rows, threads, job->start);
  if (job->mode == GNNC_NEIGHBOURS) {
    const mentions sources = {.indices = list->edges.source, .kind = list->edges.kind, .count = list->edges.count,
                              .number = list->source_row, .base = list->source_base};
    count_numbered(&sources, rows, threads, job->start);
  }
  progress(job, list->edges.count);
}

static inline __attribute__((always_inline)) void count_slice(building *job, uint64_t s, gnnc_csr_mode mode) {
  const slice here = job->slices[s];
  const gnnc_numbered_edges list = job->lists[here.list];
  uint64_t *const count = job->place + s * job->buckets;
  const uint16_t *const bucket_of_row = job->bucket_of_row;
  uint64_t in[2];
  for (uint64_t e = here.first; e < here.last; e++) {
    const int n = in_edges_of(&list, mode, (uint32_t)job->ranks, e, in);
    for (int i = 0; i < n; i++) count[bucket_of_row[gnnc_row(in[i])]]++;
  }
}

static void count_buckets(void *context, uint64_t s) {
  building *job = context;
  if (stopped(job)) return;
  if (job->mode == GNNC_EACH) count_slice(job, s, GNNC_EACH);
  else count_slice(job, s, GNNC_NEIGHBOURS);
}

static inline __attribute__((always_inline)) void spread_slice(building *job, uint64_t s, gnnc_csr_mode mode,
                                                               index_width width) {
  const slice here = job->slices[s];
  const gnnc_numbered_edges list = job->lists[here.list];
  uint64_t *const place = job->place + s * job->buckets;
  const uint16_t *const bucket_of_row = job->bucket_of_row;
  const columns to = job->sorted;
  uint64_t in[2];
  for (uint64_t e = here.first; e < here.last; e++) {
    const int n = in_edges_of(&list, mode, (uint32_t)job->ranks, e, in);
    for (int i = 0; i < n; i++) {
      const uint64_t at = place[bucket_of_row[gnnc_row(in[i])]]++;
      to.in_edge[at] = in[i];
      if (width == INDEX32) to.edge32[at] = (uint32_t)e;
      else if (width == INDEX64) to.edge64[at] = e;
    }
  }
  progress(job, here.last - here.first);
}

static void spread(void *context, uint64_t s) {
  building *job = context;
  if (stopped(job)) return;
  if (job->mode == GNNC_NEIGHBOURS) spread_slice(job, s, GNNC_NEIGHBOURS, NO_INDEX);
  else if (job->width == INDEX32) spread_slice(job, s, GNNC_EACH, INDEX32);
  else spread_slice(job, s, GNNC_EACH, INDEX64);
}

// ----------------------------------------------------------------------------------------- within one bucket

static void sort_by_rank_digit(columns from, columns to, uint64_t count, int shift) {
  uint64_t place[DIGITS] = {0};
  for (uint64_t i = 0; i < count; i++) place[(from.in_edge[i] >> shift) & (DIGITS - 1)]++;
  for (uint64_t d = 0, sum = 0; d < DIGITS; d++) {
    const uint64_t here = place[d];
    place[d] = sum;
    sum += here;
  }
  for (uint64_t i = 0; i < count; i++) move(from, i, to, place[(from.in_edge[i] >> shift) & (DIGITS - 1)]++);
}

static void sort_by_row(columns from, columns to, uint64_t count, const uint64_t *start, uint64_t first_row,
                        uint64_t last_row, uint64_t *place) {
  for (uint64_t row = first_row; row < last_row; row++) place[row - first_row] = start[row] - start[first_row];
  for (uint64_t i = 0; i < count; i++) move(from, i, to, place[gnnc_row(from.in_edge[i]) - first_row]++);
}

static void copy(columns from, columns to, uint64_t count) {
  memmove(to.in_edge, from.in_edge, count * sizeof *to.in_edge);
  if (to.edge32) memmove(to.edge32, from.edge32, count * sizeof *to.edge32);
  if (to.edge64) memmove(to.edge64, from.edge64, count * sizeof *to.edge64);
}

// Few enough to compare; stable like the rest.
static void sort_by_insertion(columns edges, uint64_t count) {
  for (uint64_t i = 1; i < count; i++) {
    const uint64_t one = edges.in_edge[i];
    const uint64_t index = edges.edge32 ? edges.edge32[i] : edges.edge64 ? edges.edge64[i] : 0;
    uint64_t j = i;
    for (; j > 0 && edges.in_edge[j - 1] > one; j--) move(edges, j - 1, edges, j);
    edges.in_edge[j] = one;
    if (edges.edge32) edges.edge32[j] = (uint32_t)index;
    else if (edges.edge64) edges.edge64[j] = index;
  }
}

// Returns 0 if there is no memory for all of them.
static int make_columns(uint64_t count, index_width width, columns *made) {
  made->in_edge = large_memory(count * sizeof *made->in_edge);
  if (width == INDEX32) made->edge32 = large_memory(count * sizeof *made->edge32);
  if (width == INDEX64) made->edge64 = large_memory(count * sizeof *made->edge64);
  return made->in_edge && (width != INDEX32 || made->edge32) && (width != INDEX64 || made->edge64);
}

static void free_columns(columns all) {
  free(all.in_edge);
  free(all.edge32);
  free(all.edge64);
}

static int sort_bucket(const building *job, uint64_t bucket, columns edges, uint64_t count) {
  enum { FEW = 24 };
  if (count <= FEW) {
    sort_by_insertion(edges, count);
    return 1;
  }
  const uint64_t first_row = job->bucket_row[bucket], last_row = job->bucket_row[bucket + 1];
  columns scratch = {0};
  uint64_t *place = malloc((last_row - first_row) * sizeof *place);
  const int fits = make_columns(count, job->width, &scratch) && place;
  if (fits) {
    columns from = edges, to = scratch;
    for (int shift = 0; shift < 32 && job->ranks >> shift > 0; shift += DIGIT_BITS) {
      sort_by_rank_digit(from, to, count, shift);
      const columns swap = from;
      from = to;
      to = swap;
    }
    sort_by_row(from, to, count, job->start, first_row, last_row, place);
    if (to.in_edge != edges.in_edge) copy(to, edges, count);
  }
  free_columns(scratch);
  free(place);
  return fits;
}

static uint64_t drop_repeats(uint64_t *edges, uint64_t count, uint32_t *distinct) {
  uint64_t kept = 0;
  for (uint64_t i = 0; i < count; i++) {
    if (kept > 0 && edges[kept - 1] == edges[i]) continue;
    edges[kept++] = edges[i];
    distinct[gnnc_row(edges[i])]++;
  }
  return kept;
}

static void finish_bucket(void *context, uint64_t bucket) {
  building *job = context;
  if (stopped(job)) return;
  const uint64_t first = job->start[job->bucket_row[bucket]];
  const uint64_t count = job->start[job->bucket_row[bucket + 1]] - first;
  const columns here = columns_from(job->sorted, first);
  if (!sort_bucket(job, bucket, here, count)) {
    __atomic_store_n(&job->no_memory, 1, __ATOMIC_RELAXED);
    return;
  }
  job->bucket_size[bucket] =
      job->mode == GNNC_NEIGHBOURS ? drop_repeats(here.in_edge, count, job->distinct) : count;
  progress(job, count);
}

// ------------------------------------------------------------------------------------------------- the whole

static uint64_t cut_slices(building *job, uint32_t lists, uint32_t threads) {
  uint64_t edges = 0, count = 0;
  for (uint32_t l = 0; l < lists; l++) edges += job->lists[l].edges.count;
  const uint64_t size = edges / (gnnc_thread_count(threads) * 4) + 1;
  for (uint32_t l = 0; l < lists; l++) count += (job->lists[l].edges.count + size - 1) / size;
  job->slices = malloc((count ? count : 1) * sizeof *job->slices);
  if (!job->slices) return 0;
  for (uint32_t l = 0; l < lists; l++)
    for (uint64_t first = 0; first < job->lists[l].edges.count; first += size) {
      const uint64_t last = first + size < job->lists[l].edges.count ? first + size : job->lists[l].edges.count;
      job->slices[job->slice_count++] = (slice){.list = l, .first = first, .last = last};
    }
  return 1;
}

// From counts to first positions; returns the sum.
static uint64_t sum_before(uint64_t *count, uint64_t rows) {
  uint64_t sum = 0;
  for (uint64_t row = 0; row < rows; row++) {
    const uint64_t here = count[row];
    count[row] = sum;
    sum += here;
  }
  count[rows] = sum;
  return sum;
}

static int cut_buckets(building *job, uint64_t rows, uint64_t edges) {
  job->bucket_bits = LEAST_BUCKET_BITS;
  while (edges >> job->bucket_bits >= MOST_BUCKETS) job->bucket_bits++;
  job->buckets = (edges >> job->bucket_bits) + 1;
  job->bucket_row = malloc((job->buckets + 1) * sizeof *job->bucket_row);
  job->bucket_size = calloc(job->buckets, sizeof *job->bucket_size);
  job->place = calloc(job->slice_count * job->buckets + 1, sizeof *job->place);
  job->bucket_of_row = malloc((rows ? rows : 1) * sizeof *job->bucket_of_row);
  if (!make_columns(edges, job->width, &job->sorted)) return 0;
  if (!job->bucket_row || !job->bucket_size || !job->place || !job->bucket_of_row) return 0;
  uint64_t bucket = 0;
  for (uint64_t row = 0; row < rows; row++) {
    job->bucket_of_row[row] = (uint16_t)(job->start[row] >> job->bucket_bits);
    while (bucket <= job->bucket_of_row[row]) job->bucket_row[bucket++] = row;
  }
  while (bucket <= job->buckets) job->bucket_row[bucket++] = rows;
  return 1;
}

// Where each slice puts its in-edges: after those of earlier slices in the same bucket.
static void place_slices(building *job) {
  for (uint64_t bucket = 0; bucket < job->buckets; bucket++) {
    uint64_t at = job->start[job->bucket_row[bucket]];
    for (uint64_t s = 0; s < job->slice_count; s++) {
      uint64_t *place = &job->place[s * job->buckets + bucket];
      const uint64_t here = *place;
      *place = at;
      at += here;
    }
  }
}

static void close_gaps(building *job, uint64_t rows) {
  uint64_t at = 0;
  for (uint64_t bucket = 0; bucket < job->buckets; bucket++) {
    const uint64_t first = job->start[job->bucket_row[bucket]];
    copy(columns_from(job->sorted, first), columns_from(job->sorted, at), job->bucket_size[bucket]);
    at += job->bucket_size[bucket];
  }
  for (uint64_t row = 0; row < rows; row++) job->start[row] = job->distinct[row];
  sum_before(job->start, rows);
}

static void count_loops(void *context, uint64_t bucket) {
  building *job = context;
  const uint64_t first = job->start[job->bucket_row[bucket]], last = job->start[job->bucket_row[bucket + 1]];
  uint64_t loops = 0;
  for (uint64_t i = first; i < last; i++) loops += gnnc_rank(job->sorted.in_edge[i]) == job->ranks;
  if (loops > 0) __atomic_fetch_add(&job->loops, loops, __ATOMIC_RELAXED);
}

static gnnc_status run(building *job, uint32_t lists, uint64_t rows, uint32_t threads, gnnc_error *error) {
  static const char what[] = "sorting the edges";
  job->start = calloc(rows + 1, sizeof *job->start);
  if (job->mode == GNNC_NEIGHBOURS) job->distinct = calloc(rows ? rows : 1, sizeof *job->distinct);
  if (!job->start || (job->mode == GNNC_NEIGHBOURS && !job->distinct) || !cut_slices(job, lists, threads))
    return gnnc_fail_memory(error, what, rows * 12);
  for (uint32_t l = 0; l < lists && !stopped(job); l++) count_rows(job, &job->lists[l], rows, threads);
  const uint64_t edges = sum_before(job->start, rows);
  const uint64_t bytes = edges * (sizeof(uint64_t) + (job->width == INDEX32 ? 4 : job->width == INDEX64 ? 8 : 0));
  if (!cut_buckets(job, rows, edges)) return gnnc_fail_memory(error, what, bytes);
  gnnc_parallel(threads, job->slice_count, count_buckets, job);
  place_slices(job);
  gnnc_parallel(threads, job->slice_count, spread, job);
  gnnc_parallel(threads, job->buckets, finish_bucket, job);
  if (job->stop && *job->stop) return gnnc_fail_interrupted(error);
  if (job->no_memory) return gnnc_fail_memory(error, what, bytes);
  if (job->mode == GNNC_NEIGHBOURS) close_gaps(job, rows);
  gnnc_parallel(threads, job->buckets, count_loops, job);
  return GNNC_OK;
}

gnnc_status gnnc_csr_build(const gnnc_numbered_edges *lists, uint32_t count, uint64_t rows, uint64_t ranks,
                           gnnc_csr_mode mode, uint32_t threads, const volatile int *stop, volatile uint64_t *done,
                           gnnc_csr *csr, gnnc_error *error) {
  building job = {.lists = lists, .mode = mode, .ranks = ranks, .stop = stop, .done = done};
  for (uint32_t l = 0; l < count && mode == GNNC_EACH; l++)
    if (job.width != INDEX64) job.width = lists[l].edges.count > UINT32_MAX ? INDEX64 : INDEX32;
  const gnnc_status status = run(&job, count, rows, threads, error);
  free(job.slices);
  free(job.place);
  free(job.bucket_row);
  free(job.bucket_of_row);
  free(job.bucket_size);
  free(job.distinct);
  *csr = (gnnc_csr){.rows = rows, .ranks = ranks, .loops = job.loops, .start = job.start,
                    .in_edge = job.sorted.in_edge, .edge32 = job.sorted.edge32, .edge64 = job.sorted.edge64};
  if (status != GNNC_OK) gnnc_csr_free(csr);
  return status;
}

void gnnc_csr_free(gnnc_csr *csr) {
  free(csr->start);
  free(csr->in_edge);
  free(csr->edge32);
  free(csr->edge64);
  *csr = (gnnc_csr){0};
}
