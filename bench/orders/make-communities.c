// make-communities OUT VERTICES EDGES SEED: a graph with communities, as a plain graph directory with 128 features.
//
// A block model whose degrees follow a power law (Karrer, Newman, Stochastic blockmodels and community structure in
// networks, 2011): communities of 100 to 20,000 vertices, three edges in four within one, numbers of vertices shuffled,
// every edge in both directions.
#include <math.h>
#include <sys/stat.h>

#include "../limits/files.h"

enum { FEATURES = 128, SMALLEST = 100, LARGEST = 20000, MOST_WEIGHT = 5000 };

// splitmix64, by Sebastiano Vigna
static uint64_t draw(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static double unit(uint64_t *state) { return (double)(draw(state) >> 11) * 0x1p-53; }

static double power_law(double least, double exponent, double most, uint64_t *state) {
  const double value = least * pow(1 - unit(state), -1 / exponent);
  return value < most ? value : most;
}

typedef struct {
  uint64_t vertices;
  uint64_t *first, *last;  // by vertex: its community
  double *before;          // vertices + 1: the weight of all vertices before
  uint64_t *name;          // what a vertex is called
} Model;

static Model new_model(uint64_t vertices, uint64_t *state) {
  Model m = {.vertices = vertices,
             .first = memory(vertices * 8), .last = memory(vertices * 8),
             .before = memory((vertices + 1) * 8), .name = memory(vertices * 8)};
  for (uint64_t v = 0; v < vertices;) {
    const uint64_t wanted = v + (uint64_t)power_law(SMALLEST, 1.2, LARGEST, state);
    const uint64_t end = wanted < vertices ? wanted : vertices;
    for (uint64_t u = v; u < end; u++) {
      m.first[u] = v;
      m.last[u] = end;
    }
    v = end;
  }
  m.before[0] = 0;
  for (uint64_t v = 0; v < vertices; v++) {
    m.before[v + 1] = m.before[v] + power_law(1, 1.5, MOST_WEIGHT, state);
    m.name[v] = v;
  }
  for (uint64_t v = vertices; v-- > 1;) {
    const uint64_t u = draw(state) % (v + 1), name = m.name[v];
    m.name[v] = m.name[u];
    m.name[u] = name;
  }
  return m;
}

// One of the vertices first .. last, by weight.
static uint64_t pick(const Model *m, uint64_t first, uint64_t last, uint64_t *state) {
  const double at = m->before[first] + unit(state) * (m->before[last] - m->before[first]);
  while (last - first > 1) {
    const uint64_t middle = first + (last - first) / 2;
    if (m->before[middle] <= at) first = middle;
    else last = middle;
  }
  return first;
}

static void make_edges(const char *path, const Model *m, uint64_t edges, uint64_t *state) {
  const uint64_t pairs = edges / 2;
  int64_t *from = memory(pairs * 4 * sizeof *from), *to = from + pairs * 2;
  for (uint64_t made = 0; made < pairs;) {
    const uint64_t u = pick(m, 0, m->vertices, state);
    const uint64_t v = draw(state) % 4 < 3 ? pick(m, m->first[u], m->last[u], state) : pick(m, 0, m->vertices, state);
    if (u == v) continue;
    from[made] = to[pairs + made] = (int64_t)m->name[u];
    to[made] = from[pairs + made] = (int64_t)m->name[v];
    made++;
  }
  write_npy(path, "<i8", 2, pairs * 2, from);
  free(from);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: make-communities OUT VERTICES EDGES SEED\n");
    return 2;
  }
  const uint64_t vertices = strtoull(argv[2], NULL, 10), edges = strtoull(argv[3], NULL, 10);
  uint64_t state = strtoull(argv[4], NULL, 10);
  mkdir(argv[1], 0777);
  const Model model = new_model(vertices, &state);
  make_edges(join(argv[1], "index.npy"), &model, edges, &state);
  float *x = floats(vertices * FEATURES);
  for (uint64_t i = 0; i < vertices * FEATURES; i++) x[i] = 0.1f * ((float)(draw(&state) >> 40) / 8388608.0f - 1);
  write_npy(join(argv[1], "x.npy"), "<f4", vertices, FEATURES, x);
  const char *path = join(argv[1], "graph.json");
  FILE *file = open_file(path, "w");
  fprintf(file,
          "{ \"vertices\": { \"paper\": { \"count\": %ju, \"features\": { \"x\": \"x.npy\" } } },\n"
          "  \"edges\": { \"cites\": { \"from\": \"paper\", \"to\": \"paper\", \"index\": \"index.npy\" } } }\n",
          (uintmax_t)vertices);
  close_written(path, file);
  return 0;
}
