// Checksums by block, and a check of what files hold in the same pass: the first read of a block is its check.
#include <stdlib.h>
#include <string.h>

#include "gnnc_files.h"

// Eight lanes of 64 bits, each a chain of steps that lose nothing: a change within one word always changes the sum.
enum { LANES = 8 };
static const uint64_t odd_one = 0x9E3779B97F4A7C15u, odd_two = 0xD6E8FEB86659FD93u;

static inline uint64_t stir(uint64_t lane, uint64_t word) {
  const uint64_t x = (lane ^ word) * odd_one;
  return x ^ (x >> 29);
}

uint64_t gnnc_checksum(const void *bytes, uint64_t size) {
  const unsigned char *at = bytes;
  uint64_t lane[LANES], word[LANES];
  for (int i = 0; i < LANES; i++) lane[i] = (uint64_t)(i + 1) * odd_two;
  uint64_t left = size;
  for (; left >= sizeof word; left -= sizeof word, at += sizeof word) {
    memcpy(word, at, sizeof word);
    for (int i = 0; i < LANES; i++) lane[i] = stir(lane[i], word[i]);
  }
  if (left > 0) {
    memset(word, 0, sizeof word);
    memcpy(word, at, left);
    for (int i = 0; i < LANES; i++) lane[i] = stir(lane[i], word[i]);
  }
  uint64_t sum = size * odd_two;
  for (int i = 0; i < LANES; i++) sum = stir(stir(sum, lane[i]), odd_two);
  return sum;
}

typedef struct {
  const unsigned char *bytes;
  uint64_t size, *sums;
} summing;

static void sum_block(void *context, uint64_t block) {
  const summing *job = context;
  const uint64_t first = block * GNNC_CHECKSUM_BLOCK, left = job->size - first;
  job->sums[block] = gnnc_checksum(job->bytes + first, left < GNNC_CHECKSUM_BLOCK ? left : GNNC_CHECKSUM_BLOCK);
}

void gnnc_checksums(const void *bytes, uint64_t size, uint32_t threads, uint64_t *sums) {
  summing job = {.bytes = bytes, .size = size, .sums = sums};
  gnnc_parallel(threads, gnnc_block_count(size), sum_block, &job);
}

// ------------------------------------------------------------------------------------------- what files hold

static gnnc_status check_starts(const gnnc_checked_file *file, uint64_t first, uint64_t last, gnnc_error *error) {
  const uint64_t *start = file->bytes;
  for (uint64_t row = first; row < last; row++) {
    const uint64_t low = row == 0 ? 0 : row + 1 == file->entries ? file->limit : start[row - 1];
    const uint64_t high = row == 0 && file->entries > 1 ? 0 : file->limit;
    if (start[row] < low || start[row] > high)
      return gnnc_fail_start(error, file->path, row, start[row], low, high);
  }
  return GNNC_OK;
}

static gnnc_status check_index32(const gnnc_checked_file *file, uint64_t first, uint64_t last, gnnc_error *error) {
  const uint32_t *index = file->bytes;
  uint32_t largest = 0;
  for (uint64_t i = first; i < last; i++) largest = index[i] > largest ? index[i] : largest;
  if (largest < file->limit || first >= last) return GNNC_OK;
  uint64_t i = first;
  while (index[i] < file->limit) i++;
  return gnnc_fail_index(error, file->path, i, index[i], file->limit);
}

static gnnc_status check_index64(const gnnc_checked_file *file, uint64_t first, uint64_t last, gnnc_error *error) {
  const uint64_t *index = file->bytes;
  for (uint64_t i = first; i < last; i++)
    if (index[i] >= file->limit) return gnnc_fail_index(error, file->path, i, index[i], file->limit);
  return GNNC_OK;
}

static gnnc_status check_loops(const gnnc_checked_file *file, uint64_t first, uint64_t last, gnnc_error *error) {
  const uint32_t *loops = file->bytes;
  for (uint64_t row = first; row < last; row++) {
    const uint64_t edges = file->start[row + 1] - file->start[row];
    if (loops[row] > edges) return gnnc_fail_loops(error, file->path, row, loops[row], edges);
  }
  return GNNC_OK;
}

// Which of `count` stretches position `i` lies in; anything where `start` is not as it should be, which its own check
// tells.
static uint64_t stretch_of(const uint64_t *start, uint64_t count, uint64_t i) {
  uint64_t low = 0, high = count;
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    if (start[middle] <= i) low = middle;
    else high = middle;
  }
  return low;
}

static gnnc_status check_columns(const gnnc_checked_file *file, uint64_t first, uint64_t last, gnnc_error *error) {
  const gnnc_status bounded = check_index32(file, first, last, error);
  if (bounded != GNNC_OK || first >= last || file->rows == 0) return bounded;
  const uint32_t *column = file->bytes;
  uint64_t row = stretch_of(file->start, file->rows, first);
  for (uint64_t i = first; i < last; i++) {
    while (row + 1 < file->rows && file->start[row + 1] <= i) row++;
    if (i > file->start[row] && column[i] <= column[i - 1])
      return gnnc_fail_column(error, file->path, i, column[i], column[i - 1]);
  }
  return GNNC_OK;
}

static gnnc_status check_content(const gnnc_checked_file *file, uint64_t first_byte, uint64_t size,
                                 gnnc_error *error) {
  const uint64_t width = file->content == GNNC_STARTS || file->content == GNNC_INDEX64 ? 8 : 4;
  const uint64_t first = first_byte / width, end = (first_byte + size) / width;
  const uint64_t last = end < file->entries ? end : file->entries;
  switch (file->content) {
    case GNNC_BYTES: return GNNC_OK;
    case GNNC_STARTS: return check_starts(file, first, last, error);
    case GNNC_INDEX32: return check_index32(file, first, last, error);
    case GNNC_INDEX64: return check_index64(file, first, last, error);
    case GNNC_LOOPS: return check_loops(file, first, last, error);
    case GNNC_COLUMNS: return check_columns(file, first, last, error);
  }
  return GNNC_INTERNAL;
}

static gnnc_status check_block(const gnnc_checked_file *file, uint64_t block, gnnc_error *error) {
  const uint64_t first = block * GNNC_CHECKSUM_BLOCK, left = file->size - first;
  const uint64_t size = left < GNNC_CHECKSUM_BLOCK ? left : GNNC_CHECKSUM_BLOCK;
  if (gnnc_checksum((const char *)file->bytes + first, size) != file->sums[block])
    return gnnc_fail_block(error, file->path, block);
  return check_content(file, first, size, error);
}

typedef struct {
  const gnnc_checked_file *files;
  const uint64_t *first_piece;  // of each file, and the number of all
  uint64_t count, first_bad;
  const volatile int *stop;
  volatile uint64_t *done;
} verifying;

static void verify_piece(void *context, uint64_t piece) {
  verifying *job = context;
  if (job->stop && *job->stop) return;
  if (__atomic_load_n(&job->first_bad, __ATOMIC_RELAXED) < piece) return;
  const uint64_t f = stretch_of(job->first_piece, job->count, piece);
  const uint64_t block = piece - job->first_piece[f];
  if (check_block(&job->files[f], block, NULL) != GNNC_OK) {
    uint64_t seen = __atomic_load_n(&job->first_bad, __ATOMIC_RELAXED);
    while (piece < seen && !__atomic_compare_exchange_n(&job->first_bad, &seen, piece, 1, __ATOMIC_RELAXED,
                                                        __ATOMIC_RELAXED)) {
    }
  }
  if (job->done) __atomic_fetch_add(job->done, GNNC_CHECKSUM_BLOCK, __ATOMIC_RELAXED);
}

gnnc_status gnnc_verify(const gnnc_checked_file *files, uint64_t count, uint32_t threads, const volatile int *stop,
                        volatile uint64_t *done, gnnc_error *error) {
  uint64_t *first_piece = malloc((count + 1) * sizeof *first_piece);
  if (!first_piece) return gnnc_fail_memory(error, "the list of files", (count + 1) * sizeof *first_piece);
  first_piece[0] = 0;
  for (uint64_t f = 0; f < count; f++) first_piece[f + 1] = first_piece[f] + gnnc_block_count(files[f].size);
  verifying job = {.files = files, .first_piece = first_piece, .count = count, .first_bad = UINT64_MAX,
                   .stop = stop, .done = done};
  gnnc_parallel(threads, first_piece[count], verify_piece, &job);
  gnnc_status status = GNNC_OK;
  if (job.first_bad != UINT64_MAX) {
    const uint64_t f = stretch_of(job.first_piece, job.count, job.first_bad);
    status = check_block(&files[f], job.first_bad - first_piece[f], error);
  } else if (stop && *stop) {
    status = gnnc_fail_interrupted(error);
  }
  free(first_piece);
  return status;
}

uint64_t gnnc_find_hubs(const uint64_t *start, uint64_t rows, uint32_t *hubs, uint64_t *longest) {
  uint64_t found = 0, most = 0;
  for (uint64_t row = 0; row < rows; row++) {
    const uint64_t edges = start[row + 1] - start[row];
    if (edges > most) most = edges;
    if (edges <= GNNC_CHUNK) continue;
    if (hubs) hubs[found] = (uint32_t)row;
    found++;
  }
  if (longest) *longest = most;
  return found;
}

uint64_t gnnc_longest_of_others(const uint64_t *start, const uint32_t *loops, uint64_t rows) {
  uint64_t most = 0;
  for (uint64_t row = 0; row < rows; row++) {
    const uint64_t others = start[row + 1] - start[row] - (loops ? loops[row] : 0);
    if (others > most) most = others;
  }
  return most;
}
