// Orders of vertices: what each promises, on graphs whose vertices come shuffled.
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gnnc_files.h"

static uint64_t state = 5;
static uint32_t below(uint32_t limit) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((state >> 33) % limit);
}

typedef struct {
  uint32_t vertices, edges, room;
  int32_t *source, *target;
  uint32_t *name;  // what vertex v of the unshuffled graph is called
} graph;

static graph new_graph(uint32_t vertices, uint32_t room) {
  graph g = {.vertices = vertices, .room = room};
  g.source = malloc((room + 1) * sizeof *g.source);
  g.target = malloc((room + 1) * sizeof *g.target);
  g.name = malloc((vertices + 1) * sizeof *g.name);
  for (uint32_t v = 0; v < vertices; v++) g.name[v] = v;
  for (uint32_t v = vertices; v-- > 1;) {
    const uint32_t u = below(v + 1), name = g.name[v];
    g.name[v] = g.name[u];
    g.name[u] = name;
  }
  return g;
}

static void join(graph *g, uint32_t u, uint32_t v) {
  check(g->edges < g->room);
  g->source[g->edges] = (int32_t)g->name[u];
  g->target[g->edges++] = (int32_t)g->name[v];
}

static void free_graph(graph *g) {
  free(g->source);
  free(g->target);
  free(g->name);
}

static gnnc_numbered_edges list_of(const graph *g) {
  return (gnnc_numbered_edges){
      .edges = {.source = g->source, .target = g->target, .kind = GNNC_INDEX_I32, .count = g->edges}, .loops = 1};
}

// The order, which has to hold each vertex once.
static uint32_t *ordered(const graph *g, gnnc_order order, uint32_t threads) {
  const gnnc_numbered_edges list = list_of(g);
  uint32_t *of_rank = malloc((g->vertices + 1) * sizeof *of_rank);
  gnnc_error error;
  double modularity;
  check(gnnc_order_vertices(&list, 1, g->vertices, order, threads, NULL, NULL, of_rank, &modularity, &error) == GNNC_OK);
  uint8_t *seen = calloc(g->vertices + 1, 1);
  uint32_t distinct = 0;
  for (uint32_t r = 0; r < g->vertices; r++) {
    check(of_rank[r] < g->vertices);
    distinct += !seen[of_rank[r]]++;
  }
  check(distinct == g->vertices);
  free(seen);
  return of_rank;
}

// For each vertex of the unshuffled graph, where it stands.
static uint32_t *ranks(const graph *g, const uint32_t *of_rank) {
  uint32_t *rank_of_name = malloc((g->vertices + 1) * sizeof *rank_of_name);
  uint32_t *rank = malloc((g->vertices + 1) * sizeof *rank);
  for (uint32_t r = 0; r < g->vertices; r++) rank_of_name[of_rank[r]] = r;
  for (uint32_t v = 0; v < g->vertices; v++) rank[v] = rank_of_name[g->name[v]];
  free(rank_of_name);
  return rank;
}

static uint32_t distance(uint32_t a, uint32_t b) { return a < b ? b - a : a - b; }

static void breadth_first_goes_level_by_level(void) {
  enum { LEVELS = 7, VERTICES = (1 << LEVELS) - 1, ALL = VERTICES + 9 };
  graph g = new_graph(ALL, 4 * ALL);
  for (uint32_t v = 1; v < VERTICES; v++) join(&g, v, (v - 1) / 2);
  for (uint32_t i = 0; i < 40; i++) join(&g, 0, 0);  // the root has most mentions; loops lead nowhere
  uint32_t *of_rank = ordered(&g, GNNC_BREADTH_FIRST, 2), *rank = ranks(&g, of_rank);
  check(rank[0] == 0);
  for (uint32_t v = 1; v < VERTICES; v++) {
    uint32_t level = 0;
    while ((2u << level) - 1 <= v) level++;
    check(rank[v] >= (1u << level) - 1 && rank[v] < (2u << level) - 1);
    check(v % 2 == 0 || distance(rank[v], rank[v + 1]) == 1);  // who is met by one vertex stands together
  }
  for (uint32_t v = VERTICES; v < ALL; v++) check(rank[v] >= VERTICES);  // without edges: last
  free(rank);
  free(of_rank);
  free_graph(&g);
}

static uint32_t bandwidth(const graph *g, const uint32_t *of_rank) {
  uint32_t *rank_of_name = malloc((g->vertices + 1) * sizeof *rank_of_name), widest = 0;
  for (uint32_t r = 0; r < g->vertices; r++) rank_of_name[of_rank[r]] = r;
  for (uint32_t e = 0; e < g->edges; e++) {
    const uint32_t d = distance(rank_of_name[g->source[e]], rank_of_name[g->target[e]]);
    widest = d > widest ? d : widest;
  }
  free(rank_of_name);
  return widest;
}

static void cuthill_mckee_keeps_neighbours_near(void) {
  enum { LENGTH = 500 };
  graph path = new_graph(LENGTH + 3, LENGTH + 1);
  for (uint32_t v = 1; v < LENGTH; v++) join(&path, v - 1, v);
  join(&path, LENGTH + 1, LENGTH + 1);
  uint32_t *of_rank = ordered(&path, GNNC_CUTHILL_MCKEE, 2);
  check(bandwidth(&path, of_rank) == 1);
  free(of_rank);
  free_graph(&path);

  enum { WIDE = 8, HIGH = 60 };  // a grid's bandwidth is its smaller side
  graph grid = new_graph(WIDE * HIGH, 2 * WIDE * HIGH);
  for (uint32_t y = 0; y < HIGH; y++)
    for (uint32_t x = 0; x < WIDE; x++) {
      if (x > 0) join(&grid, y * WIDE + x - 1, y * WIDE + x);
      if (y > 0) join(&grid, y * WIDE + x, (y - 1) * WIDE + x);
    }
  of_rank = ordered(&grid, GNNC_CUTHILL_MCKEE, 1);
  check(bandwidth(&grid, of_rank) <= WIDE + 1);
  free(of_rank);
  free_graph(&grid);
}

static void cuthill_mckee_puts_what_has_no_edges_last(void) {
  graph g = new_graph(30, 20);
  for (uint32_t v = 1; v < 12; v++) join(&g, v - 1, v);
  uint32_t *of_rank = ordered(&g, GNNC_CUTHILL_MCKEE, 1), *rank = ranks(&g, of_rank);
  for (uint32_t v = 0; v < 30; v++) check((rank[v] < 12) == (v < 12));
  free(rank);
  free(of_rank);
  free_graph(&g);
}

// A ring of cliques: each clique is a community.
static void communities_stand_together(void) {
  enum { CLIQUES = 40, SIZE = 12, VERTICES = CLIQUES * SIZE };
  graph g = new_graph(VERTICES + 5, CLIQUES * (SIZE * SIZE + 1));
  for (uint32_t c = 0; c < CLIQUES; c++) {
    for (uint32_t i = 0; i < SIZE; i++)
      for (uint32_t j = 0; j < SIZE; j++) join(&g, c * SIZE + i, c * SIZE + j);
    join(&g, c * SIZE, (c + 1) % CLIQUES * SIZE + 1);
  }
  uint32_t *of_rank = ordered(&g, GNNC_COMMUNITIES, 2), *rank = ranks(&g, of_rank);
  for (uint32_t c = 0; c < CLIQUES; c++) {
    uint32_t least = UINT32_MAX, most = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
      least = rank[c * SIZE + i] < least ? rank[c * SIZE + i] : least;
      most = rank[c * SIZE + i] > most ? rank[c * SIZE + i] : most;
    }
    check(most - least == SIZE - 1);
  }
  for (uint32_t v = VERTICES; v < VERTICES + 5; v++) check(rank[v] >= VERTICES);
  free(rank);
  free(of_rank);
  free_graph(&g);
}

// Two cliques of the same size and nothing between them: half of the edges would be within at random.
static void modularity_is_as_defined(void) {
  enum { SIZE = 9 };
  graph g = new_graph(2 * SIZE, 2 * SIZE * SIZE);
  for (uint32_t i = 0; i < SIZE * SIZE; i++) {
    join(&g, i / SIZE, i % SIZE);
    join(&g, SIZE + i / SIZE, SIZE + i % SIZE);
  }
  const gnnc_numbered_edges list = list_of(&g);
  uint32_t order[2 * SIZE];
  gnnc_error error;
  double modularity;
  check(gnnc_order_vertices(&list, 1, 2 * SIZE, GNNC_COMMUNITIES, 1, NULL, NULL, order, &modularity, &error) ==
        GNNC_OK);
  check(modularity == 0.5);
  free_graph(&g);
}

static void orders_do_not_depend_on_threads(void) {
  for (uint32_t vertices = 1; vertices < 4000; vertices = vertices * 5 + 2) {
    graph g = new_graph(vertices, 60000);
    for (uint32_t e = 0; e < 60000; e++) join(&g, below(vertices), below(below(4) ? vertices : 1 + vertices / 20));
    for (gnnc_order order = GNNC_BREADTH_FIRST; order <= GNNC_COMMUNITIES; order++) {
      uint32_t *one = ordered(&g, order, 1), *three = ordered(&g, order, 3);
      check(memcmp(one, three, vertices * sizeof *one) == 0);
      free(one);
      free(three);
    }
    free_graph(&g);
  }
}

static void graphs_without_edges_are_ordered(void) {
  for (uint32_t vertices = 0; vertices < 3; vertices++)
    for (gnnc_order order = GNNC_BREADTH_FIRST; order <= GNNC_COMMUNITIES; order++) {
      graph g = new_graph(vertices, 0);
      free(ordered(&g, order, 2));
      free_graph(&g);
    }
}

static void types_are_ordered_together(void) {
  // Vertices 0 .. 2 of one type, 3 .. 5 of another: 2 - 3, 2 - 4, 2 - 5 by one list, 0 - 1 by the other.
  const uint32_t from[] = {2, 2, 2}, to[] = {0, 1, 2}, other[] = {0, 1};
  const gnnc_numbered_edges lists[] = {{.edges = {from, to, GNNC_INDEX_U32, 3}, .target_base = 3},
                                       {.edges = {other, other + 1, GNNC_INDEX_U32, 1}, .loops = 1}};
  uint32_t order[6], first[3], second[3];
  gnnc_error error;
  double modularity;
  check(gnnc_order_vertices(lists, 2, 6, GNNC_BREADTH_FIRST, 1, NULL, NULL, order, &modularity, &error) == GNNC_OK);
  gnnc_take_type(order, 6, 0, 3, first);
  gnnc_take_type(order, 6, 3, 6, second);
  check(first[0] == 2 && first[1] == 0 && first[2] == 1);
  check(second[0] == 0 && second[1] == 1 && second[2] == 2);
}

static void a_stop_is_heeded(void) {
  const int stop = 1;
  graph g = new_graph(4, 2);
  join(&g, 0, 1);
  const gnnc_numbered_edges list = list_of(&g);
  uint32_t order[4];
  gnnc_error error;
  double modularity;
  check(gnnc_order_vertices(&list, 1, 4, GNNC_COMMUNITIES, 1, &stop, NULL, order, &modularity, &error) == GNNC_INTERRUPTED);
  free_graph(&g);
}

static void neighbours_are_listed_once(void) {
  enum { VERTICES = 50, EDGES = 700 };
  graph g = new_graph(VERTICES, EDGES);
  uint8_t joined[VERTICES][VERTICES] = {{0}};
  for (uint32_t e = 0; e < EDGES; e++) {
    join(&g, below(VERTICES), below(VERTICES / 2));
    const int32_t s = g.source[e], t = g.target[e];
    if (s != t) joined[s][t] = joined[t][s] = 1;
  }
  const gnnc_numbered_edges list = list_of(&g);
  gnnc_adjacency found;
  gnnc_error error;
  check(gnnc_adjacency_build(&list, 1, VERTICES, 2, NULL, NULL, &found, &error) == GNNC_OK);
  uint64_t at = 0;
  for (uint32_t v = 0; v < VERTICES; v++) {
    check(found.start[v] == at);
    for (uint32_t u = 0; u < VERTICES; u++) {
      if (!joined[v][u]) continue;
      check(found.neighbour[at] == u);
      at++;
    }
  }
  check(found.start[VERTICES] == at);
  gnnc_adjacency_free(&found);
  free_graph(&g);
}

void test_orders(void) {
  neighbours_are_listed_once();
  breadth_first_goes_level_by_level();
  cuthill_mckee_keeps_neighbours_near();
  cuthill_mckee_puts_what_has_no_edges_last();
  communities_stand_together();
  modularity_is_as_defined();
  orders_do_not_depend_on_threads();
  graphs_without_edges_are_ordered();
  types_are_ordered_together();
  a_stop_is_heeded();
}
