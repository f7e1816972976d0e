// Communities by incremental aggregation, and the order of vertices that they give.
//
// After Arai, Shiokawa, Yamamuro, Onizuka, Iwamura, Rabbit Order: Just-in-time Parallel Reordering for Fast Graph
// Analysis, 2016; in one thread, so that the order is the same each time. Vertices of few edges go first: each joins that
// neighbour, or the community that the neighbour has joined, whose union with it gains most modularity, if any gains.
// The tree of who joined whom, read from the roots, is the order.
#include <stdlib.h>

#include "edges.h"
#include "orders.h"

#define NONE UINT32_MAX

// An edge to a community, `weight` times.
typedef struct {
  uint32_t to;
  float weight;
} tie;

typedef struct {
  const gnnc_adjacency *graph;
  uint32_t *head;      // by vertex: itself or, on the way to its community's root, whom it joined
  uint32_t *child;     // by vertex: the last that joined it
  uint32_t *sibling;   // by vertex: who joined the same before
  double *strength;    // by root: all edges' ends within the community
  double inside;       // ends of edges within communities
  float *weight;       // by root, of what is being joined; 0 between times
  uint32_t *touched;   // the roots whose weight is not 0
  uint64_t touched_count;
  tie **ties;          // by vertex that has joined another: its edges to other communities then
  uint32_t *tie_count;
} joining;

static uint32_t root_of(joining *job, uint32_t v) {
  while (job->head[v] != v) {
    job->head[v] = job->head[job->head[v]];
    v = job->head[v];
  }
  return v;
}

static void touch(joining *job, uint32_t v, uint32_t to, float weight) {
  const uint32_t root = root_of(job, to);
  if (root == v) return;
  if (job->weight[root] == 0) job->touched[job->touched_count++] = root;
  job->weight[root] += weight;
}

// Everything that v and those who joined it are tied to.
static void collect_ties(joining *job, uint32_t v) {
  job->touched_count = 0;
  for (uint64_t i = job->graph->start[v]; i < job->graph->start[v + 1]; i++)
    touch(job, v, job->graph->neighbour[i], 1);
  for (uint32_t c = job->child[v]; c != NONE; c = job->sibling[c]) {
    for (uint32_t i = 0; i < job->tie_count[c]; i++) touch(job, v, job->ties[c][i].to, job->ties[c][i].weight);
    free(job->ties[c]);
    job->ties[c] = NULL;
  }
}

static uint32_t best_of_touched(const joining *job, uint32_t v) {
  const double share = job->strength[v] / (double)job->graph->start[job->graph->vertices];
  double most = 0;
  uint32_t best = NONE;
  for (uint64_t i = 0; i < job->touched_count; i++) {
    const uint32_t root = job->touched[i];
    const double gain = (double)job->weight[root] - job->strength[root] * share;
    if (gain <= 0 || gain < most || (gain == most && root > best)) continue;
    most = gain;
    best = root;
  }
  return best;
}

static int join(joining *job, uint32_t v, uint32_t other) {
  tie *ties = malloc(job->touched_count * sizeof *ties);
  if (!ties) return 0;
  for (uint64_t i = 0; i < job->touched_count; i++)
    ties[i] = (tie){.to = job->touched[i], .weight = job->weight[job->touched[i]]};
  job->ties[v] = ties;
  job->tie_count[v] = (uint32_t)job->touched_count;
  job->head[v] = other;
  job->sibling[v] = job->child[other];
  job->child[other] = v;
  job->strength[other] += job->strength[v];
  job->inside += 2 * (double)job->weight[other];
  return 1;
}

static int join_all(joining *job, const volatile int *stop, volatile uint64_t *done) {
  for (uint64_t n = job->graph->vertices; n-- > 0;) {
    if (stop && *stop) return 1;
    if (done) *done += job->graph->start[n + 1] - job->graph->start[n];
    const uint32_t v = (uint32_t)n;
    collect_ties(job, v);
    const uint32_t best = best_of_touched(job, v);
    if (best != NONE && !join(job, v, best)) return 0;
    for (uint64_t i = 0; i < job->touched_count; i++) job->weight[job->touched[i]] = 0;
  }
  return 1;
}

// The tree from each root: a vertex, then the trees of those who joined it. `touched` holds who is yet to come.
static void read_trees(joining *job, uint32_t *order) {
  uint64_t at = 0;
  for (uint64_t root = 0; root < job->graph->vertices; root++) {
    if (job->head[root] != root) continue;
    uint64_t waiting = 0;
    job->touched[waiting++] = (uint32_t)root;
    while (waiting > 0) {
      const uint32_t v = job->touched[--waiting];
      order[at++] = v;
      for (uint32_t c = job->child[v]; c != NONE; c = job->sibling[c]) job->touched[waiting++] = c;
    }
  }
}

// Newman, Girvan, Finding and Evaluating Community Structure in Networks, 2004: the share of edges within communities,
// less what it would be if edges joined vertices at random.
static double modularity_of(const joining *job) {
  const double ends = (double)job->graph->start[job->graph->vertices];
  double expected = 0;
  for (uint64_t v = 0; ends > 0 && v < job->graph->vertices; v++)
    if (job->head[v] == v) expected += job->strength[v] / ends * (job->strength[v] / ends);
  return ends > 0 ? job->inside / ends - expected : 0;
}

static int make_room(joining *job) {
  const uint64_t count = job->graph->vertices + 1;
  job->head = malloc(count * sizeof *job->head);
  job->child = malloc(count * sizeof *job->child);
  job->sibling = malloc(count * sizeof *job->sibling);
  job->strength = malloc(count * sizeof *job->strength);
  job->weight = calloc(count, sizeof *job->weight);
  job->touched = malloc(count * sizeof *job->touched);
  job->ties = calloc(count, sizeof *job->ties);
  job->tie_count = calloc(count, sizeof *job->tie_count);
  if (!job->head || !job->child || !job->sibling || !job->strength || !job->weight || !job->touched || !job->ties ||
      !job->tie_count)
    return 0;
  for (uint64_t v = 0; v < job->graph->vertices; v++) {
    job->head[v] = (uint32_t)v;
    job->child[v] = job->sibling[v] = NONE;
    job->strength[v] = (double)(job->graph->start[v + 1] - job->graph->start[v]);
  }
  return 1;
}

static void clear_room(joining *job) {
  for (uint64_t v = 0; job->ties && v < job->graph->vertices; v++) free(job->ties[v]);
  free(job->head);
  free(job->child);
  free(job->sibling);
  free(job->strength);
  free(job->weight);
  free(job->touched);
  free(job->ties);
  free(job->tie_count);
}

int order_communities(const gnnc_adjacency *graph, const volatile int *stop, volatile uint64_t *done, uint32_t *order,
                      double *modularity) {
  joining job = {.graph = graph};
  const int fits = make_room(&job) && join_all(&job, stop, done);
  if (fits) {
    read_trees(&job, order);
    *modularity = modularity_of(&job);
  }
  clear_room(&job);
  return fits;
}
