// What the runtime does with graph files: mapping and verifying them, building in-edge lists, moving rows.
//
// Every function that can fail returns a gnnc_status and fills the caller's gnnc_error. Nothing here prints, exits or
// keeps global state. Results never depend on `threads`; 0 stands for as many as the machine has. `stop` may be NULL;
// once it points at something other than zero, work ends soon with GNNC_INTERRUPTED.
#pragma once
#include "gnnc_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------- ways to fail

// Each writes its sentence into `error` (which may be NULL) and returns the code.
gnnc_status gnnc_fail_open(gnnc_error *error, const char *path, int reason);
gnnc_status gnnc_fail_write(gnnc_error *error, const char *path, int reason);
gnnc_status gnnc_fail_size(gnnc_error *error, const char *path, uint64_t want, uint64_t got);
gnnc_status gnnc_fail_block(gnnc_error *error, const char *path, uint64_t block);
gnnc_status gnnc_fail_start(gnnc_error *error, const char *path, uint64_t row, uint64_t value, uint64_t low,
                            uint64_t high);
gnnc_status gnnc_fail_index(gnnc_error *error, const char *path, uint64_t position, uint64_t value, uint64_t limit);
gnnc_status gnnc_fail_loops(gnnc_error *error, const char *path, uint64_t row, uint64_t loops, uint64_t edges);
gnnc_status gnnc_fail_column(gnnc_error *error, const char *path, uint64_t position, uint64_t value, uint64_t before);
gnnc_status gnnc_fail_memory(gnnc_error *error, const char *what, uint64_t bytes);
gnnc_status gnnc_fail_crash(gnnc_error *error, const char *what, int signal_number);
gnnc_status gnnc_fail_interrupted(gnnc_error *error);

// ------------------------------------------------------------------------------------------------- threads

// One piece of a parallel loop. Pieces are handed out in rising order, each to whichever thread is free.
typedef void gnnc_piece_function(void *context, uint64_t piece);

// How many threads `threads` stands for.
uint32_t gnnc_thread_count(uint32_t threads);

void gnnc_parallel(uint32_t threads, uint64_t pieces, gnnc_piece_function *function, void *context);

// Runs `function` in a child process of its own, whose standard output goes nowhere, and waits. What the child writes
// is lost but for memory from gnnc_shared_memory. A child that crashes is an error here, no more; when asked to stop,
// the child is killed.
typedef int gnnc_apart_function(void *context);

gnnc_status gnnc_run_apart(const char *what, gnnc_apart_function *function, void *context, const volatile int *stop,
                           int *result, gnnc_error *error);
void *gnnc_shared_memory(uint64_t bytes);
void gnnc_free_shared_memory(void *memory, uint64_t bytes);

// ------------------------------------------------------------------------------------------------- mapping

// A file in memory, read-only. `bytes` is page-aligned; NULL for an empty file.
typedef struct {
  const void *bytes;
  uint64_t size;
} gnnc_map;

gnnc_status gnnc_map_file(const char *path, gnnc_map *map, gnnc_error *error);
void gnnc_unmap(gnnc_map *map);

// Lets two directories exchange their names, at one stroke where the file system can. Returns 0 or an errno.
int gnnc_exchange(const char *one, const char *other);

// ---------------------------------------------------------------------------------------------- verifying

// Checksums are of blocks of this many bytes; the last block of a file may be shorter.
enum { GNNC_CHECKSUM_BLOCK = 1 << 20 };

// The 64-bit checksum of one block; docs/graph-format.md says how it is computed.
uint64_t gnnc_checksum(const void *bytes, uint64_t size);

// One checksum for each block.
void gnnc_checksums(const void *bytes, uint64_t size, uint32_t threads, uint64_t *sums);

typedef enum {
  GNNC_BYTES,    // nothing to check but the checksum
  GNNC_STARTS,   // uint64: begins with 0, never falls, ends with `limit`
  GNNC_INDEX32,  // uint32: `entries` numbers below `limit`
  GNNC_INDEX64,  // uint64: `entries` numbers below `limit`
  GNNC_LOOPS,    // uint32: for each row, no more than the row has edges in `start`
  GNNC_COLUMNS   // uint32: `entries` numbers below `limit`, rising within each of the `rows` rows of `start`
} gnnc_content;

// A mapped file and what it must hold.
typedef struct {
  const char *path;  // for messages
  const void *bytes;
  uint64_t size;
  const uint64_t *sums;   // gnnc_block_count(size) of them
  gnnc_content content;
  uint64_t entries;
  uint64_t limit;
  const uint64_t *start;  // GNNC_LOOPS and GNNC_COLUMNS
  uint64_t rows;          // GNNC_COLUMNS
} gnnc_checked_file;

static inline uint64_t gnnc_block_count(uint64_t size) {
  return (size + GNNC_CHECKSUM_BLOCK - 1) / GNNC_CHECKSUM_BLOCK;
}

// Checks all blocks of all files, each once, in parallel: checksums first, then what they hold. `done` counts bytes and
// may be read meanwhile. Of several faults the first in the order of the files is told.
gnnc_status gnnc_verify(const gnnc_checked_file *files, uint64_t count, uint32_t threads, const volatile int *stop,
                        volatile uint64_t *done, gnnc_error *error);

// The rows longer than GNNC_CHUNK, ascending, into `hubs` unless it is NULL; returns how many. `longest` may be NULL.
uint64_t gnnc_find_hubs(const uint64_t *start, uint64_t rows, uint32_t *hubs, uint64_t *longest);

// The most in-edges that a row has from other vertices. `loops` may be NULL.
uint64_t gnnc_longest_of_others(const uint64_t *start, const uint32_t *loops, uint64_t rows);

// ----------------------------------------------------------------------------------------------- edge lists

typedef enum { GNNC_INDEX_I32, GNNC_INDEX_U32, GNNC_INDEX_I64, GNNC_INDEX_U64 } gnnc_index_kind;

// `count` edges in plain order.
typedef struct {
  const void *source, *target;  // vertices, as `kind` says
  gnnc_index_kind kind;
  uint64_t count;
} gnnc_edge_list;

// Looks at `count` vertex numbers. Returns the position of the first that is negative or not below `limit`, with its
// value (negative ones as int64_t), or `count` if there is none.
uint64_t gnnc_find_bad_index(const void *indices, gnnc_index_kind kind, uint64_t count, uint64_t limit,
                             uint32_t threads, int64_t *value);

// Adds one to degree[v] for each mention of v, which is below `vertices`.
void gnnc_count_mentions(const void *indices, gnnc_index_kind kind, uint64_t count, uint64_t vertices,
                         uint32_t threads, uint64_t *degree);

// The vertices by falling degree; equal ones ascend. Returns 0 if there is no memory.
int gnnc_order_by_degree(const uint64_t *degree, uint64_t count, uint32_t *vertex_of_rank);

// ------------------------------------------------------------------------------------------------ in-edges

// In-edges by row. Within a row: by rank of the source, then by plain index; self-loops last, by plain index.
// Memory is the caller's to give back by gnnc_csr_free.
typedef struct {
  uint64_t rows, ranks, loops;
  uint64_t *start;    // rows + 1
  uint64_t *in_edge;  // start[rows]: its row << 32 | the source's rank; a self-loop has rank `ranks`, past any vertex
  uint32_t *edge32;   // start[rows] plain indices, for lists of fewer than 2^32 edges; or else
  uint64_t *edge64;   // in 64 bits; neither for GNNC_NEIGHBOURS
} gnnc_csr;

static inline uint32_t gnnc_row(uint64_t in_edge) { return (uint32_t)(in_edge >> 32); }
static inline uint32_t gnnc_rank(uint64_t in_edge) { return (uint32_t)in_edge; }

typedef enum {
  GNNC_EACH,       // every edge as it stands
  GNNC_NEIGHBOURS  // each pair of neighbours once in each direction, a self-loop once, plain indices meaningless
} gnnc_csr_mode;

// How the ends of an edge list are numbered: rank[v] and row[v] for vertex v; NULL means v + base.
typedef struct {
  gnnc_edge_list edges;
  const uint32_t *source_rank, *source_row, *target_rank, *target_row;  // GNNC_EACH reads source_rank, target_row
  uint32_t source_base, target_base;
  int loops;  // whether both ends number the same vertices, so that an edge can be a self-loop
} gnnc_numbered_edges;

// Builds the in-edges of `rows` rows from all of `lists`. Takes 12 bytes an edge (16 for GNNC_NEIGHBOURS, or past 2^32
// edges), and 14 a row. `done` counts edges and may be read meanwhile.
gnnc_status gnnc_csr_build(const gnnc_numbered_edges *lists, uint32_t count, uint64_t rows, uint64_t ranks,
                           gnnc_csr_mode mode, uint32_t threads, const volatile int *stop, volatile uint64_t *done,
                           gnnc_csr *csr, gnnc_error *error);
void gnnc_csr_free(gnnc_csr *csr);

// The joint graph: vertices of all types numbered through, without self-loops. Memory is the caller's to give back.
typedef struct {
  uint64_t vertices;
  uint64_t *start;      // vertices + 1
  uint32_t *neighbour;  // start[vertices]: each pair once at either end, ascending
} gnnc_adjacency;

// Takes 16 bytes an edge and 18 a vertex while it works, and leaves 8 and 8 at most. `done` counts edges.
gnnc_status gnnc_adjacency_build(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices,
                                 uint32_t threads, const volatile int *stop, volatile uint64_t *done,
                                 gnnc_adjacency *graph, gnnc_error *error);
void gnnc_adjacency_free(gnnc_adjacency *graph);

typedef enum {
  GNNC_BREADTH_FIRST,  // level by level from each component's largest hub
  GNNC_CUTHILL_MCKEE,  // reverse Cuthill-McKee
  GNNC_COMMUNITIES     // communities within communities, hubs first
} gnnc_order;

// Puts the vertices of all types into one order. `lists` number the vertices through by source_base and target_base;
// fewer than 2^32 in all. Takes what gnnc_adjacency_build does and 8 bytes a vertex more; GNNC_COMMUNITIES, once that is
// built, up to 16 bytes an edge and 60 a vertex beside it. `done` counts up to 4 times the edges, and up to 6 times for
// GNNC_COMMUNITIES, which alone tells the communities' modularity, from 0 to 1.
gnnc_status gnnc_order_vertices(const gnnc_numbered_edges *lists, uint32_t count, uint64_t vertices, gnnc_order order,
                                uint32_t threads, const volatile int *stop, volatile uint64_t *done,
                                uint32_t *vertex_of_rank, double *modularity, gnnc_error *error);

// Of such an order, what stands in it of the type whose vertices are numbered first .. last: `own` counts from 0.
void gnnc_take_type(const uint32_t *order, uint64_t vertices, uint64_t first, uint64_t last, uint32_t *own);

// Copies of one stretch of positions, first .. last: row numbers of the sources (row_of_rank NULL: the ranks), and
// plain indices.
void gnnc_csr_sources(const gnnc_csr *csr, uint64_t first, uint64_t last, const uint32_t *row_of_rank,
                      uint32_t *sources);
void gnnc_csr_edges32(const gnnc_csr *csr, uint64_t first, uint64_t last, uint32_t *edges);
void gnnc_csr_edges64(const gnnc_csr *csr, uint64_t first, uint64_t last, uint64_t *edges);

// How many self-loops end each of the rows first .. last.
void gnnc_csr_loops(const gnnc_csr *csr, uint64_t first, uint64_t last, uint32_t *loops);

// How many of the sources lie outside own_first .. own_last.
uint64_t gnnc_count_outside(const uint32_t *source, uint64_t count, uint64_t own_first, uint64_t own_last);

// Sets bit s of `bits` for each source s.
void gnnc_mark_sources(const uint32_t *source, uint64_t count, uint64_t *bits);

// The set bits below `limit` outside own_first .. own_last, ascending, into `rows` unless it is NULL; returns how many.
uint64_t gnnc_marked_rows(const uint64_t *bits, uint64_t limit, uint64_t own_first, uint64_t own_last,
                          uint32_t *rows);

// ------------------------------------------------------------------------------------------------- rows

// How a plain file holds numbers.
typedef enum {
  GNNC_FROM_F32, GNNC_FROM_F64, GNNC_FROM_F16, GNNC_FROM_BF16, GNNC_FROM_BOOL,
  GNNC_FROM_I8, GNNC_FROM_I16, GNNC_FROM_I32, GNNC_FROM_I64,
  GNNC_FROM_U8, GNNC_FROM_U16, GNNC_FROM_U32, GNNC_FROM_U64
} gnnc_number;

// Rows taken from `from` (`width` numbers each, no padding) in the order of `order`, converted to `element`, and padded
// with zeros to `stride`. Row r of `to` is row order[r] of `from`; exactly one of order32 and order64 may be given, or
// neither for rows as they come.
typedef struct {
  const void *from;
  gnnc_number number;
  uint64_t width, stride;
  gnnc_element element;
  const uint32_t *order32;
  const uint64_t *order64;
} gnnc_row_copy;

// Copies rows first .. first + count to `to`. Returns 0 if a number does not fit (an unsigned 64-bit one past 2^63).
int gnnc_copy_rows(const gnnc_row_copy *copy, uint64_t first, uint64_t count, uint32_t threads, void *to);

// `count` numbers as float32; not for integers.
void gnnc_to_float(const void *from, gnnc_number number, uint64_t count, float *to);

// Whether any of `count` numbers is NaN.
int gnnc_holds_nan(const float *numbers, uint64_t count);

// Whether the first number of any of `rows` rows, `stride` numbers apart, is negative or not below `limit`; *found is then
// the first such number.
int gnnc_find_outside(const void *base, gnnc_element element, uint32_t stride, uint64_t rows, uint64_t limit,
                      int64_t *found);

// How many parts of all rows' sums over in-edges at least one edge adds to. `classes` has a row for each edge, whose first
// number says to which part it adds; without, a row is one part.
uint64_t gnnc_count_parts(const gnnc_edges *edges, const void *classes, gnnc_element element, uint32_t stride,
                          uint32_t parts);

// Whether all of `count` numbers are neither infinite nor NaN.
int gnnc_all_finite(const float *numbers, uint64_t count);

// ---------------------------------------------------------------------------------------------- sparse rows

// How many of `count` numbers are anything but +0: what a sparse row holds. NaN and -0 are among them.
uint64_t gnnc_count_present(const float *numbers, uint64_t count);

// Takes what is there out of `count` rows of `width` numbers, `stride` apart: row r's columns and values are written from
// column[r * width] and value[r * width] on, and how many they are to present[r].
void gnnc_compress_rows(const float *rows, uint64_t count, uint64_t width, uint64_t stride, uint32_t threads,
                        uint32_t *column, float *value, uint64_t *present);

// Writes rows first .. first + count as they are when they are not sparse, `stride` numbers each, to `to`.
void gnnc_expand_rows(const gnnc_sparse_rows *rows, uint64_t first, uint64_t count, uint64_t stride, uint32_t threads,
                      float *to);

#ifdef __cplusplus
}
#endif
