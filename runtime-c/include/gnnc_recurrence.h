// What emitted C needs beside gnnc_kernels.h for an LSTM over the in-edges of each row, in plain order.
//
// The rows of a tile take their steps together, so that one product serves them all. Each has a slot, until its last
// step, or until a padded step leaves its state as it was, bit for bit: further ones would too. Which rows share a tile
// changes no bit, since every number of a product is a chain of its own.
#pragma once
#include "gnnc_kernels.h"

// A row of a tile on its way.
typedef struct {
  uint32_t row;           // of the tile
  uint32_t edges;         // steps that it takes along its in-edges; those behind are padded
  const uint32_t *order;  // its in-edges in plain order, counted from the row's first; without an added self-loop
} gnnc_slot;

// The in-edges of the longest row of the whole graph: how many steps every row takes.
GNNC_INLINE uint64_t gnnc_longest(const gnnc_edges *edges, const gnnc_loops loops) {
  return loops == GNNC_LOOPS_KEPT ? edges->longest : edges->longest_of_others + (loops == GNNC_LOOPS_ADDED);
}

GNNC_INLINE uint64_t gnnc_plain_number(const gnnc_edges *edges, uint64_t e) {
  return edges->plain ? edges->plain[e] : edges->wide_plain[e];
}

// Moves the entry at `root` down to its place in a heap whose largest plain number stands first.
static inline __attribute__((unused)) void gnnc_sift(const gnnc_edges *edges, uint64_t start, uint32_t *order,
                                                     uint32_t root, uint32_t count) {
  const uint32_t moved = order[root];
  const uint64_t number = gnnc_plain_number(edges, start + moved);
  for (;;) {
    uint64_t child = 2 * (uint64_t)root + 1;
    if (child >= count) break;
    if (child + 1 < count && gnnc_plain_number(edges, start + order[child + 1]) >
                                 gnnc_plain_number(edges, start + order[child]))
      child++;
    if (gnnc_plain_number(edges, start + order[child]) < number) break;
    order[root] = order[child];
    root = (uint32_t)child;
  }
  order[root] = moved;
}

// The `count` edges from `start` on, in plain order. In place, so that the longest row needs no more memory.
static inline __attribute__((unused)) void gnnc_plain_order(const gnnc_edges *edges, uint64_t start, uint32_t count,
                                                            uint32_t *order) {
  int in_order = 1;
  for (uint32_t k = 0; k < count; k++) {
    order[k] = k;
    if (k > 0 && gnnc_plain_number(edges, start + k) < gnnc_plain_number(edges, start + k - 1)) in_order = 0;
  }
  if (in_order) return;
  for (uint32_t root = count / 2; root-- > 0;) gnnc_sift(edges, start, order, root, count);
  for (uint32_t last = count - 1; last > 0; last--) {
    const uint32_t largest = order[0];
    order[0] = order[last];
    order[last] = largest;
    gnnc_sift(edges, start, order, 0, last);
  }
}

// Gives the rows of a tile slots and their in-edges an order, in `order`; returns how many slots. One row without
// in-edges stands for all, and none has a slot once such a row has `rested`.
static inline __attribute__((unused)) uint32_t gnnc_line_up(const gnnc_edges *edges, gnnc_tile tile,
                                                            const gnnc_loops loops, int rested, uint32_t *order,
                                                            gnnc_slot *slot) {
  uint32_t slots = 0;
  for (uint32_t i = 0; i < tile.rows; i++) {
    const uint64_t row = tile.first + i;
    uint64_t listed = gnnc_in_edges(edges, row);
    if (loops != GNNC_LOOPS_KEPT) listed -= gnnc_self_loops(edges, row);
    const uint32_t length = (uint32_t)listed + (loops == GNNC_LOOPS_ADDED);
    if (length == 0 && rested) continue;
    rested |= length == 0;
    gnnc_plain_order(edges, edges->start[row], (uint32_t)listed, order);
    slot[slots++] = (gnnc_slot){.row = i, .edges = length, .order = order};
    order += listed;
  }
  return slots;
}

// The in-edge of a slot's next step, alone in its span; an added self-loop comes last.
GNNC_INLINE gnnc_span gnnc_next_edge(const gnnc_edges *edges, gnnc_tile tile, const gnnc_loops loops,
                                     const gnnc_slot *slot, uint64_t step) {
  const uint64_t row = tile.first + slot->row;
  const uint32_t loop = loops == GNNC_LOOPS_ADDED && step + 1 == slot->edges;
  const uint64_t e = edges->start[row] + (loop ? step : slot->order[step]);
  return (gnnc_span){row, e, e + 1 - loop, loop, GNNC_ROW};
}

// One step of each slot: gates i, f, g, o are those of its edge plus the recurrent product. `moved` is 0 where the state
// came out as it went in.
GNNC_INLINE void gnnc_lstm_step(uint32_t slots, const int width, const float *restrict gates,
                                const float *restrict product, size_t gate_stride, float *restrict hidden,
                                float *restrict cell, size_t stride, uint32_t *restrict moved) {
  for (uint32_t s = 0; s < slots; s++) {
    const float *restrict const x = gates + s * gate_stride, *restrict const r = product + s * gate_stride;
    float *restrict const h = hidden + s * stride, *restrict const c = cell + s * stride;
    uint32_t differing = 0;
#pragma omp simd reduction(| : differing)
    for (int f = 0; f < width; f++) {
      const float input = gnnc_sigmoid(x[f] + r[f]);
      const float forget = gnnc_sigmoid(x[width + f] + r[width + f]);
      const float candidate = gnnc_tanh(x[2 * width + f] + r[2 * width + f]);
      const float output = gnnc_sigmoid(x[3 * width + f] + r[3 * width + f]);
      const float next = __builtin_fmaf(forget, c[f], input * candidate);
      const float shown = output * gnnc_tanh(next);
      differing |= (gnnc_bits(next) ^ gnnc_bits(c[f])) | (gnnc_bits(shown) ^ gnnc_bits(h[f]));
      c[f] = next;
      h[f] = shown;
    }
    moved[s] = differing;
  }
}
