// make-inputs OUT [VERTICES EDGES SEED]: what the limit programs and gnnc both read.
//
//   OUT/graph/graph.json, x.npy, index.npy     a plain graph directory: a symmetric R-MAT graph with 128 features
//   OUT/gcn.safetensors                        GCN 128 -> 256 -> 256 -> 48, named as PyG names a GCN's weights
//   OUT/gat.safetensors                        GAT 128 -> 4x64 -> 4x64 -> mean of 4x48, likewise
//
// The default is the size of ogbn-arxiv with both directions of every edge.
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

static void make_graph(const char *directory, uint64_t vertices, uint64_t edges, uint64_t seed) {
  mkdir(directory, 0777);
  char *path = join(directory, "x.npy");
  float *x = floats(vertices * FEATURES);
  fill(x, vertices * FEATURES, 0.1f, seed + 1);
  write_npy(path, "<f4", vertices, FEATURES, x);
  free(x);
  free(path);
  path = join(directory, "index.npy");
  make_edges(path, vertices, edges, seed);
  free(path);
  path = join(directory, "graph.json");
  FILE *file = open_file(path, "w");
  fprintf(file,
          "{ \"vertices\": { \"paper\": { \"count\": %ju, \"features\": { \"x\": \"x.npy\" } } },\n"
          "  \"edges\": { \"cites\": { \"from\": \"paper\", \"to\": \"paper\", \"index\": \"index.npy\" } } }\n",
          (uintmax_t)vertices);
  close_written(path, file);
  free(path);
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

int main(int argc, char **argv) {
  if (argc != 2 && argc != 5) {
    fprintf(stderr, "usage: make-inputs OUT [VERTICES EDGES SEED]\n");
    return 2;
  }
  const uint64_t vertices = argc == 5 ? strtoull(argv[2], NULL, 10) : 169343;
  const uint64_t edges = argc == 5 ? strtoull(argv[3], NULL, 10) : 2332486;
  const uint64_t seed = argc == 5 ? strtoull(argv[4], NULL, 10) : 1;
  mkdir(argv[1], 0777);
  make_graph(join(argv[1], "graph"), vertices, edges, seed);
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
  make_weights(argv[1], "gcn.safetensors", gcn, sizeof gcn / sizeof *gcn);
  make_weights(argv[1], "gat.safetensors", gat, sizeof gat / sizeof *gat);
}
