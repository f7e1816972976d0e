#include "check.h"

int failures = 0;

int main(void) {
  test_csr();
  test_orders();
  test_rows();
  test_sparse();
  test_parts();
  test_verify();
  test_threads();
  test_sums();
  test_limits();
  if (failures) fprintf(stderr, "%d checks failed\n", failures);
  return failures != 0;
}
