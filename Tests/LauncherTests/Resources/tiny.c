// A compiled model made by hand, to test the launcher with: y[v] = sum over in-edges of scale * x[source].
//
// What is wrong with it is chosen by macros: OTHER_ABI, OTHER_PROCESSOR, WILD_STAGE (writes a tensor that is not
// there), WILD_OUTPUT (wider than its tensor), FAILING (a stage reports a fault of its own), BACKWARD (sweeps over
// reversed edges), WIDE (wants three numbers of each vertex), WILD_COST (of gathering a tensor that is not there).
#include <gnnc_runtime.h>

#ifdef WIDE
enum { WIDTH = 3, STRIDE = 4 };
#else
enum { WIDTH = 2, STRIDE = 2 };
#endif
enum { X, H, Y };

static gnnc_status scale(const gnnc_call *call) {
  if (*call->stop) return GNNC_INTERRUPTED;
  const float *weight = call->weights;
  const float *x = call->tensors[X];
  float *h = call->tensors[H];
  const gnnc_rows owned = call->owned[0];
  for (uint64_t v = owned.first; v < owned.first + owned.count; v++)
    for (int i = 0; i < WIDTH; i++) h[v * STRIDE + i] = weight[0] * x[v * STRIDE + i];
  return GNNC_OK;
}

static gnnc_status gather(const gnnc_call *call) {
#ifdef FAILING
  return GNNC_INTERNAL;
#endif
  const float *h = call->tensors[H];
  float *y = call->tensors[Y];
  const gnnc_edges edges = call->edges[0];
  for (uint64_t r = 0; r < edges.rows; r++) {
    float sum[WIDTH] = {0};
    for (uint64_t e = edges.start[r]; e < edges.start[r + 1]; e++)
      for (int i = 0; i < WIDTH; i++) sum[i] += h[(uint64_t)edges.source[e] * STRIDE + i];
    for (int i = 0; i < WIDTH; i++) y[(call->owned[0].first + r) * STRIDE + i] = sum[i];
  }
  return GNNC_OK;
}

static gnnc_status pack(const float *const *raw, void *packed) {
  *(float *)packed = raw[0][0];
  return GNNC_OK;
}

static int fits(void) {
#ifdef OTHER_PROCESSOR
  return 0;
#else
  return 1;
#endif
}

static const gnnc_vertex_type vertex_type[] = {{.name = "v", .count_hint = 40}};
static const gnnc_edge_type edge_type[] = {{.name = "e", .source = 0, .target = 0}};
#ifdef BACKWARD
static const gnnc_edge_set edge_set[] = {{.edge_type = 0, .direction = GNNC_REVERSE}};
#else
static const gnnc_edge_set edge_set[] = {{.edge_type = 0, .direction = GNNC_FORWARD}};
#endif
static const gnnc_tensor tensor[] = {
    [X] = {.name = "x", .kind = GNNC_VERTEX_FEATURE, .of = 0, .element = GNNC_F32, .width = WIDTH, .stride = STRIDE},
    [H] = {.name = "h", .kind = GNNC_STORED, .width = WIDTH, .stride = STRIDE, .buffer = 0},
    [Y] = {.name = "y", .kind = GNNC_STORED, .width = WIDTH, .stride = STRIDE, .buffer = 1},
};
static const gnnc_buffer buffer[] = {{.row_bytes = STRIDE * 4}, {.row_bytes = STRIDE * 4}};
static const uint64_t pair[] = {WIDTH};
static const gnnc_output output[] = {
#ifdef WILD_OUTPUT
    {.name = "y", .tensor = Y, .first = 1, .width = WIDTH, .rank = 1, .shape = pair, .loop_tensor = UINT32_MAX},
#else
    {.name = "y", .tensor = Y, .first = 0, .width = WIDTH, .rank = 1, .shape = pair, .loop_tensor = UINT32_MAX},
#endif
    {.name = "second", .tensor = Y, .first = 1, .width = 1, .rank = 0, .loop_tensor = UINT32_MAX},
};
static const char *const keys[] = {"scale", "old_scale"};
static const uint64_t one[] = {1};
static const gnnc_weight weight[] = {{.keys = 2, .key = keys, .rank = 1, .shape = one, .counted = UINT32_MAX}};

#define LIST(...) ((const uint32_t[]){__VA_ARGS__ __VA_OPT__(,) UINT32_MAX})
#ifdef WILD_COST
static const gnnc_gather_cost gathered[] = {{.edge_set = 0, .tensor = 9, .bytes = WIDTH * 4}};
#else
static const gnnc_gather_cost gathered[] = {{.edge_set = 0, .tensor = H, .bytes = WIDTH * 4}};
#endif
static const gnnc_edge_cost swept[] = {{.edge_set = 0, .flops = WIDTH, .bytes_read = 4}};
static const gnnc_stage stage[] = {
#ifdef WILD_STAGE
    {.name = "scale", .writes = LIST(7), .run = scale},
#else
    {.name = "scale", .gathers = LIST(), .reads = LIST(X), .writes = LIST(H), .edge_sets = LIST(), .run = scale,
     .cost = {.flops_per_row = WIDTH, .bytes_read_per_row = WIDTH * 4, .bytes_written_per_row = WIDTH * 4}},
#endif
    {.name = "gather", .level = 1, .sweeps = 1, .gathers = LIST(H), .reads = LIST(), .writes = LIST(Y),
     .edge_sets = LIST(0), .run = gather,
     .cost = {.bytes_read_per_row = 8, .bytes_written_per_row = WIDTH * 4, .edge_costs = 1, .edge_cost = swept,
              .gather_costs = 1, .gather_cost = gathered}},
};

__attribute__((visibility("default"))) const gnnc_model *gnnc_describe(void) {
  static const gnnc_model model = {
#ifdef OTHER_ABI
      .abi = GNNC_ABI + 1,
#else
      .abi = GNNC_ABI,
#endif
      .name = "tiny", .schema = "tiny", .processor = "anything",
      .vertex_types = 1, .edge_types = 1, .edge_sets = 1, .tensors = 3, .buffers = 2, .outputs = 2, .weights = 1,
      .stages = 2,
      .vertex_type = vertex_type, .edge_type = edge_type, .edge_set = edge_set, .tensor = tensor, .buffer = buffer,
      .output = output, .weight = weight, .stage = stage,
      .packed_bytes = 64, .arena_bytes = 64, .hub_bytes_per_chunk = 128, .pack = pack, .processor_fits = fits,
  };
  return &model;
}
