// In-edge lists against a sort by comparison, on random graphs with loops, parallel edges and hubs.
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gnnc_files.h"

static uint64_t state = 1;
static uint64_t next(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 33;
}

// One in-edge, as it is sorted here.
typedef struct {
  uint32_t rank, row;
  uint64_t edge;
} in_edge;

static int compare(const void *a, const void *b) {
  const in_edge *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  return x->edge < y->edge ? -1 : x->edge > y->edge;
}

static uint32_t *shuffled(uint32_t count) {
  uint32_t *numbers = malloc((count + 1) * sizeof *numbers);
  for (uint32_t i = 0; i < count; i++) numbers[i] = i;
  for (uint32_t i = count; i-- > 1;) {
    const uint32_t j = (uint32_t)(next() % (i + 1)), t = numbers[i];
    numbers[i] = numbers[j];
    numbers[j] = t;
  }
  return numbers;
}

static uint64_t expected(const int64_t *index, uint64_t edges, const uint32_t *rank, const uint32_t *row,
                         uint32_t ranks, gnnc_csr_mode mode, in_edge *out) {
  uint64_t count = 0;
  for (uint64_t e = 0; e < edges; e++) {
    const int64_t s = index[e], t = index[edges + e];
    out[count++] = (in_edge){.rank = s == t ? ranks : rank[s], .row = row[t], .edge = e};
    if (mode == GNNC_NEIGHBOURS && s != t) out[count++] = (in_edge){.rank = rank[t], .row = row[s], .edge = e};
  }
  qsort(out, count, sizeof *out, compare);
  if (mode == GNNC_EACH) return count;
  uint64_t kept = 0;
  for (uint64_t i = 0; i < count; i++)
    if (kept == 0 || out[kept - 1].row != out[i].row || out[kept - 1].rank != out[i].rank) out[kept++] = out[i];
  return kept;
}

static void compare_with_sort(uint32_t vertices, uint64_t edges, gnnc_csr_mode mode, uint32_t threads) {
  int64_t *index = malloc((edges * 2 + 1) * sizeof *index);
  for (uint64_t i = 0; i < edges * 2; i++) index[i] = (int64_t)(next() % (next() % 3 ? vertices : 1 + vertices / 9));
  uint32_t *rank = shuffled(vertices), *row = shuffled(vertices);
  const gnnc_numbered_edges list = {
      .edges = {.source = index, .target = index + edges, .kind = GNNC_INDEX_I64, .count = edges},
      .source_rank = rank, .source_row = row, .target_rank = rank, .target_row = row, .loops = 1};
  in_edge *want = malloc((edges * 2 + 1) * sizeof *want);
  const uint64_t count = expected(index, edges, rank, row, vertices, mode, want);
  gnnc_csr csr;
  gnnc_error error;
  check(gnnc_csr_build(&list, 1, vertices, vertices, mode, threads, NULL, NULL, &csr, &error) == GNNC_OK);
  check(csr.start[0] == 0 && csr.start[vertices] == count);
  uint64_t loops = 0, wrong = 0;
  for (uint64_t i = 0; i < count; i++) {
    loops += want[i].rank == vertices;
    wrong += want[i].rank != gnnc_rank(csr.in_edge[i]) || want[i].row != gnnc_row(csr.in_edge[i]);
    wrong += mode == GNNC_EACH && want[i].edge != csr.edge32[i];
    wrong += i < csr.start[want[i].row] || i >= csr.start[want[i].row + 1];
  }
  check(wrong == 0 && loops == csr.loops);
  gnnc_csr_free(&csr);
  free(want);
  free(rank);
  free(row);
  free(index);
}

static void two_lists_share_rows(void) {
  const uint32_t first[] = {0, 1, 1, 0}, second[] = {2, 0};  // vertex 2 of the second list is row 0 + base 5
  const gnnc_numbered_edges lists[] = {
      {.edges = {first, first + 2, GNNC_INDEX_U32, 2}, .loops = 1},
      {.edges = {second, second + 1, GNNC_INDEX_U32, 1}, .source_base = 5, .target_base = 0}};
  gnnc_csr csr;
  gnnc_error error;
  check(gnnc_csr_build(lists, 2, 8, 8, GNNC_NEIGHBOURS, 2, NULL, NULL, &csr, &error) == GNNC_OK);
  uint32_t sources[8];
  check(csr.start[8] == 4);
  gnnc_csr_sources(&csr, 0, 4, NULL, sources);
  check(sources[0] == 1 && sources[1] == 7 && sources[2] == 0 && sources[3] == 0);
  gnnc_csr_free(&csr);
}

static void loops_end_their_rows(void) {
  const int32_t source[] = {1, 0, 1, 0}, target[] = {1, 1, 1, 0};
  const gnnc_numbered_edges list = {.edges = {source, target, GNNC_INDEX_I32, 4}, .loops = 1};
  gnnc_csr csr;
  gnnc_error error;
  check(gnnc_csr_build(&list, 1, 2, 2, GNNC_EACH, 1, NULL, NULL, &csr, &error) == GNNC_OK);
  uint32_t loops[2], sources[4], edges[4];
  gnnc_csr_loops(&csr, 0, 2, loops);
  gnnc_csr_sources(&csr, 0, 4, NULL, sources);
  gnnc_csr_edges32(&csr, 0, 4, edges);
  check(loops[0] == 1 && loops[1] == 2 && csr.loops == 3);
  check(sources[0] == 0 && sources[1] == 0 && sources[2] == 1 && sources[3] == 1);
  check(edges[0] == 3 && edges[1] == 1 && edges[2] == 0 && edges[3] == 2);
  gnnc_csr_free(&csr);
}

static void a_stop_is_heeded(void) {
  const int stop = 1;
  const int32_t ends[] = {0, 0};
  const gnnc_numbered_edges list = {.edges = {ends, ends + 1, GNNC_INDEX_I32, 1}, .loops = 1};
  gnnc_csr csr;
  gnnc_error error;
  check(gnnc_csr_build(&list, 1, 1, 1, GNNC_EACH, 1, &stop, NULL, &csr, &error) == GNNC_INTERRUPTED);
}

static void marked_rows_leave_out_the_own(void) {
  const uint32_t sources[] = {3, 70, 3, 5, 64};
  uint64_t bits[2] = {0};
  uint32_t rows[4];
  gnnc_mark_sources(sources, 5, bits);
  check(gnnc_marked_rows(bits, 71, 5, 64, NULL) == 3);
  check(gnnc_marked_rows(bits, 71, 5, 64, rows) == 3 && rows[0] == 3 && rows[1] == 64 && rows[2] == 70);
}

void test_csr(void) {
  for (uint32_t threads = 1; threads <= 3; threads++)
    for (int mode = 0; mode < 2; mode++) {
      compare_with_sort(1, 0, (gnnc_csr_mode)mode, threads);
      compare_with_sort(1, 40, (gnnc_csr_mode)mode, threads);
      compare_with_sort(7, 15, (gnnc_csr_mode)mode, threads);
      compare_with_sort(300, 3000, (gnnc_csr_mode)mode, threads);
      compare_with_sort(5000, 200000, (gnnc_csr_mode)mode, threads);
    }
  two_lists_share_rows();
  loops_end_their_rows();
  a_stop_is_heeded();
  marked_rows_leave_out_the_own();
}
