// A graph for the limit programs: the in-edges of each vertex, grouped, its own loop first, then in the order of the file.
#pragma once
#include "files.h"

typedef struct {
  uint32_t vertices;
  uint32_t edges;    // loops counted
  uint32_t *start;   // vertices + 1: the in-edges of v are start[v] .. start[v + 1]
  uint32_t *source;  // edges, and AHEAD more that repeat the last, so that prefetching needs no test
} Graph;

enum { AHEAD = 16 };

// DIRECTORY/index.npy is int64 [2, edges], sources then targets. Both models replace the loops of a vertex by one, which
// is added here; loops in the file are refused.
static inline Graph read_graph(const char *directory, uint32_t vertices) {
  char *path = join(directory, "index.npy");
  const Array index = read_npy(path, "<i8");
  if (index.rows != 2 || index.columns + vertices > UINT32_MAX - AHEAD) fail("%s: not [2, edges] of fewer than 2^32", path);
  const int64_t *from = index.data, *to = from + index.columns;
  Graph g = {.vertices = vertices, .edges = (uint32_t)index.columns + vertices};
  g.start = memory((vertices + 2) * sizeof *g.start);
  g.source = memory((g.edges + AHEAD) * sizeof *g.source);
  for (uint32_t v = 0; v < vertices + 2; v++) g.start[v] = v > 1;
  for (size_t e = 0; e < index.columns; e++) {
    if (from[e] < 0 || to[e] < 0 || from[e] >= vertices || to[e] >= vertices || from[e] == to[e])
      fail("%s: edge %zu: out of range, or a loop", path, e);
    g.start[to[e] + 2]++;
  }
  // start[v + 1] is where the next in-edge of v goes while they are placed, and so where they end afterwards
  for (uint32_t v = 2; v < vertices + 2; v++) g.start[v] += g.start[v - 1];
  for (uint32_t v = 0; v < vertices; v++) g.source[g.start[v + 1]++] = v;
  for (size_t e = 0; e < index.columns; e++) g.source[g.start[to[e] + 1]++] = (uint32_t)from[e];
  for (uint32_t e = g.edges; e < g.edges + AHEAD; e++) g.source[e] = vertices - 1;
  free(index.data);
  free(path);
  return g;
}

// The features of a plain graph directory: float32 [vertices, width].
static inline float *read_features(const char *directory, size_t width, uint32_t *vertices) {
  char *path = join(directory, "x.npy");
  const Array x = read_npy(path, "<f4");
  if (x.columns != width || x.rows > UINT32_MAX) fail("%s: %zu wide, not %zu", path, x.columns, width);
  *vertices = (uint32_t)x.rows;
  free(path);
  return x.data;
}
