// The sentences of everything that can go wrong with files: one function for each.
#define _GNU_SOURCE
#include "gnnc_files.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static gnnc_status say(gnnc_error *error, gnnc_status status,
                                                             const char *format, ...) {
  if (!error) return status;
  error->status = status;
  error->help[0] = 0;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return status;
}

static void advise(gnnc_error *error, const char *help) {
  if (error) snprintf(error->help, sizeof error->help, "%s", help);
}

static const char make_again[] = "make the graph again with `gnnc partition`";

gnnc_status gnnc_fail_open(gnnc_error *error, const char *path, int reason) {
  const int users = reason == ENOENT || reason == EACCES || reason == ENOTDIR || reason == EISDIR;
  return say(error, users ? GNNC_BAD_INPUT : GNNC_SYSTEM, "cannot open %s: %s", path, strerror(reason));
}

gnnc_status gnnc_fail_write(gnnc_error *error, const char *path, int reason) {
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
    return say(error, GNNC_SYSTEM, "no room left on the disk for %s", path);
  return say(error, GNNC_SYSTEM, "cannot write %s: %s", path, strerror(reason));
}

gnnc_status gnnc_fail_size(gnnc_error *error, const char *path, uint64_t want, uint64_t got) {
  say(error, GNNC_BAD_INPUT, "%s has %" PRIu64 " bytes; it should have %" PRIu64, path, got, want);
  advise(error, make_again);
  return GNNC_BAD_INPUT;
}

gnnc_status gnnc_fail_block(gnnc_error *error, const char *path, uint64_t block) {
  say(error, GNNC_BAD_INPUT, "%s is damaged: the checksum of block %" PRIu64 " is wrong", path, block);
  advise(error, make_again);
  return GNNC_BAD_INPUT;
}

gnnc_status gnnc_fail_start(gnnc_error *error, const char *path, uint64_t row, uint64_t value, uint64_t low,
                            uint64_t high) {
  say(error, GNNC_BAD_INPUT,
      "%s is wrong: row %" PRIu64 " starts at %" PRIu64 "; it should lie between %" PRIu64 " and %" PRIu64, path, row,
      value, low, high);
  advise(error, make_again);
  return GNNC_BAD_INPUT;
}

gnnc_status gnnc_fail_index(gnnc_error *error, const char *path, uint64_t position, uint64_t value, uint64_t limit) {
  say(error, GNNC_BAD_INPUT,
      "%s is wrong: entry %" PRIu64 " is %" PRIu64 "; it should be below %" PRIu64, path, position, value, limit);
  advise(error, make_again);
  return GNNC_BAD_INPUT;
}

gnnc_status gnnc_fail_loops(gnnc_error *error, const char *path, uint64_t row, uint64_t loops, uint64_t edges) {
  say(error, GNNC_BAD_INPUT,
      "%s is wrong: row %" PRIu64 " has %" PRIu64 " self-loops among %" PRIu64 " edges", path, row, loops, edges);
  advise(error, make_again);
  return GNNC_BAD_INPUT;
}

gnnc_status gnnc_fail_column(gnnc_error *error, const char *path, uint64_t position, uint64_t value, uint64_t before) {
  say(error, GNNC_BAD_INPUT,
      "%s is wrong: entry %" PRIu64 " is %" PRIu64 " after %" PRIu64 "; the columns of a row rise", path, position,
      value, before);
  advise(error, make_again);
  return GNNC_BAD_INPUT;
}

gnnc_status gnnc_fail_memory(gnnc_error *error, const char *what, uint64_t bytes) {
  if (bytes == 0) return say(error, GNNC_SYSTEM, "not enough memory for %s", what);
  return say(error, GNNC_SYSTEM, "not enough memory: %s takes %.1f GB", what, (double)bytes / 1e9);
}

gnnc_status gnnc_fail_crash(gnnc_error *error, const char *what, int signal_number) {
  // The system kills so what takes more memory than there is.
  if (signal_number == SIGKILL)
    return say(error, GNNC_SYSTEM, "%s was killed; there may not have been enough memory", what);
  return say(error, GNNC_SYSTEM, "%s crashed: %s", what, strsignal(signal_number));
}

gnnc_status gnnc_fail_interrupted(gnnc_error *error) {
  return say(error, GNNC_INTERRUPTED, "interrupted");
}
