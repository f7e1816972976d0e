// child REPORT COMMAND [ARGUMENT ...]: runs a command, writes its wall-clock seconds and its peak memory in bytes to
// REPORT, and ends with its exit status.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: child REPORT COMMAND [ARGUMENT ...]\n");
    return 2;
  }
  const double begin = now();
  const pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) {
    perror(argv[2]);
    return 1;
  }
  FILE *report = fopen(argv[1], "w");
  if (!report || fprintf(report, "%.3f %ld\n", now() - begin, usage.ru_maxrss * 1024) < 0 || fclose(report)) {
    perror(argv[1]);
    return 1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
