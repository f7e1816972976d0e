// Runs many compiled models, each over a graph of its own, and writes what they give.
//
//   drive CASES ANSWERS
//
// CASES holds, for each model of `all_models` in turn: the number of vertices of each type; the model's packed weights, in
// the order of its table; its edge sets; its features and weights by vertex. Everything stands at a multiple of 8 bytes.
// Each model runs whole on one thread, whole on two, and in three partitions on two, and once more so for each form in
// which it can take features: the bits must be the same. Memory that a stage does not own yet holds NaN, and every array
// ends where the contract says, so that a sanitizer sees what is read beyond. ANSWERS holds each output's rows: of
// vertices; of the edges of a set in their order, and of added self-loops behind them; or one for the whole graph.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gnnc_runtime.h"

extern const gnnc_model *const all_models[];
extern const int all_models_count;

enum { MOST_PARTS = 3 };

static const char *cursor;

static const void *take(size_t bytes) {
  const void *start = cursor;
  cursor += (bytes + 7) / 8 * 8;
  return start;
}

static uint64_t take_count(void) { return *(const uint64_t *)take(8); }

static void *make(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes ? bytes : 1)) abort();
  memset(memory, 0xff, bytes);
  return memory;
}

// ----------------------------------------------------------------------------------------------------- the graph

typedef struct {
  uint64_t *counts;
  void **tensors;
  const gnnc_sparse_rows **sparse;
  uint32_t weights_are_finite;
  uint64_t longest;
} world;

static gnnc_rows part_of(uint64_t count, int part, int parts) {
  const uint64_t first = count * part / parts, end = count * (part + 1) / parts;
  return (gnnc_rows){first, end - first};
}

// One partition of an edge set, whose edges keep their places in the whole; hubs are told from the rows' lengths.
static gnnc_edges cut(const gnnc_edges *whole, int part, int parts) {
  const gnnc_rows rows = part_of(whole->rows, part, parts);
  gnnc_edges own = {.rows = rows.count, .start = whole->start + rows.first, .source = whole->source};
  if (whole->loops) own.loops = whole->loops + rows.first;
  own.plain = whole->plain;
  own.longest = whole->longest;
  own.longest_of_others = whole->longest_of_others;
  uint32_t *hub = make(rows.count * sizeof *hub);
  for (uint64_t r = 0; r < rows.count; r++)
    if (own.start[r + 1] - own.start[r] > GNNC_CHUNK) hub[own.hubs++] = (uint32_t)r;
  own.hub = hub;
  return own;
}

static gnnc_edges take_edges(world *w, int is_ordered) {
  gnnc_edges edges = {.rows = take_count()};
  const uint64_t count = take_count(), has_loops = take_count(), has_plain = take_count();
  edges.start = take((edges.rows + 1) * 8);
  uint32_t *source = make((count + GNNC_SOURCE_PADDING) * sizeof *source);
  memset(source, 0, (count + GNNC_SOURCE_PADDING) * sizeof *source);
  memcpy(source, take(count * 4), count * 4);
  edges.source = source;
  if (has_loops) edges.loops = take(edges.rows * 4);
  if (has_plain) {
    const uint32_t *plain = take(count * 4);
    if (is_ordered) edges.plain = memcpy(make(count * 4), plain, count * 4);
  }
  for (uint64_t r = 0; r < edges.rows; r++) {
    const uint64_t all = edges.start[r + 1] - edges.start[r], others = all - (edges.loops ? edges.loops[r] : 0);
    if (all > w->longest) w->longest = all;
    if (is_ordered && all > edges.longest) edges.longest = all;
    if (is_ordered && others > edges.longest_of_others) edges.longest_of_others = others;
  }
  return edges;
}

static size_t bytes_of(gnnc_element element) { return element == GNNC_I64 ? 8 : element == GNNC_BOOL ? 1 : 4; }

// Floats, rounded where stages want them so.
static void *take_rounded(const gnnc_tensor *tensor, uint64_t rows) {
  const float *dense = take(rows * tensor->width * sizeof *dense);
  gnnc_bf16 *feature = make(rows * tensor->stride * sizeof *feature);
  for (uint64_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < tensor->width; c++)
      feature[r * tensor->stride + c] = gnnc_to_bf16(dense[r * tensor->width + c]);
  return feature;
}

static void *take_feature(const gnnc_tensor *tensor) {
  const uint64_t rows = take_count();
  if (tensor->element == GNNC_BF16) return take_rounded(tensor, rows);
  const size_t each = bytes_of(tensor->element);
  const char *dense = take(rows * tensor->width * each);
  char *feature = make(rows * tensor->stride * each);
  for (uint64_t r = 0; r < rows; r++)
    memcpy(feature + r * tensor->stride * each, dense + r * tensor->width * each, tensor->width * each);
  return feature;
}

// What of a feature is not +0.
static gnnc_sparse_rows *make_sparse(const gnnc_tensor *tensor, const float *dense, uint64_t rows) {
  static const float zero = 0;
  uint64_t *start = make((rows + 1) * sizeof *start), count = 0;
  for (uint64_t r = 0; r < rows; r++)
    for (uint32_t c = 0; c < tensor->width; c++) count += memcmp(dense + r * tensor->stride + c, &zero, 4) != 0;
  uint32_t *column = make(count * sizeof *column);
  float *value = make(count * sizeof *value);
  count = 0;
  for (uint64_t r = 0; r < rows; r++) {
    start[r] = count;
    for (uint32_t c = 0; c < tensor->width; c++) {
      const float *number = dense + r * tensor->stride + c;
      if (memcmp(number, &zero, 4)) column[count] = c, value[count++] = *number;
    }
  }
  start[rows] = count;
  gnnc_sparse_rows *sparse = make(sizeof *sparse);
  *sparse = (gnnc_sparse_rows){start, column, value};
  return sparse;
}

static uint64_t edge_count(const gnnc_edges *edges) { return edges->start[edges->rows]; }

static void make_stored(const gnnc_model *model, world *w, const gnnc_edges *whole, int parts) {
  void **buffers = make(model->buffers * sizeof *buffers);
  for (uint32_t b = 0; b < model->buffers; b++) {
    const gnnc_buffer *buffer = &model->buffer[b];
    buffers[b] = make(buffer->row_bytes * (buffer->of_edges ? edge_count(&whole[buffer->of]) : w->counts[buffer->of]));
  }
  for (uint32_t t = 0; t < model->tensors; t++) {
    const gnnc_tensor *tensor = &model->tensor[t];
    switch (tensor->kind) {
      case GNNC_STORED:
      case GNNC_STORED_EDGES: w->tensors[t] = buffers[tensor->buffer]; break;
      case GNNC_GRAPH_VALUE: w->tensors[t] = make(tensor->stride * 4); break;
      case GNNC_PARTIAL: w->tensors[t] = make((size_t)parts * tensor->width * GNNC_SUM_BYTES); break;
      case GNNC_VERTEX_FEATURE:
      case GNNC_EDGE_FEATURE:
      case GNNC_VERTEX_WEIGHT: break;
    }
  }
  free(buffers);
}

// --------------------------------------------------------------------------------------------------------- a run

static void run(const gnnc_model *model, world *w, const gnnc_edges *whole, const void *weights, int parts, int threads) {
  static const volatile int stop = 0;
  make_stored(model, w, whole, parts);
  void *arena = make(threads * model->arena_bytes);
  void *hub = make(model->hub_bytes_per_chunk * (w->longest / GNNC_CHUNK + 1));
  gnnc_rows *of_part[MOST_PARTS];
  gnnc_edges *edges_of_part[MOST_PARTS];
  for (int p = 0; p < parts; p++) {
    of_part[p] = make((model->vertex_types + 1) * sizeof **of_part);
    edges_of_part[p] = make((model->edge_sets + 1) * sizeof **edges_of_part);
    for (uint32_t t = 0; t < model->vertex_types; t++) of_part[p][t] = part_of(w->counts[t], p, parts);
    for (uint32_t s = 0; s < model->edge_sets; s++) edges_of_part[p][s] = cut(&whole[s], p, parts);
  }
  gnnc_call calls[MOST_PARTS];
  for (int p = 0; p < parts; p++)
    calls[p] = (gnnc_call){.threads = (uint32_t)threads, .part = (uint32_t)p, .parts = (uint32_t)parts,
                           .counts = w->counts, .owned = of_part[p], .edges = edges_of_part[p],
                           .tensors = w->tensors, .weights = weights, .arena = arena,
                           .hub = hub, .stop = &stop, .sparse = w->sparse,
                           .weights_are_finite = w->weights_are_finite};
  uint32_t levels = 0;
  for (uint32_t s = 0; s < model->stages; s++)
    if (model->stage[s].level >= levels) levels = model->stage[s].level + 1;
  for (uint32_t f = 0; f < model->finishes; f++)
    if (model->finish[f].level >= levels) levels = model->finish[f].level + 1;
  for (uint32_t level = 0; level < levels; level++) {
    for (uint32_t s = 0; s < model->stages; s++)
      for (int p = 0; p < parts; p++)
        if (model->stage[s].level == level && model->stage[s].run(&calls[p]) != GNNC_OK) abort();
    for (uint32_t f = 0; f < model->finishes; f++)
      if (model->finish[f].level == level && model->finish[f].run(&calls[0]) != GNNC_OK) abort();
  }
  free(arena);
  free(hub);
}

static uint64_t rows_of(const gnnc_model *model, const world *w, const gnnc_edges *whole, uint32_t number) {
  const gnnc_tensor *tensor = &model->tensor[number];
  switch (tensor->kind) {
    case GNNC_VERTEX_FEATURE:
    case GNNC_STORED: return w->counts[tensor->of];
    case GNNC_VERTEX_WEIGHT: return w->counts[model->weight[tensor->of].vertex_type];
    case GNNC_EDGE_FEATURE:
    case GNNC_STORED_EDGES: return edge_count(&whole[tensor->of]);
    case GNNC_GRAPH_VALUE: return 1;
    case GNNC_PARTIAL: break;
  }
  abort();
}

static float *answers(const gnnc_model *model, const world *w, const gnnc_edges *whole, uint64_t *count) {
  *count = 0;
  for (uint32_t o = 0; o < model->outputs; o++) {
    const gnnc_output *output = &model->output[o];
    *count += rows_of(model, w, whole, output->tensor) * output->width;
    if (output->loop_tensor != UINT32_MAX) *count += rows_of(model, w, whole, output->loop_tensor) * output->width;
  }
  float *all = make(*count * 4), *next = all;
  for (uint32_t o = 0; o < model->outputs; o++) {
    const gnnc_output *output = &model->output[o];
    const uint32_t sources[] = {output->tensor, output->loop_tensor};
    for (int s = 0; s < 2 && sources[s] != UINT32_MAX; s++) {
      const float *rows = w->tensors[sources[s]];
      const uint32_t stride = model->tensor[sources[s]].stride;
      const uint64_t number = rows_of(model, w, whole, sources[s]);
      for (uint64_t r = 0; r < number; r++, next += output->width)
        memcpy(next, rows + r * stride + output->first, output->width * 4);
    }
  }
  return all;
}

static int same(float a, float b) { return a != a ? b != b : !memcmp(&a, &b, 4); }

// How features are handed over: as dense rows, as sparse ones, and as sparse ones without a word on the weights.
enum { DENSE, SPARSE, SPARSE_AND_UNKNOWN, FORMS };

static int has_sparse(const gnnc_model *model) {
  for (uint32_t t = 0; t < model->tensors; t++)
    if (model->tensor[t].takes_sparse) return 1;
  return 0;
}

static uint32_t all_finite(const float *numbers, size_t count) {
  uint32_t all = 1;
  for (size_t i = 0; i < count; i++) all &= numbers[i] - numbers[i] == 0;
  return all;
}

static void turn_sparse(const gnnc_model *model, world *w) {
  w->sparse = make(model->tensors * sizeof *w->sparse);
  for (uint32_t t = 0; t < model->tensors; t++) {
    w->sparse[t] = NULL;
    if (!model->tensor[t].takes_sparse) continue;
    w->sparse[t] = make_sparse(&model->tensor[t], w->tensors[t], w->counts[model->tensor[t].of]);
    free(w->tensors[t]);
    w->tensors[t] = NULL;
  }
}

static void drive(int number, const gnnc_model *model, FILE *out) {
  world w = {.counts = make(model->vertex_types * 8), .sparse = NULL};
  w.tensors = make(model->tensors * sizeof *w.tensors);
  for (uint32_t t = 0; t < model->vertex_types; t++) w.counts[t] = take_count();

  const float **raw = make(model->weights * sizeof *raw);
  for (uint32_t i = 0; i < model->weights; i++) {
    raw[i] = NULL;
    if (model->weight[i].counted != UINT32_MAX) continue;
    size_t count = 1;
    for (uint32_t d = 0; d < model->weight[i].rank; d++) count *= model->weight[i].shape[d];
    raw[i] = take(count * 4);
  }
  void *weights = make(model->packed_bytes);
  memset(weights, 0, model->packed_bytes);
  if (model->pack(raw, weights) != GNNC_OK) abort();

  gnnc_edges *whole = make((model->edge_sets + 1) * sizeof *whole);
  for (uint32_t s = 0; s < model->edge_sets; s++) whole[s] = take_edges(&w, (int)model->edge_set[s].ordered);
  for (uint32_t t = 0; t < model->tensors; t++)
    switch (model->tensor[t].kind) {
      case GNNC_VERTEX_FEATURE:
      case GNNC_EDGE_FEATURE:
      case GNNC_VERTEX_WEIGHT: w.tensors[t] = take_feature(&model->tensor[t]); break;
      case GNNC_STORED:
      case GNNC_STORED_EDGES:
      case GNNC_GRAPH_VALUE:
      case GNNC_PARTIAL: break;
    }

  static const int ways[][2] = {{1, 1}, {1, 2}, {3, 2}};
  float *first = NULL;
  const int forms = has_sparse(model) ? FORMS : 1;
  for (int turn = 0; turn < 3 * forms; turn++) {
    const int form = turn / 3, way = turn % 3;
    if (form == SPARSE && way == 0) turn_sparse(model, &w);
    w.weights_are_finite = form == SPARSE && all_finite(weights, model->packed_bytes / 4);
    run(model, &w, whole, weights, ways[way][0], ways[way][1]);
    uint64_t count;
    float *now = answers(model, &w, whole, &count);
    if (!first) {
      first = now;
      fwrite(first, 4, count, out);
      continue;
    }
    for (uint64_t i = 0; i < count; i++)
      if (!same(first[i], now[i])) {
        printf("%d: number %zu is %a, and %a in %d partitions on %d threads, form %d\n", number, (size_t)i,
               (double)first[i], (double)now[i], ways[way][0], ways[way][1], form);
        break;
      }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  if (!in || !out) return 2;
  fseek(in, 0, SEEK_END);
  const size_t bytes = (size_t)ftell(in);
  char *cases = make(bytes);
  rewind(in);
  if (fread(cases, 1, bytes, in) != bytes) return 2;
  cursor = cases;
  for (int m = 0; m < all_models_count; m++) {
    // Left behind where a model crashes.
    fprintf(stderr, "model %d\n", m);
    drive(m, all_models[m], out);
  }
  return fclose(out) ? 2 : 0;
}
