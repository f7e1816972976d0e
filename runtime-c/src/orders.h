// Orders of the vertices of a joint graph whose vertices are numbered by falling degree: what gnnc_order chooses among.
//
// Each writes all vertices into `order` and returns 0 if there is no memory; with `stop` set it ends early, the order
// unfinished.
#pragma once
#include "gnnc_files.h"

// Level by level from each component's largest hub, the neighbours of a vertex by falling degree.
int order_breadth_first(const gnnc_adjacency *graph, const volatile int *stop, uint32_t *order);

// Reverse Cuthill-McKee: level by level from a vertex at each component's edge, the neighbours of a vertex by rising
// degree, and all of it turned round.
int order_cuthill_mckee(const gnnc_adjacency *graph, const volatile int *stop, uint32_t *order);

// Communities, and communities within them, together; hubs before what belongs to them. `done` counts ends of edges;
// *modularity tells how much of communities there is in the graph.
int order_communities(const gnnc_adjacency *graph, const volatile int *stop, volatile uint64_t *done, uint32_t *order,
                      double *modularity);
