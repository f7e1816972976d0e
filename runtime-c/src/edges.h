// Reading a plain edge list, whatever its integers.
#pragma once
#include "gnnc_files.h"

// Negative numbers come out as very large ones, so that one comparison checks both ends.
static inline uint64_t vertex_at(const void *indices, gnnc_index_kind kind, uint64_t i) {
  switch (kind) {
    case GNNC_INDEX_I32: return (uint64_t)(int64_t)((const int32_t *)indices)[i];
    case GNNC_INDEX_U32: return ((const uint32_t *)indices)[i];
    case GNNC_INDEX_I64: return (uint64_t)((const int64_t *)indices)[i];
    case GNNC_INDEX_U64: return ((const uint64_t *)indices)[i];
  }
  return UINT64_MAX;
}

// Mentions of vertices, and how these are numbered: number[v], or v + base if that is NULL.
typedef struct {
  const void *indices;
  gnnc_index_kind kind;
  uint64_t count;
  const uint32_t *number;
  uint64_t base;
} mentions;

// Adds one to total[n] for each mention of the vertex numbered n, below `numbers`.
void count_numbered(const mentions *of, uint64_t numbers, uint32_t threads, uint64_t *total);

static inline uint64_t in_edge(uint32_t row, uint32_t rank) { return (uint64_t)row << 32 | rank; }

// Memory as malloc gives it, on large pages where that pays; NULL if there is none. For free().
void *large_memory(uint64_t bytes);
