// A test is a function; a false `check` says where and counts.
#pragma once
#include <stdio.h>

extern int failures;

#define check(condition)                                                            \
  do {                                                                              \
    if (!(condition)) {                                                             \
      failures++;                                                                   \
      fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__, __LINE__, __func__, #condition); \
    }                                                                               \
  } while (0)

void test_csr(void);
void test_orders(void);
void test_rows(void);
void test_sparse(void);
void test_parts(void);
void test_verify(void);
void test_threads(void);
void test_sums(void);
void test_limits(void);
