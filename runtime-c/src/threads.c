// Parallel loops over pieces, and work in a process apart.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gnnc_files.h"

enum { MOST_THREADS = 256 };

typedef struct {
  uint64_t next, pieces;
  gnnc_piece_function *function;
  void *context;
} shared_loop;

static void *take_pieces(void *argument) {
  shared_loop *loop = argument;
  for (;;) {
    const uint64_t piece = __atomic_fetch_add(&loop->next, 1, __ATOMIC_RELAXED);
    if (piece >= loop->pieces) return NULL;
    loop->function(loop->context, piece);
  }
}

uint32_t gnnc_thread_count(uint32_t threads) {
  if (threads > 0) return threads < MOST_THREADS ? threads : MOST_THREADS;
  cpu_set_t allowed;
  const int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  return count < 1 ? 1 : count < MOST_THREADS ? (uint32_t)count : MOST_THREADS;
}

void gnnc_parallel(uint32_t threads, uint64_t pieces, gnnc_piece_function *function, void *context) {
  shared_loop loop = {.next = 0, .pieces = pieces, .function = function, .context = context};
  uint32_t wanted = gnnc_thread_count(threads);
  if (wanted > pieces) wanted = (uint32_t)pieces;
  pthread_t helper[MOST_THREADS];
  uint32_t started = 0;
  // Too few threads only make it slower: this one takes whatever the others do not.
  while (started + 1 < wanted && pthread_create(&helper[started], NULL, take_pieces, &loop) == 0) started++;
  take_pieces(&loop);
  for (uint32_t t = 0; t < started; t++) pthread_join(helper[t], NULL);
}

void *gnnc_shared_memory(uint64_t bytes) {
  void *memory = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void gnnc_free_shared_memory(void *memory, uint64_t bytes) {
  if (memory) munmap(memory, bytes ? bytes : 1);
}

static void silence(void) {
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere < 0) return;
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);
}

gnnc_status gnnc_run_apart(const char *what, gnnc_apart_function *function, void *context, const volatile int *stop,
                           int *result, gnnc_error *error) {
  const pid_t child = fork();
  if (child < 0) return gnnc_fail_memory(error, what, 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);  // the parent decides, also when a terminal tells both
    signal(SIGABRT, SIG_DFL);
    silence();
    _exit(function(context) & 0xff);
  }
  int status = 0;
  const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
  for (;;) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) break;
    if (stop && *stop) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return gnnc_fail_interrupted(error);
    }
    nanosleep(&pause, NULL);
  }
  if (WIFSIGNALED(status)) return gnnc_fail_crash(error, what, WTERMSIG(status));
  *result = WEXITSTATUS(status);
  return GNNC_OK;
}
