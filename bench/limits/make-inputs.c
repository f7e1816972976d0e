// make-inputs: what the limit programs, gnnc and its peers all read. Each graph is a plain graph directory.
//
//   make-inputs weights OUT                         OUT/gcn.safetensors: GCN 128 -> 256 -> 256 -> 48, named as PyG names a
//                                                   GCN's weights; OUT/gat.safetensors: GAT 128 -> 4x64 -> 4x64 -> mean of
//                                                   4x48, likewise
//   make-inputs rmat OUT VERTICES EDGES SEED        a symmetric R-MAT graph with 128 features
//   make-inputs rmat OUT VERTICES EDGES SEED KINDS  the same, and each edge has a relation below KINDS
//   make-inputs typed OUT                           113,000 authors, 74,000 papers, 900 institutions and 6,000 fields, and
//                                                   4,220,000 edges of 8 types, half of them the others turned round
//
// `rmat OUT 169343 2332486 1` is the size of ogbn-arxiv with both directions of every edge.
#include <math.h>
#include <sys/stat.h>
#include "files.h"

enum { FEATURES = 128 };

// splitmix64, by Sebastiano Vigna
static uint64_t draw(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static void fill(float *values, size_t count, float bound, uint64_t seed) {  // uniform in [-bound, bound)
  for (size_t i = 0; i < count; i++) values[i] = bound * ((float)(draw(&seed) >> 40) / 8388608.0f - 1);
}

static uint64_t *shuffled_ids(uint64_t count, uint64_t *state) {
  uint64_t *ids = memory(count * sizeof *ids);
  for (uint64_t i = 0; i < count; i++) ids[i] = i;
  for (uint64_t i = count; i-- > 1;) {
    const uint64_t j = draw(state) % (i + 1), id = ids[i];
    ids[i] = ids[j];
    ids[j] = id;
  }
  return ids;
}

// R-MAT (Chakrabarti, Zhan, Faloutsos 2004) with quadrants of 57, 19, 19 and 5 in a hundred, ids shuffled, no loops;
// the second half of the edges is the first turned round.
static void make_edges(const char *path, uint64_t vertices, uint64_t edges, uint64_t seed) {
  const uint64_t pairs = edges / 2;
  int levels = 0;
  while ((uint64_t)1 << levels < vertices) levels++;
  uint64_t *ids = shuffled_ids((uint64_t)1 << levels, &seed);
  int64_t *from = memory(pairs * 4 * sizeof *from), *to = from + pairs * 2;
  for (uint64_t made = 0; made < pairs;) {
    uint64_t u = 0, v = 0;
    for (int level = 0; level < levels; level++) {
      const unsigned hundredth = draw(&seed) % 100;
      const unsigned quadrant = hundredth < 57 ? 0 : hundredth < 76 ? 1 : hundredth < 95 ? 2 : 3;
      u = 2 * u + quadrant / 2;
      v = 2 * v + quadrant % 2;
    }
    u = ids[u];
    v = ids[v];
    if (u == v || u >= vertices || v >= vertices) continue;
    from[made] = to[pairs + made] = (int64_t)u;
    to[made] = from[pairs + made] = (int64_t)v;
    made++;
  }
  write_npy(path, "<i8", 2, pairs * 2, from);
  free(from);
  free(ids);
}

static void make_features(const char *directory, const char *name, uint64_t vertices, uint64_t seed) {
  char *path = join(directory, name);
  float *x = floats(vertices * FEATURES);
  fill(x, vertices * FEATURES, 0.1f, seed);
  write_npy(path, "<f4", vertices, FEATURES, x);
  free(x);
  free(path);
}

static void make_relations(const char *path, uint64_t edges, uint64_t kinds, uint64_t seed) {
  int64_t *relation = memory(edges * sizeof *relation);
  for (uint64_t e = 0; e < edges; e++) relation[e] = (int64_t)(draw(&seed) % kinds);
  write_npy(path, "<i8", edges, 1, relation);
  free(relation);
}

static void make_rmat(const char *directory, uint64_t vertices, uint64_t edges, uint64_t seed, uint64_t kinds) {
  mkdir(directory, 0777);
  make_features(directory, "x.npy", vertices, seed + 1);
  make_edges(join(directory, "index.npy"), vertices, edges, seed);
  if (kinds) make_relations(join(directory, "relation.npy"), edges / 2 * 2, kinds, seed + 2);
  char *path = join(directory, "graph.json");
  FILE *file = open_file(path, "w");
  fprintf(file,
          "{ \"vertices\": { \"paper\": { \"count\": %ju, \"features\": { \"x\": \"x.npy\" } } },\n"
          "  \"edges\": { \"cites\": { \"from\": \"paper\", \"to\": \"paper\", \"index\": \"index.npy\"%s } } }\n",
          (uintmax_t)vertices, kinds ? ",\n    \"features\": { \"relation\": \"relation.npy\" }" : "");
  close_written(path, file);
}

// Vertices drawn with a few of them very often (a power law of 0.35), in an order that has nothing to do with it.
static void draw_skewed(int64_t *ends, uint64_t edges, uint64_t vertices, uint64_t *state) {
  uint64_t *ids = shuffled_ids(vertices, state);
  for (uint64_t e = 0; e < edges; e++) {
    const double uniform = (double)(draw(state) >> 11) / 9007199254740992.0;
    ends[e] = (int64_t)ids[(uint64_t)((double)vertices * pow(uniform, 1 / 0.35))];
  }
  free(ids);
}

typedef struct {
  const char *name;
  uint64_t count;
} VertexType;

typedef struct {
  const char *name;
  int from, to;
  uint64_t count;
} EdgeType;

static const VertexType vertex_types[] = {{"author", 113000}, {"paper", 74000}, {"institution", 900}, {"field", 6000}};
static const EdgeType edge_types[] = {
    {"writes", 0, 1, 714000}, {"cites", 1, 1, 542000}, {"works", 0, 2, 104000}, {"has", 1, 3, 750000}};
enum {
  VERTEX_TYPES = sizeof vertex_types / sizeof *vertex_types,
  EDGE_TYPES = sizeof edge_types / sizeof *edge_types
};

// NAME.npy and rev_NAME.npy, and their entries in graph.json.
static void make_edge_type(const char *directory, const EdgeType *type, uint64_t *state, FILE *json, const char *separator) {
  int64_t *forward = memory(type->count * 4 * sizeof *forward), *backward = forward + 2 * type->count;
  draw_skewed(forward, type->count, vertex_types[type->from].count, state);
  draw_skewed(forward + type->count, type->count, vertex_types[type->to].count, state);
  memcpy(backward, forward + type->count, type->count * sizeof *forward);
  memcpy(backward + type->count, forward, type->count * sizeof *forward);
  for (int turned = 0; turned < 2; turned++) {
    char file[64];
    snprintf(file, sizeof file, "%s%s.npy", turned ? "rev_" : "", type->name);
    write_npy(join(directory, file), "<i8", 2, type->count, turned ? backward : forward);
    fprintf(json, "%s\n    \"%s%s\": { \"from\": \"%s\", \"to\": \"%s\", \"index\": \"%s\" }", turned ? "," : separator,
            turned ? "rev_" : "", type->name, vertex_types[turned ? type->to : type->from].name,
            vertex_types[turned ? type->from : type->to].name, file);
  }
  free(forward);
}

static void make_typed(const char *directory) {
  mkdir(directory, 0777);
  char *path = join(directory, "graph.json");
  FILE *json = open_file(path, "w");
  fprintf(json, "{ \"vertices\": {");
  for (int t = 0; t < VERTEX_TYPES; t++) {
    char file[64];
    snprintf(file, sizeof file, "%s.npy", vertex_types[t].name);
    make_features(directory, file, vertex_types[t].count, 10 + (uint64_t)t);
    fprintf(json, "%s\n    \"%s\": { \"count\": %ju, \"features\": { \"x\": \"%s\" } }", t ? "," : "", vertex_types[t].name,
            (uintmax_t)vertex_types[t].count, file);
  }
  fprintf(json, " },\n  \"edges\": {");
  uint64_t state = 2;
  for (int t = 0; t < EDGE_TYPES; t++) make_edge_type(directory, &edge_types[t], &state, json, t ? "," : "");
  fprintf(json, " } }\n");
  close_written(path, json);
}

typedef struct {
  const char *key, *shape;
  size_t count;
  float bound;
} Tensor;

static void make_weights(const char *directory, const char *name, const Tensor *tensors, size_t count) {
  char *path = join(directory, name), header[4096];
  size_t used = 0, offset = 0;
  for (size_t t = 0; t < count; t++) {
    const size_t end = offset + tensors[t].count * sizeof(float);
    used += (size_t)snprintf(header + used, sizeof header - used,
                             "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", t ? "," : "{",
                             tensors[t].key, tensors[t].shape, offset, end);
    offset = end;
  }
  header[used++] = '}';
  while (used % 8) header[used++] = ' ';
  FILE *file = open_file(path, "wb");
  const uint64_t length = used;
  write_bytes(path, file, &length, sizeof length);
  write_bytes(path, file, header, used);
  for (size_t t = 0; t < count; t++) {
    float *values = floats(tensors[t].count);
    fill(values, tensors[t].count, tensors[t].bound, 100 + t);
    write_bytes(path, file, values, tensors[t].count * sizeof(float));
    free(values);
  }
  close_written(path, file);
  free(path);
}

static void make_limit_weights(const char *directory) {
  mkdir(directory, 0777);
  const Tensor gcn[] = {
      {"convs.0.bias", "256", 256, 0.1f},          {"convs.0.lin.weight", "256,128", 256 * 128, 0.1f},
      {"convs.1.bias", "256", 256, 0.1f},          {"convs.1.lin.weight", "256,256", 256 * 256, 0.1f},
      {"convs.2.bias", "48", 48, 0.1f},            {"convs.2.lin.weight", "48,256", 48 * 256, 0.1f},
  };
  const Tensor gat[] = {
      {"convs.0.att_src", "1,4,64", 256, 0.5f},    {"convs.0.att_dst", "1,4,64", 256, 0.5f},
      {"convs.0.bias", "256", 256, 0.1f},          {"convs.0.lin.weight", "256,128", 256 * 128, 0.1f},
      {"convs.1.att_src", "1,4,64", 256, 0.5f},    {"convs.1.att_dst", "1,4,64", 256, 0.5f},
      {"convs.1.bias", "256", 256, 0.1f},          {"convs.1.lin.weight", "256,256", 256 * 256, 0.1f},
      {"convs.2.att_src", "1,4,48", 192, 0.5f},    {"convs.2.att_dst", "1,4,48", 192, 0.5f},
      {"convs.2.bias", "48", 48, 0.1f},            {"convs.2.lin.weight", "192,256", 192 * 256, 0.1f},
  };
  make_weights(directory, "gcn.safetensors", gcn, sizeof gcn / sizeof *gcn);
  make_weights(directory, "gat.safetensors", gat, sizeof gat / sizeof *gat);
}

static uint64_t number(const char *text) { return strtoull(text, NULL, 10); }

int main(int argc, char **argv) {
  const char *what = argc > 2 ? argv[1] : "";
  if (!strcmp(what, "weights") && argc == 3) {
    make_limit_weights(argv[2]);
  } else if (!strcmp(what, "rmat") && (argc == 6 || argc == 7)) {
    make_rmat(argv[2], number(argv[3]), number(argv[4]), number(argv[5]), argc == 7 ? number(argv[6]) : 0);
  } else if (!strcmp(what, "typed") && argc == 3) {
    make_typed(argv[2]);
  } else {
    fprintf(stderr, "usage: make-inputs weights OUT | rmat OUT VERTICES EDGES SEED [KINDS] | typed OUT\n");
    return 2;
  }
}
