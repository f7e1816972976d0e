// What this machine can do at most, measured: the bars that the stages of a model are held against.
//
// Every rate is the best of several passes by all threads, each thread in the widest registers that the processor has.
// `threads` of 0 stands for as many as the machine has. `stop` may be NULL; once it points at something other than
// zero, measuring ends soon and what it gives back means nothing.
#pragma once
#include "gnnc_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  double read;          // bytes a second, read from memory that no cache holds
  double triad;         // bytes a second of a[i] = b[i] + 3 * c[i] there, two read and one written
  double multiply_add;  // flops a second in single precision: dense products of blocks in the first-level cache
} gnnc_limits;

// Takes `bytes` of memory for the time being: several times as much as the caches hold, or they are measured instead.
gnnc_status gnnc_measure_limits(uint64_t bytes, uint32_t threads, const volatile int *stop, gnnc_limits *limits,
                                gnnc_error *error);

// How much that should be here.
uint64_t gnnc_limits_memory(void);

// Rows to gather: `bytes` from the beginning of row source[e] for each edge e. GNNC_SOURCE_PADDING entries follow the last.
typedef struct {
  const void *rows;      // row 0
  uint64_t row_bytes;    // from one row to the next
  uint64_t bytes;        // of each that are read
  const uint32_t *source;
  uint64_t edges;
} gnnc_gathering;

typedef struct {
  double along_edges;    // bytes a second, in the order of the edges
  double at_random;      // bytes a second, of rows anywhere among those that the edges come from
} gnnc_gather_rates;

// Reads rows and does nothing with them, at most some hundred MB in a pass: of longer lists evenly spaced stretches.
// Several lists are gathered one after the other, as partitions are. Both rates are 0 where there is nothing to gather.
gnnc_gather_rates gnnc_measure_gather(const gnnc_gathering *lists, uint32_t count, uint32_t threads,
                                      const volatile int *stop);

#ifdef __cplusplus
}
#endif
