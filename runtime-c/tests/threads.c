#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "gnnc_files.h"

static void count_one(void *context, uint64_t piece) {
  uint64_t *seen = context;
  __atomic_fetch_add(&seen[piece], 1, __ATOMIC_RELAXED);
}

static void each_piece_runs_once(void) {
  uint64_t seen[1000] = {0};
  gnnc_parallel(3, 1000, count_one, seen);
  for (int i = 0; i < 1000; i++) check(seen[i] == 1);
  gnnc_parallel(3, 0, count_one, seen);
}

static int answer(void *context) {
  *(int *)context = 42;
  puts("this is not to be seen");
  return 7;
}

static int die(void *context) {
  (void)context;
  raise(SIGKILL);
  return 0;
}

static int crash(void *context) {
  (void)context;
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
  return 0;
}

static int sleep_long(void *context) {
  (void)context;
  sleep(60);
  return 0;
}

static void work_apart_is_contained(void) {
  int *shared = gnnc_shared_memory(sizeof *shared), result = 0;
  gnnc_error error;
  check(gnnc_run_apart("it", answer, shared, NULL, &result, &error) == GNNC_OK && result == 7 && *shared == 42);
  check(gnnc_run_apart("it", crash, NULL, NULL, &result, &error) == GNNC_SYSTEM);
  check(strcmp(error.message, "it crashed: Segmentation fault") == 0);
  check(gnnc_run_apart("it", die, NULL, NULL, &result, &error) == GNNC_SYSTEM);
  check(strcmp(error.message, "it was killed; there may not have been enough memory") == 0);
  const int stop = 1;
  check(gnnc_run_apart("it", sleep_long, NULL, &stop, &result, &error) == GNNC_INTERRUPTED);
  gnnc_free_shared_memory(shared, sizeof *shared);
}

void test_threads(void) {
  each_piece_runs_once();
  work_apart_is_contained();
}
