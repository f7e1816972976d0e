// What the machine can do at most: reading, writing, gathering rows, multiplying and adding.
#define _GNU_SOURCE
#include "gnnc_limits.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "gnnc_files.h"

enum {
  PASSES = 4,                     // of each loop; the best counts
  BLOCK_INPUTS = 128,             // of a dense block: its panel stays in the first-level cache
  STRETCH = 1 << 13,              // edges of a piece
  GATHERED_BYTES = 384 << 20,     // of a pass, at most
  GATHERED_EDGES = 1 << 21,       // likewise
  LEAST_EDGES = 1 << 18,          // of a pass at least: short lists are gathered several times
};

#ifdef __clang__
#define LIMITS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define LIMITS_UNROLL _Pragma("GCC unroll 32")
#endif

// One pass over lists of edges: pieces of STRETCH edges, every `step`th of them, `rounds` times.
typedef struct {
  const gnnc_gathering *list;
  uint32_t count;
  uint64_t step, pieces_of_a_round;
  uint32_t ahead;
  int at_random;
  uint32_t limit;                 // rows are numbered below it
  uint32_t sink;
} gather_loop;

static inline __attribute__((always_inline)) uint32_t limits_row(const gather_loop *loop, const gnnc_gathering *list,
                                                                 uint64_t e) {
  if (!loop->at_random) return list->source[e];
  uint64_t h = (e + 1) * 0x9e3779b97f4a7c15u;  // the finisher of splitmix64
  h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
  h = (h ^ h >> 27) * 0x94d049bb133111ebu;
  return (uint32_t)((h >> 32) * loop->limit >> 32);
}

typedef struct {
  uint32_t (*read)(const uint32_t *from, size_t count);
  void (*triad)(float *restrict to, const float *restrict b, const float *restrict c, size_t count);
  uint32_t (*gather)(const gather_loop *loop, const gnnc_gathering *list, uint64_t first, uint64_t last);
  double (*multiply_add)(uint64_t rounds, float *sink);
} limits_kernels;

#define LANES 4
#define TARGET
#define FMA(a, b, c) ((a) * (b) + (c))
#define BLOCK_ROWS 4
#define NAMED(name) name##_4
#include "limits_kernels.h"

#if defined(__x86_64__)
#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define FMA(a, b, c) (lanes_8) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define BLOCK_ROWS 4
#define NAMED(name) name##_8
#include "limits_kernels.h"

#define LANES 16
#define TARGET __attribute__((target("avx512f")))
#define FMA(a, b, c) (lanes_16) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define BLOCK_ROWS 8
#define NAMED(name) name##_16
#include "limits_kernels.h"
#endif

static const limits_kernels *widest(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return &kernels_16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_8;
#endif
  return &kernels_4;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int is_stopped(const volatile int *stop) { return stop && *stop; }

// ------------------------------------------------------------------------------------------ memory and arithmetic

enum { BLOCKS_AT_ONCE = 64 };

static const double SECONDS_OF_PRODUCTS = 0.02;

// Three arrays of `pieces` pieces of `floats`.
typedef struct {
  const limits_kernels *kernels;
  float *a, *b, *c;
  size_t floats;
  double end;  // when products are enough
  uint32_t sink;
  uint64_t flops;
} memory_loop;

static void fill_piece(void *context, uint64_t piece) {
  memory_loop *loop = context;
  const size_t first = piece * loop->floats;
  memset(loop->a + first, 0, loop->floats * sizeof *loop->a);
  memset(loop->b + first, 0, loop->floats * sizeof *loop->b);
  memset(loop->c + first, 0, loop->floats * sizeof *loop->c);
}

static void read_piece(void *context, uint64_t piece) {
  memory_loop *loop = context;
  // The three arrays stand one behind the other.
  const uint32_t sum = loop->kernels->read((const uint32_t *)loop->a + piece * 3 * loop->floats, 3 * loop->floats);
  __atomic_fetch_add(&loop->sink, sum, __ATOMIC_RELAXED);
}

static void triad_piece(void *context, uint64_t piece) {
  memory_loop *loop = context;
  const size_t first = piece * loop->floats;
  loop->kernels->triad(loop->a + first, loop->b + first, loop->c + first, loop->floats);
}

static void multiply_add_piece(void *context, uint64_t piece) {
  memory_loop *loop = context;
  float sink = 0;
  double flops = 0;
  do flops += loop->kernels->multiply_add(BLOCKS_AT_ONCE, &sink);
  while (now() < loop->end);
  __atomic_fetch_add(&loop->flops, (uint64_t)flops, __ATOMIC_RELAXED);
  __atomic_fetch_add(&loop->sink, sink > (float)piece, __ATOMIC_RELAXED);
}

static double best(double rate, double amount, double since) {
  const double seconds = now() - since;
  return seconds > 0 && amount / seconds > rate ? amount / seconds : rate;
}

uint64_t gnnc_limits_memory(void) {
  const long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
  const uint64_t least = 192u << 20, most = 768u << 20;
  const uint64_t wanted = cache > 0 ? (uint64_t)cache * 4 : least;
  return wanted < least ? least : wanted > most ? most : wanted;
}

gnnc_status gnnc_measure_limits(uint64_t bytes, uint32_t threads, const volatile int *stop, gnnc_limits *limits,
                                gnnc_error *error) {
  enum { PIECES = 128, UNIT = 512 };
  memory_loop loop = {.kernels = widest(), .floats = bytes / (3 * PIECES * sizeof(float)) / UNIT * UNIT + UNIT};
  const uint64_t of_array = PIECES * loop.floats;
  const uint64_t taken = 3 * of_array * sizeof(float);
  *limits = (gnnc_limits){0};
  loop.a = mmap(NULL, taken, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (loop.a == MAP_FAILED) return gnnc_fail_memory(error, "measuring the machine", taken);
  madvise(loop.a, taken, MADV_HUGEPAGE);
  loop.b = loop.a + of_array;
  loop.c = loop.b + of_array;
  gnnc_parallel(threads, PIECES, fill_piece, &loop);
  for (int pass = 0; pass < PASSES && !is_stopped(stop); pass++) {
    double since = now();
    gnnc_parallel(threads, PIECES, read_piece, &loop);
    limits->read = best(limits->read, (double)taken, since);
    since = now();
    gnnc_parallel(threads, PIECES, triad_piece, &loop);
    limits->triad = best(limits->triad, (double)taken, since);
    loop.flops = 0;
    since = now();
    loop.end = since + SECONDS_OF_PRODUCTS;
    gnnc_parallel(threads, gnnc_thread_count(threads), multiply_add_piece, &loop);
    limits->multiply_add = best(limits->multiply_add, (double)loop.flops, since);
  }
  munmap(loop.a, taken);
  return is_stopped(stop) ? gnnc_fail_interrupted(error) : GNNC_OK;
}

// --------------------------------------------------------------------------------------------------- gathering rows

static uint64_t stretches(const gather_loop *loop, const gnnc_gathering *list) {
  return ((list->edges + STRETCH - 1) / STRETCH + loop->step - 1) / loop->step;
}

static void gather_piece(void *context, uint64_t piece) {
  gather_loop *loop = context;
  uint64_t place = piece % loop->pieces_of_a_round;
  for (uint32_t l = 0; l < loop->count; l++) {
    const gnnc_gathering *list = &loop->list[l];
    const uint64_t of_list = stretches(loop, list);
    if (place >= of_list) {
      place -= of_list;
      continue;
    }
    const uint64_t first = place * loop->step * STRETCH;
    const uint64_t last = first + STRETCH < list->edges ? first + STRETCH : list->edges;
    __atomic_fetch_add(&loop->sink, widest()->gather(loop, list, first, last), __ATOMIC_RELAXED);
    return;
  }
}

// The best rate of several distances of prefetching.
static double gather_rate(gather_loop *loop, uint64_t rounds, double bytes, uint32_t threads, const volatile int *stop) {
  static const uint32_t distances[] = {0, 2, 4, 8, GNNC_SOURCE_PADDING};
  enum { DISTANCES = sizeof distances / sizeof *distances };
  double rate = 0, rate_of[DISTANCES] = {0};
  int fastest = 0;
  for (int pass = 0; pass < DISTANCES + PASSES && !is_stopped(stop); pass++) {
    const int which = pass < DISTANCES ? pass : fastest;
    loop->ahead = distances[which];
    const double since = now();
    gnnc_parallel(threads, rounds * loop->pieces_of_a_round, gather_piece, loop);
    rate_of[which] = best(rate_of[which], bytes, since);
    if (rate_of[which] > rate_of[fastest]) fastest = which;
    rate = rate_of[fastest];
  }
  return rate;
}

gnnc_gather_rates gnnc_measure_gather(const gnnc_gathering *lists, uint32_t count, uint32_t threads,
                                      const volatile int *stop) {
  gather_loop loop = {.list = lists, .count = count, .step = 1};
  double edges = 0, bytes = 0;
  for (uint32_t l = 0; l < count; l++) {
    edges += (double)lists[l].edges;
    bytes += (double)lists[l].edges * (double)lists[l].bytes;
    for (uint64_t e = 0; e < lists[l].edges; e++)
      if (lists[l].source[e] >= loop.limit) loop.limit = lists[l].source[e] + 1;
  }
  if (!(bytes > 0)) return (gnnc_gather_rates){0};
  const double excess = bytes / GATHERED_BYTES > edges / GATHERED_EDGES ? bytes / GATHERED_BYTES : edges / GATHERED_EDGES;
  loop.step = excess > 1 ? (uint64_t)excess + 1 : 1;
  double of_a_round = 0;
  for (uint32_t l = 0; l < count; l++) {
    const uint64_t pieces = stretches(&loop, &lists[l]);
    loop.pieces_of_a_round += pieces;
    for (uint64_t p = 0; p < pieces; p++) {
      const uint64_t first = p * loop.step * STRETCH;
      of_a_round += (double)((lists[l].edges - first < STRETCH ? lists[l].edges - first : STRETCH) * lists[l].bytes);
    }
  }
  const uint64_t rounds = edges < LEAST_EDGES ? (uint64_t)(LEAST_EDGES / edges) + 1 : 1;
  gnnc_gather_rates rates;
  rates.along_edges = gather_rate(&loop, rounds, of_a_round * (double)rounds, threads, stop);
  loop.at_random = 1;
  rates.at_random = gather_rate(&loop, rounds, of_a_round * (double)rounds, threads, stop);
  return rates;
}
