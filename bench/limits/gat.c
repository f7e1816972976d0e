// gat GRAPH WEIGHTS [OUT.npy]: a 3-layer GAT, 128 -> 4x64 -> 4x64 -> mean of 4x48, written by hand as four stages.
//
// project; attend and project; attend and project; attend. The scores, the softmax and the weighted sum of a vertex
// happen in one sweep over its in-edges, some edges at once, so nothing the size of the edges is stored.
#include "graph.h"
#include "lanes.h"
#include "measure.h"
#include "product.h"

enum { TILE = 120 };                // rows at once, a multiple of every block's; 24 to 120 make no difference
enum { DISTANCE = 4, LINE = 16 };  // rows are asked for so many edges ahead, a cache line of floats at a time
enum { IN = 128, HEADS = 4, WIDTH = 64, HIDDEN = HEADS * WIDTH, LAST_WIDTH = 48, LAST = HEADS * LAST_WIDTH };
enum { EDGES = 16, SCORES = EDGES * HEADS };  // so many edges are scored at once
enum { SPAN = 512 };                           // so many are summed in one chain

// What a layer's attention reads: every vertex's projection, and the two halves of its scores.
typedef struct {
  float *rows;  // [vertices, HEADS, width]
  float *from;  // [vertices, HEADS]: as a source
  float *to;    // [vertices, HEADS]: as a target
} Projected;

typedef struct {
  Graph graph;
  const float *x;
  const float *weight[3], *bias[3], *att_src[3], *att_dst[3];
  Projected odd, even;  // the first and third layer use one, the second the other
  float *out;           // [vertices, LAST_WIDTH]
} Gat;

// The largest score of each head over v's in-edges. The leaky relu is monotone, so the largest source half decides.
INLINE void largest_scores(const Graph *g, const Projected p, uint32_t v, float *top) {
  __m128 most = _mm_loadu_ps(p.from + (size_t)v * HEADS);
  for (uint32_t e = g->start[v]; e < g->start[v + 1]; e++)
    most = _mm_max_ps(_mm_loadu_ps(p.from + (size_t)g->source[e] * HEADS), most);  // a NaN here comes back in score
  most = _mm_add_ps(most, _mm_loadu_ps(p.to + (size_t)v * HEADS));
  _mm_storeu_ps(top, _mm_max_ps(_mm_mul_ps(_mm_set1_ps(0.2f), most), most));
}

INLINE Lanes repeated(const float *four) {
#if AVX512
  return _mm512_broadcast_f32x4(_mm_loadu_ps(four));
#else
  return _mm256_broadcast_ps((const __m128 *)four);
#endif
}

// alpha [EDGES, HEADS] = exp(score - top) of `count` edges, 0 for the others; added to `totals`, edges by lanes.
INLINE void score(const Projected p, const uint32_t *source, int count, Lanes to, Lanes top, float *alpha, Lanes *totals) {
  for (int e = 0; e < count; e++) _mm_store_ps(alpha + e * HEADS, _mm_loadu_ps(p.from + (size_t)source[e] * HEADS));
  for (int e = count; e % (LANES / HEADS); e++) _mm_store_ps(alpha + e * HEADS, _mm_set1_ps(-1.0f / 0.0f));
  for (int s = 0; s < count * HEADS; s += LANES) {
    const Lanes above = leaky_relu(add(load(alpha + s), to), 0.2f);
    const Lanes a = exp_below_zero(fused(top, all(-1), above));
    store(alpha + s, a);
    *totals = add(*totals, a);
  }
}

// sum [HEADS * width] = the rows of the sources e ..< end, each head times its exp(score - top); totals = the weights' sums.
INLINE void attend_span(const Graph *g, const Projected p, uint32_t e, uint32_t end, Lanes to, Lanes top, const int width,
                        Lanes *sum, Lanes *totals) {
  const int registers = width / LANES, row_width = HEADS * width;
  float alpha[SCORES] __attribute__((aligned(64)));
  *totals = all(0);
  UNROLL for (int r = 0; r < HEADS * registers; r++) sum[r] = all(0);
  for (; e < end; e += EDGES) {
    const int count = end - e < EDGES ? (int)(end - e) : EDGES;
    const uint32_t *source = g->source + e;
    score(p, source, count, to, top, alpha, totals);
    // as many heads at once as have sums in registers: all, or one
    enum { AT_ONCE = REGISTERS == 32 ? HEADS : 1 };
    UNROLL for (int first = 0; first < HEADS; first += AT_ONCE)
      for (int i = 0; i < count; i++) {
        const float *row = p.rows + (size_t)source[i] * row_width, *later = p.rows + (size_t)source[i + DISTANCE] * row_width;
        if (first == 0) UNROLL for (int f = 0; f < row_width; f += LINE) __builtin_prefetch(later + f);
        UNROLL for (int h = first; h < first + AT_ONCE; h++) {
          const Lanes a = all(alpha[i * HEADS + h]);
          UNROLL for (int r = h * registers; r < (h + 1) * registers; r++)
            sum[r] = fused(a, load(row + r * LANES), sum[r]);
        }
      }
  }
}

// sum [HEADS * width] = for each head, the softmax-weighted sum of the rows of v's in-neighbours. A hub's is a sum of sums,
// because one chain of 25,000 additions loses two digits.
INLINE void attend(const Graph *g, const Projected p, uint32_t v, const int width, Lanes *sum) {
  const int registers = width / LANES;
  float largest[HEADS], by_lane[LANES];
  largest_scores(g, p, v, largest);
  const Lanes to = repeated(p.to + (size_t)v * HEADS), top = repeated(largest);
  Lanes totals;
  uint32_t begin = g->start[v], end = g->start[v + 1];
  attend_span(g, p, begin, end - begin < SPAN ? end : begin + SPAN, to, top, width, sum, &totals);
  while (__builtin_expect(end - begin > SPAN, 0)) {
    begin += SPAN;
    Lanes more[HIDDEN / LANES], more_totals;
    attend_span(g, p, begin, end - begin < SPAN ? end : begin + SPAN, to, top, width, more, &more_totals);
    UNROLL for (int r = 0; r < HEADS * registers; r++) sum[r] = add(sum[r], more[r]);
    totals = add(totals, more_totals);
  }
  store(by_lane, totals);
  UNROLL for (int h = 0; h < HEADS; h++) {
    float weights = 1e-16f;
    UNROLL for (int l = h; l < LANES; l += HEADS) weights += by_lane[l];
    UNROLL for (int r = h * registers; r < (h + 1) * registers; r++) sum[r] = multiply(all(1 / weights), sum[r]);
  }
}

// relu(attention + bias), the heads side by side.
static void hidden_tile(const Gat *m, const Projected p, const float *bias, uint32_t first, uint32_t count, float *tile) {
  for (uint32_t i = 0; i < count; i++) {
    Lanes sum[HIDDEN / LANES];
    attend(&m->graph, p, first + i, WIDTH, sum);
    UNROLL for (int r = 0; r < HIDDEN / LANES; r++)
      store(tile + (size_t)i * HIDDEN + r * LANES, relu(add(sum[r], load(bias + r * LANES))));
  }
}

// The mean of the heads, and bias.
static void mean_tile(const Gat *m, const Projected p, uint32_t first, uint32_t count) {
  enum { PER_HEAD = LAST_WIDTH / LANES };
  for (uint32_t v = first; v < first + count; v++) {
    Lanes sum[LAST / LANES];
    attend(&m->graph, p, v, LAST_WIDTH, sum);
    UNROLL for (int r = 0; r < PER_HEAD; r++) {
      const Lanes heads = add(add(sum[r], sum[r + PER_HEAD]), add(sum[r + 2 * PER_HEAD], sum[r + 3 * PER_HEAD]));
      store(m->out + (size_t)v * LAST_WIDTH + r * LANES, fused(all(1.0f / HEADS), heads, load(m->bias[2] + r * LANES)));
    }
  }
}

INLINE void project(const Gat *m, const int layer, const int in, const int width, uint32_t first, uint32_t count,
                    const float *input, const Projected p) {
  float *rows = p.rows + (size_t)first * HEADS * width;
  product((int)count, HEADS * width, in, input, m->weight[layer], (Finish){0}, rows);
  for (uint32_t i = 0; i < count * HEADS; i++) {
    const float *src = m->att_src[layer] + i % HEADS * width, *dst = m->att_dst[layer] + i % HEADS * width;
    Lanes from = all(0), to = all(0);
    UNROLL for (int r = 0; r < width; r += LANES) {
      const Lanes row = load(rows + (size_t)i * width + r);
      from = fused(row, load(src + r), from);
      to = fused(row, load(dst + r), to);
    }
    p.from[(size_t)first * HEADS + i] = total(from);
    p.to[(size_t)first * HEADS + i] = total(to);
  }
}

static void first_projection(const Gat *m, uint32_t first, uint32_t count) {
  project(m, 0, IN, WIDTH, first, count, m->x + (size_t)first * IN, m->odd);
}

static void first_attention(const Gat *m, uint32_t first, uint32_t count, float *tile) {
  hidden_tile(m, m->odd, m->bias[0], first, count, tile);
  project(m, 1, HIDDEN, WIDTH, first, count, tile, m->even);
}

static void second_attention(const Gat *m, uint32_t first, uint32_t count, float *tile) {
  hidden_tile(m, m->even, m->bias[1], first, count, tile);
  project(m, 2, HIDDEN, LAST_WIDTH, first, count, tile, m->odd);
}

static void forward(const void *model) {
  const Gat *m = model;
  const uint32_t n = m->graph.vertices;
#pragma omp parallel
  {
    float *tile = floats(TILE * HIDDEN);
#pragma omp for schedule(dynamic, 4)
    for (uint32_t first = 0; first < n; first += TILE) first_projection(m, first, n - first < TILE ? n - first : TILE);
#pragma omp for schedule(dynamic, 4)
    for (uint32_t first = 0; first < n; first += TILE) first_attention(m, first, n - first < TILE ? n - first : TILE, tile);
#pragma omp for schedule(dynamic, 4)
    for (uint32_t first = 0; first < n; first += TILE) second_attention(m, first, n - first < TILE ? n - first : TILE, tile);
#pragma omp for schedule(dynamic, 4)
    for (uint32_t first = 0; first < n; first += TILE) mean_tile(m, m->odd, first, n - first < TILE ? n - first : TILE);
    free(tile);
  }
}

int main(int argc, char **argv) {
  if (argc < 3 || argc > 4) {
    fprintf(stderr, "usage: gat GRAPH WEIGHTS [OUT.npy]\n");
    return 2;
  }
  uint32_t n;
  float *x = read_features(argv[1], IN, &n);
  Gat m = {.graph = read_graph(argv[1], n), .x = x};
  const Weights w = read_weights(argv[2]);
  const int widths[] = {IN, HIDDEN, HIDDEN, LAST};
  for (int layer = 0; layer < 3; layer++) {
    const int in = widths[layer], out = widths[layer + 1];
    m.weight[layer] = pack(weight(&w, (size_t)in * out, "convs.%d.lin.weight", layer), in, out);
    m.att_src[layer] = weight(&w, (size_t)out, "convs.%d.att_src", layer);
    m.att_dst[layer] = weight(&w, (size_t)out, "convs.%d.att_dst", layer);
    m.bias[layer] = weight(&w, (size_t)(layer < 2 ? out : LAST_WIDTH), "convs.%d.bias", layer);
  }
  m.odd = (Projected){floats((size_t)n * HIDDEN), floats((size_t)n * HEADS), floats((size_t)n * HEADS)};
  m.even = (Projected){floats((size_t)n * HIDDEN), floats((size_t)n * HEADS), floats((size_t)n * HEADS)};
  m.out = floats((size_t)n * LAST_WIDTH);
  measure("gat", forward, &m);
  if (argc == 4) write_npy(argv[3], "<f4", n, LAST_WIDTH, m.out);
}
