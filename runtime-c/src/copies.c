// What is taken out of finished in-edge lists: the arrays of a partition, and the rows it reads of others.
#include "gnnc_files.h"

void gnnc_csr_sources(const gnnc_csr *csr, uint64_t first, uint64_t last, const uint32_t *row_of_rank,
                      uint32_t *sources) {
  for (uint64_t i = first; i < last; i++) {
    const uint32_t rank = gnnc_rank(csr->in_edge[i]);
    const int loop = rank == csr->ranks;
    sources[i - first] = loop ? gnnc_row(csr->in_edge[i]) : row_of_rank ? row_of_rank[rank] : rank;
  }
}

void gnnc_csr_edges32(const gnnc_csr *csr, uint64_t first, uint64_t last, uint32_t *edges) {
  for (uint64_t i = first; i < last; i++) edges[i - first] = csr->edge32[i];
}

void gnnc_csr_edges64(const gnnc_csr *csr, uint64_t first, uint64_t last, uint64_t *edges) {
  for (uint64_t i = first; i < last; i++) edges[i - first] = csr->edge64[i];
}

void gnnc_csr_loops(const gnnc_csr *csr, uint64_t first, uint64_t last, uint32_t *loops) {
  for (uint64_t row = first; row < last; row++) {
    uint64_t at = csr->start[row + 1];
    while (at > csr->start[row] && gnnc_rank(csr->in_edge[at - 1]) == csr->ranks) at--;
    loops[row - first] = (uint32_t)(csr->start[row + 1] - at);
  }
}

uint64_t gnnc_count_outside(const uint32_t *source, uint64_t count, uint64_t own_first, uint64_t own_last) {
  uint64_t outside = 0;
  for (uint64_t i = 0; i < count; i++) outside += source[i] < own_first || source[i] >= own_last;
  return outside;
}

void gnnc_mark_sources(const uint32_t *source, uint64_t count, uint64_t *bits) {
  for (uint64_t i = 0; i < count; i++) bits[source[i] >> 6] |= 1ull << (source[i] & 63);
}

uint64_t gnnc_marked_rows(const uint64_t *bits, uint64_t limit, uint64_t own_first, uint64_t own_last,
                          uint32_t *rows) {
  uint64_t found = 0;
  for (uint64_t word = 0; word < (limit + 63) / 64; word++) {
    for (uint64_t left = bits[word]; left; left &= left - 1) {
      const uint64_t row = word * 64 + (uint64_t)__builtin_ctzll(left);
      if (row >= limit || (row >= own_first && row < own_last)) continue;
      if (rows) rows[found] = (uint32_t)row;
      found++;
    }
  }
  return found;
}
