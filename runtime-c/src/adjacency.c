// The joint graph of all types, as METIS and orders of vertices see it.
#include <stdlib.h>

#include "edges.h"

// Leaves the self-loops out and moves the rest together, into the first half of the memory that it was in.
static void take_neighbours(const gnnc_csr *csr, uint64_t *start, uint32_t *neighbour) {
  uint64_t kept = 0, at = 0;
  for (uint64_t v = 0; v < csr->rows; v++) {
    const uint64_t end = start[v + 1];
    for (; at < end; at++) {
      const uint32_t rank = gnnc_rank(csr->in_edge[at]);
      if (rank != csr->ranks) neighbour[kept++] = rank;
    }
    start[v + 1] = kept;
  }
}

gnnc_status gnnc_adjacency_build(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices,
                                 uint32_t threads, const volatile int *stop, volatile uint64_t *done,
                                 gnnc_adjacency *graph, gnnc_error *error) {
  gnnc_csr csr;
  *graph = (gnnc_adjacency){0};
  const gnnc_status status =
      gnnc_csr_build(lists, count, vertices, vertices, GNNC_NEIGHBOURS, threads, stop, done, &csr, error);
  if (status != GNNC_OK) return status;
  uint32_t *neighbour = (uint32_t *)(void *)csr.in_edge;
  take_neighbours(&csr, csr.start, neighbour);
  const uint64_t bytes = csr.start[vertices] * sizeof *neighbour;
  uint32_t *shrunk = realloc(neighbour, bytes ? bytes : 1);
  *graph = (gnnc_adjacency){.vertices = vertices, .start = csr.start, .neighbour = shrunk ? shrunk : neighbour};
  return GNNC_OK;
}

void gnnc_adjacency_free(gnnc_adjacency *graph) {
  free(graph->start);
  free(graph->neighbour);
  *graph = (gnnc_adjacency){0};
}
