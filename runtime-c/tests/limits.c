#include <stdlib.h>

#include "check.h"
#include "gnnc_limits.h"

static void the_machine_has_rates(void) {
  gnnc_limits limits;
  gnnc_error error;
  check(gnnc_measure_limits(4 << 20, 2, NULL, &limits, &error) == GNNC_OK);
  check(limits.read > 0 && limits.triad > 0 && limits.multiply_add > 0);
  check(gnnc_limits_memory() >= 192u << 20 && gnnc_limits_memory() <= 768u << 20);
}

static void measuring_stops_when_asked(void) {
  const int stop = 1;
  gnnc_limits limits;
  gnnc_error error;
  check(gnnc_measure_limits(4 << 20, 2, &stop, &limits, &error) == GNNC_INTERRUPTED);
}

// Rows of each width end with the memory, which a sanitizer watches.
static void no_row_is_read_beyond_its_end(void) {
  enum { ROWS = 50, EDGES = 700 };
  const uint64_t widths[] = {3, 20, 64, 300};
  for (int w = 0; w < 4; w++) {
    const uint64_t bytes = widths[w];
    char *rows = calloc(ROWS, bytes);
    uint32_t *source = calloc(EDGES + GNNC_SOURCE_PADDING, sizeof *source);
    for (int e = 0; e < EDGES; e++) source[e] = (uint32_t)(e * 7 % ROWS);
    // Two partitions, one of them without edges.
    const gnnc_gathering lists[] = {
        {.rows = rows, .row_bytes = bytes, .bytes = bytes, .source = source, .edges = 0},
        {.rows = rows, .row_bytes = bytes, .bytes = bytes, .source = source, .edges = EDGES},
    };
    const gnnc_gather_rates rates = gnnc_measure_gather(lists, 2, 2, NULL);
    check(rates.along_edges > 0 && rates.at_random > 0);
    free(source);
    free(rows);
  }
}

static void nothing_to_gather_has_no_rate(void) {
  const uint32_t source[GNNC_SOURCE_PADDING] = {0};
  const gnnc_gathering list = {.rows = source, .row_bytes = 4, .bytes = 4, .source = source, .edges = 0};
  gnnc_gather_rates rates = gnnc_measure_gather(&list, 1, 2, NULL);
  check(rates.along_edges == 0 && rates.at_random == 0);
  rates = gnnc_measure_gather(NULL, 0, 2, NULL);
  check(rates.along_edges == 0 && rates.at_random == 0);
}

void test_limits(void) {
  the_machine_has_rates();
  measuring_stops_when_asked();
  no_row_is_read_beyond_its_end();
  nothing_to_gather_has_no_rate();
}
