// Orders by walks from neighbour to neighbour.
//
// A walk's queue is its result: the vertices that it has met, in the order in which it met them. Walking takes a small
// part of the time that joining the edge lists does, so one thread walks.
#include <stdlib.h>

#include "orders.h"

typedef enum { HUBS_FIRST, HUBS_LAST } turn;

typedef struct {
  const gnnc_adjacency *graph;
  const volatile int *stop;
  turn turn;
  uint64_t *met;    // a bit for each vertex
  uint32_t *queue;  // the first `end` are met
  uint64_t end;
} walking;

static int stopped(const walking *job) { return job->stop && *job->stop; }

static int is_met(const walking *job, uint32_t v) { return job->met[v >> 6] >> (v & 63) & 1; }

static inline void meet(walking *job, uint32_t v) {
  if (is_met(job, v)) return;
  job->met[v >> 6] |= 1ull << (v & 63);
  job->queue[job->end++] = v;
}

static void meet_neighbours(walking *job, uint32_t v) {
  const uint32_t *neighbour = job->graph->neighbour;
  const uint64_t first = job->graph->start[v], last = job->graph->start[v + 1];
  if (job->turn == HUBS_FIRST)
    for (uint64_t i = first; i < last; i++) meet(job, neighbour[i]);
  else
    for (uint64_t i = last; i-- > first;) meet(job, neighbour[i]);
}

// Meets all that can be reached from `root`. Returns the number of levels; the last begins at *last_level.
static uint64_t walk(walking *job, uint32_t root, uint64_t *last_level) {
  uint64_t levels = 0, next = job->end;
  meet(job, root);
  while (next < job->end && !stopped(job)) {
    const uint64_t level_end = job->end;
    *last_level = next;
    for (; next < level_end; next++) meet_neighbours(job, job->queue[next]);
    levels++;
  }
  return levels;
}

static void forget(walking *job, uint64_t from) {
  while (job->end > from) {
    const uint32_t v = job->queue[--job->end];
    job->met[v >> 6] &= ~(1ull << (v & 63));
  }
}

static uint32_t fewest_edges(const walking *job, uint64_t from) {
  uint32_t least = job->queue[from];
  for (uint64_t i = from; i < job->end; i++) least = job->queue[i] > least ? job->queue[i] : least;
  return least;
}

// George and Liu, An Implementation of a Pseudoperipheral Node Finder, 1979: from the last level's vertex of fewest
// edges there may be more levels; once there are not, that walk stands.
static void walk_from_the_edge(walking *job, uint32_t root) {
  const uint64_t begin = job->end;
  uint64_t last_level = begin, levels = walk(job, root, &last_level), before = 0;
  while (levels > before && !stopped(job)) {
    before = levels;
    const uint32_t farthest = fewest_edges(job, last_level);
    forget(job, begin);
    levels = walk(job, farthest, &last_level);
  }
}

static int start_walking(const gnnc_adjacency *graph, const volatile int *stop, turn turn, uint32_t *order,
                         walking *job) {
  *job = (walking){.graph = graph, .stop = stop, .turn = turn, .queue = order};
  job->met = calloc(graph->vertices / 64 + 1, sizeof *job->met);
  return job->met != NULL;
}

int order_breadth_first(const gnnc_adjacency *graph, const volatile int *stop, uint32_t *order) {
  walking job;
  if (!start_walking(graph, stop, HUBS_FIRST, order, &job)) return 0;
  uint64_t last_level;
  for (uint64_t v = 0; v < graph->vertices && !stopped(&job); v++)
    if (!is_met(&job, (uint32_t)v)) walk(&job, (uint32_t)v, &last_level);
  free(job.met);
  return 1;
}

int order_cuthill_mckee(const gnnc_adjacency *graph, const volatile int *stop, uint32_t *order) {
  walking job;
  if (!start_walking(graph, stop, HUBS_LAST, order, &job)) return 0;
  for (uint64_t v = graph->vertices; v-- > 0 && !stopped(&job);) {
    if (is_met(&job, (uint32_t)v)) continue;
    if (graph->start[v] == graph->start[v + 1]) meet(&job, (uint32_t)v);
    else walk_from_the_edge(&job, (uint32_t)v);
  }
  free(job.met);
  for (uint64_t i = 0, j = graph->vertices; i + 1 < j; i++) {
    const uint32_t v = order[i];
    order[i] = order[--j];
    order[j] = v;
  }
  return 1;
}
