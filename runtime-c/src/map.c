// Files in memory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gnnc_files.h"

gnnc_status gnnc_map_file(const char *path, gnnc_map *map, gnnc_error *error) {
  *map = (gnnc_map){0};
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return gnnc_fail_open(error, path, errno);
  struct stat about;
  if (fstat(file, &about) != 0 || S_ISDIR(about.st_mode)) {
    const int reason = S_ISDIR(about.st_mode) ? EISDIR : errno;
    close(file);
    return gnnc_fail_open(error, path, reason);
  }
  if (about.st_size > 0) {
    void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) {
      const int reason = errno;
      close(file);
      return gnnc_fail_open(error, path, reason);
    }
    map->bytes = bytes;
    map->size = (uint64_t)about.st_size;
  }
  close(file);
  return GNNC_OK;
}

void gnnc_unmap(gnnc_map *map) {
  if (map->bytes) munmap((void *)map->bytes, map->size);
  *map = (gnnc_map){0};
}

int gnnc_exchange(const char *one, const char *other) {
  if (renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  char aside[4096];
  if (snprintf(aside, sizeof aside, "%s.old", one) >= (int)sizeof aside) return ENAMETOOLONG;
  if (rename(other, aside) != 0) return errno;
  if (rename(one, other) != 0) {
    const int reason = errno;
    return rename(aside, other) == 0 ? reason : errno;
  }
  return rename(aside, one) == 0 ? 0 : errno;
}
