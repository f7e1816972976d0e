// One order of the vertices of all types.
#include <stdlib.h>

#include "edges.h"
#include "orders.h"

typedef struct {
  uint64_t *degree;
  uint32_t *vertex_of_number, *number_of_vertex;  // numbers run by falling degree
  gnnc_numbered_edges *numbered;
  gnnc_adjacency graph;
} ordering;

static void count_degrees(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices, uint32_t threads,
                          uint64_t *degree) {
  for (uint32_t l = 0; l < count; l++) {
    const gnnc_edge_list *edges = &lists[l].edges;
    mentions ends = {.indices = edges->source, .kind = edges->kind, .count = edges->count, .base = lists[l].source_base};
    count_numbered(&ends, vertices, threads, degree);
    ends.indices = edges->target;
    ends.base = lists[l].target_base;
    count_numbered(&ends, vertices, threads, degree);
  }
}

// Numbers by falling degree make neighbour lists that are sorted by degree, and what is read most lie together.
static int number_by_degree(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices, uint32_t threads,
                            ordering *job) {
  job->degree = calloc(vertices + 1, sizeof *job->degree);
  job->vertex_of_number = malloc((vertices + 1) * sizeof *job->vertex_of_number);
  job->number_of_vertex = malloc((vertices + 1) * sizeof *job->number_of_vertex);
  job->numbered = malloc((count + 1) * sizeof *job->numbered);
  if (!job->degree || !job->vertex_of_number || !job->number_of_vertex || !job->numbered) return 0;
  count_degrees(lists, count, vertices, threads, job->degree);
  if (!gnnc_order_by_degree(job->degree, vertices, job->vertex_of_number)) return 0;
  for (uint64_t n = 0; n < vertices; n++) job->number_of_vertex[job->vertex_of_number[n]] = (uint32_t)n;
  for (uint32_t l = 0; l < count; l++) {
    const uint32_t *source = job->number_of_vertex + lists[l].source_base;
    const uint32_t *target = job->number_of_vertex + lists[l].target_base;
    job->numbered[l] = (gnnc_numbered_edges){.edges = lists[l].edges, .source_rank = source, .source_row = source,
                                             .target_rank = target, .target_row = target, .loops = lists[l].loops};
  }
  free(job->degree);
  job->degree = NULL;
  return 1;
}

static int order_numbers(const gnnc_adjacency *graph, gnnc_order order, const volatile int *stop,
                         volatile uint64_t *done, uint32_t *numbers, double *modularity) {
  switch (order) {
    case GNNC_BREADTH_FIRST: return order_breadth_first(graph, stop, numbers);
    case GNNC_CUTHILL_MCKEE: return order_cuthill_mckee(graph, stop, numbers);
    case GNNC_COMMUNITIES: return order_communities(graph, stop, done, numbers, modularity);
  }
  return 0;
}

static gnnc_status run(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices, gnnc_order order,
                       uint32_t threads, const volatile int *stop, volatile uint64_t *done, ordering *job,
                       uint32_t *vertex_of_rank, double *modularity, gnnc_error *error) {
  static const char what[] = "ordering the vertices";
  if (!number_by_degree(lists, count, vertices, threads, job)) return gnnc_fail_memory(error, what, vertices * 16);
  const gnnc_status status =
      gnnc_adjacency_build(job->numbered, count, vertices, threads, stop, done, &job->graph, error);
  if (status != GNNC_OK) return status;
  if (!order_numbers(&job->graph, order, stop, done, vertex_of_rank, modularity))
    return gnnc_fail_memory(error, what, vertices * 44);
  if (stop && *stop) return gnnc_fail_interrupted(error);
  for (uint64_t r = 0; r < vertices; r++) vertex_of_rank[r] = job->vertex_of_number[vertex_of_rank[r]];
  return GNNC_OK;
}

gnnc_status gnnc_order_vertices(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices, gnnc_order order,
                                uint32_t threads, const volatile int *stop, volatile uint64_t *done,
                                uint32_t *vertex_of_rank, double *modularity, gnnc_error *error) {
  ordering job = {0};
  *modularity = 0;
  const gnnc_status status =
      run(lists, count, vertices, order, threads, stop, done, &job, vertex_of_rank, modularity, error);
  free(job.degree);
  free(job.vertex_of_number);
  free(job.number_of_vertex);
  free(job.numbered);
  gnnc_adjacency_free(&job.graph);
  return status;
}

void gnnc_take_type(const uint32_t *order, uint64_t vertices, uint64_t first, uint64_t last, uint32_t *own) {
  for (uint64_t i = 0; i < vertices; i++)
    if (order[i] >= first && order[i] < last) *own++ = (uint32_t)(order[i] - first);
}
