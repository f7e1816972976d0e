// misses SOURCE CACHE [CACHE ...]: how well an order of vertices keeps what is gathered near.
//
// SOURCE is a file of a partitioned graph, part-0000/TYPE.forward.source: the rows that one thread gathers, in turn. For
// each CACHE, a number of rows, prints the share of gathers that miss a cache of so many, 16-way, least recently used.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAYS = 16, PADDING = 16 };  // behind the sources stand so many zeros

typedef struct {
  uint32_t row[WAYS], used[WAYS];
} Set;

static int is_hit(Set *set, uint32_t row, uint32_t time) {
  int oldest = 0;
  for (int way = 0; way < WAYS; way++) {
    if (set->used[way] && set->row[way] == row) {
      set->used[way] = time;
      return 1;
    }
    if (set->used[way] < set->used[oldest]) oldest = way;
  }
  set->row[oldest] = row;
  set->used[oldest] = time;
  return 0;
}

static double share_of_misses(const uint32_t *source, uint64_t count, uint64_t rows) {
  const uint64_t sets = rows / WAYS ? rows / WAYS : 1;
  Set *set = calloc(sets, sizeof *set);
  if (!set) exit(1);
  uint64_t misses = 0;
  for (uint64_t i = 0; i < count; i++)
    misses += !is_hit(&set[(source[i] * 0x9E3779B97F4A7C15u >> 32) % sets], source[i], (uint32_t)i + 1);
  free(set);
  return count ? (double)misses / (double)count : 0;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: misses SOURCE CACHE [CACHE ...]\n");
    return 2;
  }
  struct stat about;
  const int file = open(argv[1], O_RDONLY);
  if (file < 0 || fstat(file, &about) != 0 || about.st_size < PADDING * 4) {
    fprintf(stderr, "misses: %s cannot be read\n", argv[1]);
    return 1;
  }
  const uint32_t *source = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  if (source == MAP_FAILED) return 1;
  for (int a = 2; a < argc; a++) {
    const uint64_t rows = strtoull(argv[a], NULL, 10);
    printf("%ju rows: %.3f\n", (uintmax_t)rows, share_of_misses(source, (uint64_t)about.st_size / 4 - PADDING, rows));
  }
  return 0;
}
