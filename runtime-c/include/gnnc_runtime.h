// The contract between a compiled model, the runtime and the launcher.
//
// A compiled model is a shared library with one exported function, gnnc_describe, which returns a table of all that
// there is to know about it: what it reads of a graph, which weights it wants, its stages, their buffers and outputs.
// The launcher maps a graph, packs the weights, plans the buffers and calls each stage once for each partition.
//
// Rows are numbered as the partitioned graph numbers vertices; partition p owns a contiguous range of every type.
// All pointers in a gnnc_call stay the caller's; a stage keeps none of them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

// Raised whenever a struct below changes; a library built for another value is refused.
enum { GNNC_ABI = 6 };

// The in-edges of one target are summed in chunks of this many edges, whatever the number of threads, and the chunks
// in order: rows longer than this are split over threads without changing a bit.
enum { GNNC_CHUNK = 4096 };

// At least this many readable entries follow the last source of a partition (zeros): prefetching needs no bounds.
enum { GNNC_SOURCE_PADDING = 16 };

// What one number of the whole graph takes while it is added up (gnnc_sums.h).
enum { GNNC_SUM_BYTES = 160 };

typedef enum {
  GNNC_OK = 0,
  GNNC_BAD_INPUT = 1,    // the user's files: damaged, missing, or not what they should be
  GNNC_SYSTEM = 2,       // no memory, no room on the disk, an I/O error
  GNNC_INTERRUPTED = 3,  // asked to stop
  GNNC_INTERNAL = 70     // a fault of gnnc itself
} gnnc_status;

// What went wrong, in one sentence, and what to do about it. Owned by the caller; filled by the gnnc_fail_ functions.
typedef struct {
  gnnc_status status;
  char message[1024];
  char help[512];
} gnnc_error;

// GNNC_BF16: float32 numbers, rounded to half their bits. Only rows that are gathered are ever held so.
typedef enum { GNNC_F32 = 0, GNNC_I32 = 1, GNNC_I64 = 2, GNNC_BOOL = 3, GNNC_BF16 = 4 } gnnc_element;

typedef enum { GNNC_FORWARD = 0, GNNC_REVERSE = 1, GNNC_UNDIRECTED = 2 } gnnc_direction;

// ---------------------------------------------------------------------------------------------------- the graph

// The in-edges of the vertices that one partition owns, for one edge type and direction. Within a row, edges from
// other vertices come first, by rising rank in the graph's order, then the vertex's own self-loops in
// plain order.
typedef struct {
  uint64_t rows;             // targets that the partition owns
  const uint64_t *start;     // rows + 1: the in-edges of row r are start[r] .. start[r + 1]
  const uint32_t *source;    // a row number each, in the tensors of the source type
  const uint32_t *loops;     // rows: how many self-loops end each row; NULL where the edge set has none
  const uint32_t *hub;       // rows longer than GNNC_CHUNK, ascending
  uint64_t hubs;
  // Where gnnc_edge_set.ordered asks for them; else NULL and 0.
  const uint32_t *plain;       // the plain number of each in-edge; NULL where they need 64 bits
  const uint64_t *wide_plain;  // then these
  uint64_t longest;            // in-edges of the longest row of the whole graph, all partitions together
  uint64_t longest_of_others;  // self-loops not counted
} gnnc_edges;

// The rows of one vertex type that a partition owns: first .. first + count.
typedef struct {
  uint64_t first, count;
} gnnc_rows;

// Rows that are mostly zero: row r holds value[i] in column[i] for i in start[r] .. start[r + 1], columns ascending, and
// +0 everywhere else. A number may be stored and be zero all the same: -0 always is.
typedef struct {
  const uint64_t *start;
  const uint32_t *column;
  const float *value;
} gnnc_sparse_rows;

// ------------------------------------------------------------------------------------------- the model's tables

typedef struct {
  const char *name;
  uint64_t count_hint;  // the number of vertices that the cost model assumed; 0 if it had none
} gnnc_vertex_type;

typedef struct {
  const char *name;
  uint32_t source, target;  // vertex types
  uint64_t count_hint;
} gnnc_edge_type;

// One set of in-edges that stages sweep over; gnnc_call.edges has one entry for each.
typedef struct {
  uint32_t edge_type;
  gnnc_direction direction;
  uint32_t ordered;  // 1: stages walk along rows in plain order
} gnnc_edge_set;

typedef enum {
  GNNC_VERTEX_FEATURE,  // mapped from the graph, or rounded from there; `of` is the vertex type
  GNNC_EDGE_FEATURE,    // mapped from the graph, in the order of the set's edges; `of` is the edge set
  GNNC_STORED,          // written by one stage, read by later ones; `of` is the vertex type
  GNNC_STORED_EDGES,    // likewise, a row for each edge of a set, in their order; `of` is the edge set
  GNNC_VERTEX_WEIGHT,   // a weight with a row for each vertex; `of` is its number among the weights
  GNNC_GRAPH_VALUE,     // one row for the whole graph, written by a finish
  GNNC_PARTIAL,         // a row for each partition, of `width` gnnc_sum: what its vertices contribute
} gnnc_tensor_kind;

// Rows of numbers that stages read or write; gnnc_call.tensors has one base pointer for each.
typedef struct {
  const char *name;        // a feature's name in the graph, or the value's name in the model
  gnnc_tensor_kind kind;
  uint32_t of;
  gnnc_element element;
  uint32_t width;          // numbers that mean something
  uint32_t stride;         // numbers from one row to the next; for features, gnnc_stride(width)
  uint32_t buffer;         // GNNC_STORED: tensors with one buffer share memory at different times
  uint32_t prologue;       // 1: depends on the graph alone
  uint64_t limit;          // of an index: all its numbers must lie below; 0 for what is no index
  uint32_t takes_sparse;   // 1: a vertex feature that stages can read from gnnc_call.sparse, where it is there
} gnnc_tensor;

// Memory for stored tensors: `row_bytes` for each vertex of a type, or each edge of a set.
typedef struct {
  uint32_t of_edges;       // 1: `of` is an edge set; 0: a vertex type
  uint32_t of;
  uint64_t row_bytes;
} gnnc_buffer;

typedef enum { GNNC_LOOPS_KEPT = 0, GNNC_LOOPS_REMOVED = 1, GNNC_LOOPS_ADDED = 2 } gnnc_loops;

// A result, written by the launcher as NAME.npy: columns first .. first + width of a tensor.
typedef struct {
  const char *name;
  uint32_t tensor, first, width;
  uint32_t rank;           // of one row's shape
  const uint64_t *shape;
  gnnc_loops loops;        // over edges: which of the set's self-loops the value is of
  uint32_t loop_tensor;    // over edges with added self-loops: their values, a row for each vertex; else UINT32_MAX
} gnnc_output;

// A weight tensor as stored in a safetensors file: float32, row-major.
typedef struct {
  uint32_t keys;
  const char *const *key;  // alternatives; the first that the file holds counts
  uint32_t rank;
  const uint64_t *shape;   // 0 where the dimension counts the vertices of a type
  uint32_t counted;        // which dimension that is; UINT32_MAX if none: the weight is then packed
  uint32_t vertex_type;    // whose vertices it counts
} gnnc_weight;

struct gnnc_call;
typedef gnnc_status gnnc_stage_function(const struct gnnc_call *call);

// What a stage will cost for each edge of a set, beside the rows that it gathers.
typedef struct {
  uint32_t edge_set;
  double flops;
  double bytes_read, bytes_written;  // in the order of the edges: where they come from, features, values stored on them
} gnnc_edge_cost;

// What a stage gathers for each edge of a set.
typedef struct {
  uint32_t edge_set;
  uint32_t tensor;
  double bytes;            // of the tensor's row at the edge's other end
} gnnc_gather_cost;

// The part of flops_per_row that falls away for each number of a tensor that is not there, where its rows are sparse.
typedef struct {
  uint32_t tensor;
  double flops_per_number;
} gnnc_sparse_cost;

// The part of flops_per_row that falls away for each part of a row's sum over in-edges to which none of them adds.
typedef struct {
  uint32_t edge_set;
  uint32_t classes;      // a feature of these edges that says to which part each adds; UINT32_MAX: the row is one part
  uint32_t parts;
  double flops_per_part;
} gnnc_part_cost;

// What a stage will cost. Bytes are the least that have to move: each value once for a row and once for an edge.
typedef struct {
  double flops_per_row, bytes_read_per_row, bytes_written_per_row;
  uint32_t edge_costs;
  const gnnc_edge_cost *edge_cost;
  uint32_t gather_costs;
  const gnnc_gather_cost *gather_cost;
  uint32_t sparse_costs;
  const gnnc_sparse_cost *sparse_cost;
  uint32_t part_costs;
  const gnnc_part_cost *part_cost;
} gnnc_cost;

typedef struct {
  const char *name;              // what it does, for people: "attend conv1, project conv2"
  uint32_t vertex_type;          // whose rows it makes
  uint32_t level;                // stages of one level read nothing of each other; rows travel between levels
  uint32_t prologue;             // 1: depends on the graph alone
  uint32_t sweeps;               // passes over the in-edges of a row
  const uint32_t *gathers;       // tensors whose rows are read at other vertices, ended by UINT32_MAX
  const uint32_t *reads;         // tensors read at the same vertex or edge, ended by UINT32_MAX
  const uint32_t *writes;        // tensors written, ended by UINT32_MAX
  const uint32_t *edge_sets;     // swept over, ended by UINT32_MAX
  gnnc_cost cost;
  gnnc_stage_function *run;
} gnnc_stage;

// Values of the whole graph, computed from what all partitions have contributed: called once when every partition has run
// the stages of the level. It is given the call of any partition of a memory, whose tensors hold all contributions.
typedef struct {
  uint32_t level;
  uint32_t prologue;             // 1: depends on the graph alone
  const uint32_t *writes;        // tensors, ended by UINT32_MAX
  gnnc_stage_function *run;
} gnnc_finish;

// raw[i] holds weights[i], finite or not; those that count vertices are not read; packed has packed_bytes, 64-byte aligned and zeroed.
// GNNC_SYSTEM where its own scratch cannot be had.
typedef gnnc_status gnnc_pack_function(const float *const *raw, void *packed);

typedef struct {
  uint32_t abi;                  // GNNC_ABI
  const char *name;              // of the model
  const char *schema;            // a hash of the program, to tell models apart
  const char *processor;         // what the library was built for: "x86-64-v3", "native: ..."
  uint32_t vertex_types, edge_types, edge_sets, tensors, buffers, outputs, weights, stages, finishes;
  const gnnc_vertex_type *vertex_type;
  const gnnc_edge_type *edge_type;
  const gnnc_edge_set *edge_set;
  const gnnc_tensor *tensor;
  const gnnc_buffer *buffer;
  const gnnc_output *output;
  const gnnc_weight *weight;
  const gnnc_stage *stage;
  const gnnc_finish *finish;
  uint64_t packed_bytes;         // of the packed weights
  uint64_t arena_bytes;          // scratch for each thread, 64-byte aligned
  uint64_t hub_bytes_per_chunk;  // scratch for each chunk of the longest row, shared by all threads
  gnnc_pack_function *pack;
  int (*processor_fits)(void);   // 1 if this machine can run the library
} gnnc_model;

// The only symbol that a compiled model exports.
typedef const gnnc_model *gnnc_describe_function(void);
#define GNNC_DESCRIBE_SYMBOL "gnnc_describe"

// --------------------------------------------------------------------------------------------------- one call

// One stage over one partition.
typedef struct gnnc_call {
  uint32_t threads;
  uint32_t part, parts;               // the partition, and how many there are
  const uint64_t *counts;             // vertices of each type in the whole graph
  const gnnc_rows *owned;             // for each vertex type
  const gnnc_edges *edges;            // for each edge set
  void *const *tensors;               // row 0 of each tensor; rows are numbered as gnnc_edges.source and `owned` say
  const void *weights;                // packed
  void *arena;                        // threads * arena_bytes
  void *hub;                          // hub_bytes_per_chunk * chunks of the longest row of this partition
  const volatile int *stop;           // not zero: give up soon, return GNNC_INTERRUPTED
  const gnnc_sparse_rows *const *sparse;  // for each tensor its rows if they are sparse: `tensors` then has none, and
                                          // rows are numbered as there; NULL elsewhere, or if no tensor's are
  uint32_t weights_are_finite;        // 1: no packed weight is infinite or NaN, so that 0 times it is 0
} gnnc_call;

// Numbers from one row of a tensor to the next: whole cache lines for wide rows (halves of them for bfloat16, and no row
// lies across more lines for that), a power of two for narrow ones.
static inline uint32_t gnnc_stride(uint32_t width) {
  if (width > 8) return (width + 15) / 16 * 16;
  return width > 4 ? 8 : width > 2 ? 4 : width == 0 ? 1 : width;
}

// A bfloat16: the upper half of a float32.
typedef struct {
  uint16_t bits;
} gnnc_bf16;

// The nearest bfloat16, the even one of two; too large is infinite. NaN stays NaN, infinity and zeros are themselves.
static inline gnnc_bf16 gnnc_to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = bits + 0x7fff + (bits >> 16 & 1);
  const uint32_t quiet = bits | 0x00400000u;  // a NaN whose upper half would be infinite
  return (gnnc_bf16){(uint16_t)(((bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded) >> 16)};
}

// The same number.
static inline float gnnc_from_bf16(gnnc_bf16 half) {
  const uint32_t bits = (uint32_t)half.bits << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#ifdef __cplusplus
}
#endif
