// gcn GRAPH WEIGHTS [OUT.npy]: a 3-layer GCN, 128 -> 256 -> 256 -> 48, written by hand as three stages.
//
// A stage sums the rows of a tile's in-neighbours into a buffer that stays in cache, multiplies it there, and writes only
// what the next stage gathers. The third layer's product runs in the second stage: 48 columns cross an edge more cheaply
// than 256. An edge's weight is scale[u] * scale[v]; scale[v] is applied to whole rows, and from the second layer on
// scale[u] too, when the row that will be gathered is stored.
#include <math.h>
#include "graph.h"
#include "lanes.h"
#include "measure.h"
#include "product.h"

enum { TILE = 120 };                // rows at once, a multiple of every block's; 24 to 120 make no difference
enum { DISTANCE = 4, LINE = 16 };  // rows are asked for so many edges ahead, a cache line of floats at a time
enum { IN = 128, HIDDEN = 256, OUT = 48, SPAN = 512 };

typedef struct {
  Graph graph;
  const float *x;
  const float *weight[3], *bias[3];
  float *scale;   // [vertices]: 1 / sqrt(in-degree, loop counted)
  float *hidden;  // [vertices, HIDDEN]: the first layer's output, times scale
  float *last;    // [vertices, OUT]: the third layer's product, times scale
  float *out;     // [vertices, OUT]
} Gcn;

// The sum of the rows of the sources e ..< end, each times its scale (if given).
INLINE void gather_span(const Graph *g, uint32_t e, uint32_t end, const int width, const float *restrict rows,
                        const float *restrict scale, Lanes *sum) {
  UNROLL for (int r = 0; r < width / LANES; r++) sum[r] = all(0);
  for (; e < end; e++) {
    const float *row = rows + (size_t)g->source[e] * width, *later = rows + (size_t)g->source[e + DISTANCE] * width;
    UNROLL for (int f = 0; f < width; f += LINE) __builtin_prefetch(later + f);
    const Lanes s = scale ? all(scale[g->source[e]]) : all(1);
    UNROLL for (int r = 0; r < width / LANES; r++)
      sum[r] = scale ? fused(s, load(row + r * LANES), sum[r]) : add(load(row + r * LANES), sum[r]);
  }
}

// The sum over all in-edges of v. A hub's is a sum of sums, because one chain of 25,000 additions loses two digits.
INLINE void gather(const Graph *g, uint32_t v, const int width, const float *rows, const float *scale, Lanes *sum) {
  uint32_t begin = g->start[v], end = g->start[v + 1];
  gather_span(g, begin, end - begin < SPAN ? end : begin + SPAN, width, rows, scale, sum);
  while (__builtin_expect(end - begin > SPAN, 0)) {
    begin += SPAN;
    Lanes more[HIDDEN / LANES];
    gather_span(g, begin, end - begin < SPAN ? end : begin + SPAN, width, rows, scale, more);
    UNROLL for (int r = 0; r < width / LANES; r++) sum[r] = add(sum[r], more[r]);
  }
}

INLINE void gather_tile(const Graph *g, uint32_t first, uint32_t count, const int width, const float *rows,
                        const float *scale, float *restrict tile) {
  for (uint32_t i = 0; i < count; i++) {
    Lanes sum[HIDDEN / LANES];
    gather(g, first + i, width, rows, scale, sum);
    UNROLL for (int r = 0; r < width / LANES; r++) store(tile + (size_t)i * width + r * LANES, sum[r]);
  }
}

static void first_layer(const Gcn *m, uint32_t first, uint32_t count, float *tile) {
  const float *scale = m->scale + first;
  gather_tile(&m->graph, first, count, IN, m->x, m->scale, tile);
  product((int)count, HIDDEN, IN, tile, m->weight[0], (Finish){m->bias[0], scale, scale, 1},
          m->hidden + (size_t)first * HIDDEN);
}

static void second_layer_and_product(const Gcn *m, uint32_t first, uint32_t count, float *tile, float *hidden) {
  const float *scale = m->scale + first;
  gather_tile(&m->graph, first, count, HIDDEN, m->hidden, NULL, tile);
  product((int)count, HIDDEN, HIDDEN, tile, m->weight[1], (Finish){m->bias[1], scale, scale, 1}, hidden);
  product((int)count, OUT, HIDDEN, hidden, m->weight[2], (Finish){0}, m->last + (size_t)first * OUT);
}

static void third_sum(const Gcn *m, uint32_t first, uint32_t count) {
  for (uint32_t v = first; v < first + count; v++) {
    Lanes sum[OUT / LANES];
    gather(&m->graph, v, OUT, m->last, NULL, sum);
    UNROLL for (int r = 0; r < OUT / LANES; r++)
      store(m->out + (size_t)v * OUT + r * LANES, fused(all(m->scale[v]), sum[r], load(m->bias[2] + r * LANES)));
  }
}

static void forward(const void *model) {
  const Gcn *m = model;
  const Graph *g = &m->graph;
#pragma omp parallel
  {
    float *tile = floats(TILE * HIDDEN), *hidden = floats(TILE * HIDDEN);
#pragma omp for
    for (uint32_t v = 0; v < g->vertices; v++) m->scale[v] = 1 / sqrtf((float)(g->start[v + 1] - g->start[v]));
#pragma omp for schedule(dynamic, 4)
    for (uint32_t first = 0; first < g->vertices; first += TILE)
      first_layer(m, first, g->vertices - first < TILE ? g->vertices - first : TILE, tile);
#pragma omp for schedule(dynamic, 4)
    for (uint32_t first = 0; first < g->vertices; first += TILE)
      second_layer_and_product(m, first, g->vertices - first < TILE ? g->vertices - first : TILE, tile, hidden);
#pragma omp for schedule(dynamic, 16)
    for (uint32_t first = 0; first < g->vertices; first += TILE)
      third_sum(m, first, g->vertices - first < TILE ? g->vertices - first : TILE);
    free(tile);
    free(hidden);
  }
}

int main(int argc, char **argv) {
  if (argc < 3 || argc > 4) {
    fprintf(stderr, "usage: gcn GRAPH WEIGHTS [OUT.npy]\n");
    return 2;
  }
  uint32_t n;
  float *x = read_features(argv[1], IN, &n);
  Gcn m = {.graph = read_graph(argv[1], n), .x = x};
  const Weights w = read_weights(argv[2]);
  const int widths[] = {IN, HIDDEN, HIDDEN, OUT};
  for (int layer = 0; layer < 3; layer++) {
    const int in = widths[layer], out = widths[layer + 1];
    m.weight[layer] = pack(weight(&w, (size_t)in * out, "convs.%d.lin.weight", layer), in, out);
    m.bias[layer] = weight(&w, (size_t)out, "convs.%d.bias", layer);
  }
  m.scale = floats(n);
  m.hidden = floats((size_t)n * HIDDEN);
  m.last = floats((size_t)n * OUT);
  m.out = floats((size_t)n * OUT);
  measure("gcn", forward, &m);
  if (argc == 4) write_npy(argv[3], "<f4", n, OUT, m.out);
}
