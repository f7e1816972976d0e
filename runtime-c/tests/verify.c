#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "gnnc_files.h"

static gnnc_status verify_one(gnnc_checked_file file, gnnc_error *error) {
  uint64_t sums[8];
  gnnc_checksums(file.bytes, file.size, 2, sums);
  file.path = "file";
  file.sums = sums;
  return gnnc_verify(&file, 1, 2, NULL, NULL, error);
}

static void a_flipped_bit_names_its_block(void) {
  const uint64_t size = 2 * GNNC_CHECKSUM_BLOCK + 17;
  unsigned char *bytes = calloc(size, 1);
  uint64_t sums[3];
  gnnc_checksums(bytes, size, 2, sums);
  const gnnc_checked_file file = {.path = "part-0000/x", .bytes = bytes, .size = size, .sums = sums};
  gnnc_error error;
  check(gnnc_verify(&file, 1, 2, NULL, NULL, &error) == GNNC_OK);
  const uint64_t places[] = {0, 63, GNNC_CHECKSUM_BLOCK - 1, GNNC_CHECKSUM_BLOCK, size - 18, size - 17, size - 1};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    bytes[places[i]] ^= 4;
    check(gnnc_verify(&file, 1, 2, NULL, NULL, &error) == GNNC_BAD_INPUT);
    char want[100];
    snprintf(want, sizeof want, "part-0000/x is damaged: the checksum of block %d is wrong",
             (int)(places[i] / GNNC_CHECKSUM_BLOCK));
    check(strcmp(error.message, want) == 0);
    bytes[places[i]] ^= 4;
  }
  free(bytes);
}

static void zeros_of_other_lengths_have_other_sums(void) {
  const unsigned char zeros[128] = {0};
  for (uint64_t a = 0; a <= 128; a++)
    for (uint64_t b = a + 1; b <= 128; b++) check(gnnc_checksum(zeros, a) != gnnc_checksum(zeros, b));
}

static void starts_must_rise_to_the_end(void) {
  gnnc_error error;
  uint64_t start[] = {0, 2, 2, 5};
  const gnnc_checked_file file = {.bytes = start, .size = sizeof start, .content = GNNC_STARTS, .entries = 4,
                                  .limit = 5};
  check(verify_one(file, &error) == GNNC_OK);
  start[2] = 1;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  check(strcmp(error.message, "file is wrong: row 2 starts at 1; it should lie between 2 and 5") == 0);
  start[2] = 2, start[3] = 4;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  start[3] = 5, start[0] = 1;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  const uint64_t none = 0;
  check(verify_one((gnnc_checked_file){.bytes = &none, .size = 8, .content = GNNC_STARTS, .entries = 1}, &error) ==
        GNNC_OK);
}

static void indices_and_loops_are_bounded(void) {
  gnnc_error error;
  const uint32_t index[] = {4, 0, 9, 77};
  gnnc_checked_file file = {.bytes = index, .size = sizeof index, .content = GNNC_INDEX32, .entries = 3,
                            .limit = 10};
  check(verify_one(file, &error) == GNNC_OK);
  file.limit = 9;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  check(strcmp(error.message, "file is wrong: entry 2 is 9; it should be below 9") == 0);
  const uint64_t start[] = {0, 1, 3};
  const uint32_t loops[] = {0, 3};
  file = (gnnc_checked_file){.bytes = loops, .size = sizeof loops, .content = GNNC_LOOPS, .entries = 2,
                             .start = start};
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  check(strcmp(error.message, "file is wrong: row 1 has 3 self-loops among 2 edges") == 0);
}

static void columns_rise_within_rows(void) {
  gnnc_error error;
  const uint64_t start[] = {0, 2, 2, 5};
  uint32_t column[] = {1, 9, 0, 3, 8, 0, 0};
  const gnnc_checked_file file = {.bytes = column, .size = sizeof column, .content = GNNC_COLUMNS, .entries = 5,
                                  .limit = 10, .start = start, .rows = 3};
  check(verify_one(file, &error) == GNNC_OK);
  column[4] = 3;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  check(strcmp(error.message, "file is wrong: entry 4 is 3 after 3; the columns of a row rise") == 0);
  column[4] = 10;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  check(strcmp(error.message, "file is wrong: entry 4 is 10; it should be below 10") == 0);
}

static void a_row_of_columns_goes_on_over_blocks(void) {
  const uint64_t per_block = GNNC_CHECKSUM_BLOCK / 4, entries = 3 * per_block;
  uint32_t *column = malloc(entries * sizeof *column);
  const uint64_t start[] = {0, 7, 7, entries};
  for (uint64_t i = 0; i < entries; i++) column[i] = (uint32_t)(i < 7 ? i + 90 : i);
  gnnc_checked_file file = {.bytes = column, .size = entries * 4, .content = GNNC_COLUMNS, .entries = entries,
                            .limit = entries, .start = start, .rows = 3};
  gnnc_error error;
  check(verify_one(file, &error) == GNNC_OK);
  column[per_block] = (uint32_t)per_block - 1;
  check(verify_one(file, &error) == GNNC_BAD_INPUT);
  check(strstr(error.message, "entry 262144 is 262143 after 262143") != NULL);
  // Starts that are wrong themselves are told by their own check; here they only must not lead astray.
  const uint64_t wild[] = {UINT64_MAX, 3, UINT64_MAX, 0};
  column[per_block] = (uint32_t)per_block;
  file.start = wild;
  verify_one(file, &error);
  free(column);
}

static void hubs_are_rows_longer_than_a_chunk(void) {
  const uint64_t start[] = {0, GNNC_CHUNK, 2 * GNNC_CHUNK + 1, 2 * GNNC_CHUNK + 1};
  uint32_t hubs[1];
  uint64_t longest = 0;
  check(gnnc_find_hubs(start, 3, NULL, &longest) == 1 && longest == GNNC_CHUNK + 1);
  check(gnnc_find_hubs(start, 3, hubs, NULL) == 1 && hubs[0] == 1);
}

static void files_are_mapped(void) {
  char path[] = "/tmp/gnnc-test-XXXXXX";
  const int file = mkstemp(path);
  check(file >= 0 && write(file, "hello", 5) == 5);
  close(file);
  gnnc_map map;
  gnnc_error error;
  check(gnnc_map_file(path, &map, &error) == GNNC_OK && map.size == 5 && memcmp(map.bytes, "hello", 5) == 0);
  gnnc_unmap(&map);
  check(truncate(path, 0) == 0);
  check(gnnc_map_file(path, &map, &error) == GNNC_OK && map.size == 0 && map.bytes == NULL);
  unlink(path);
  check(gnnc_map_file(path, &map, &error) == GNNC_BAD_INPUT);
  check(strstr(error.message, "No such file or directory") != NULL);
  check(gnnc_map_file("/tmp", &map, &error) == GNNC_BAD_INPUT);
}

void test_verify(void) {
  a_flipped_bit_names_its_block();
  zeros_of_other_lengths_have_other_sums();
  starts_must_rise_to_the_end();
  indices_and_loops_are_bounded();
  columns_rise_within_rows();
  a_row_of_columns_goes_on_over_blocks();
  hubs_are_rows_longer_than_a_chunk();
  files_are_mapped();
}
