// Memory for large arrays.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "edges.h"

enum { LARGE_PAGE = 2 << 20 };

// What is written all over, as edges are by counting sorts, costs a walk of the page tables for nearly each number on
// small pages.
void *large_memory(uint64_t bytes) {
  if (bytes < 4 * LARGE_PAGE) return malloc(bytes ? bytes : 1);
  if (bytes > SIZE_MAX - LARGE_PAGE) return NULL;
  const size_t whole = ((size_t)bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  void *memory = aligned_alloc(LARGE_PAGE, whole);
  if (memory) madvise(memory, whole, MADV_HUGEPAGE);
  return memory;
}
