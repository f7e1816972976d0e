// The files that the limit programs share with gnnc: numpy arrays and safetensors, float32 and int64, read and written.
// A file that is not what it should be ends the program with a sentence: these programs read what make-inputs wrote.
#pragma once
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static inline __attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

// Memory for `bytes`, on huge pages where the system grants them: rows gathered at random from a tensor of 100 MB
// cost a walk of the page tables each with small ones.
static inline void *memory(size_t bytes) {
  const size_t huge = (size_t)1 << 21;
  const int large = bytes >= 2 * huge;
  void *block = large ? aligned_alloc(huge, (bytes + huge - 1) / huge * huge) : aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!block) fail("no memory for %zu bytes", bytes);
  if (large && !getenv("NOHUGE")) madvise(block, (bytes + huge - 1) / huge * huge, MADV_HUGEPAGE);
  return block;
}

static inline float *floats(size_t count) { return memory(count * sizeof(float)); }

static inline char *join(const char *directory, const char *name) {
  const size_t length = strlen(directory) + strlen(name) + 2;
  char *path = memory(length);
  snprintf(path, length, "%s/%s", directory, name);
  return path;
}

static inline FILE *open_file(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (!file) {
    perror(path);
    exit(1);
  }
  return file;
}

static inline void read_bytes(const char *path, FILE *file, void *to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) fail("%s: ends early", path);
}

static inline void write_bytes(const char *path, FILE *file, const void *from, size_t bytes) {
  if (fwrite(from, 1, bytes, file) != bytes) {
    perror(path);
    exit(1);
  }
}

static inline void close_written(const char *path, FILE *file) {
  if (fclose(file)) {
    perror(path);
    exit(1);
  }
}

// A two-dimensional array of a numpy file: type is "<f4" or "<i8".
typedef struct {
  size_t rows, columns;
  void *data;
} Array;

static inline Array read_npy(const char *path, const char *type) {
  FILE *file = open_file(path, "rb");
  unsigned char start[10];
  char header[65536];
  read_bytes(path, file, start, sizeof start);
  if (memcmp(start, "\x93NUMPY\x01\x00", 8)) fail("%s: not a numpy file of version 1.0", path);
  const size_t length = start[8] | (size_t)start[9] << 8;
  read_bytes(path, file, header, length);
  header[length] = 0;
  Array a = {.columns = 1};
  const char *shape = strstr(header, "'shape': (");
  if (!strstr(header, type) || !strstr(header, "'fortran_order': False") || !shape ||
      sscanf(shape, "'shape': (%zu, %zu", &a.rows, &a.columns) < 1)
    fail("%s: not an array of %s by rows", path, type);
  const size_t bytes = a.rows * a.columns * (size_t)(type[2] - '0');
  a.data = memory(bytes);
  read_bytes(path, file, a.data, bytes);
  fclose(file);
  return a;
}

static inline void write_npy(const char *path, const char *type, size_t rows, size_t columns, const void *data) {
  FILE *file = open_file(path, "wb");
  char header[118];
  const int used = snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%zu, %zu), }", type,
                            rows, columns);
  memset(header + used, ' ', sizeof header - (size_t)used);
  header[sizeof header - 1] = '\n';
  write_bytes(path, file, "\x93NUMPY\x01\x00\x76\x00", 10);  // 10 + 0x76 = 128 bytes before the data
  write_bytes(path, file, header, sizeof header);
  write_bytes(path, file, data, rows * columns * (size_t)(type[2] - '0'));
  close_written(path, file);
}

// Weights: the text of a safetensors header, and the bytes behind it.
typedef struct {
  const char *path;
  char *header, *data;
} Weights;

static inline Weights read_weights(const char *path) {
  FILE *file = open_file(path, "rb");
  fseek(file, 0, SEEK_END);
  const size_t size = (size_t)ftell(file);
  rewind(file);
  uint64_t length;
  read_bytes(path, file, &length, 8);
  if (length > size - 8) fail("%s: its header lies about its size", path);
  Weights w = {path, memory(length + 1), memory(size - 8 - length)};
  read_bytes(path, file, w.header, length);
  w.header[length] = 0;
  read_bytes(path, file, w.data, size - 8 - length);
  fclose(file);
  return w;
}

// The tensor of one layer, by its key with %d for the layer's number; it must hold `count` float32 values.
static inline const float *weight(const Weights *w, size_t count, const char *key, int layer) {
  char quoted[128] = "\"";
  snprintf(quoted + 1, sizeof quoted - 2, key, layer);
  strcat(quoted, "\"");
  const char *entry = strstr(w->header, quoted);
  const char *offsets = entry ? strstr(entry, "\"data_offsets\":[") : NULL;
  size_t begin, end;
  if (!offsets || sscanf(offsets, "\"data_offsets\":[%zu,%zu]", &begin, &end) != 2) fail("%s: no %s", w->path, quoted);
  if (end - begin != count * sizeof(float)) fail("%s: %s is not %zu values", w->path, quoted, count);
  return (const float *)(w->data + begin);
}
