/* show FILE.npy [FIRST [COUNT]]: rows of a float32 numpy file, to look at.
 *
 *     cc -O2 -o show samples/show.c
 */
#include "../bench/limits/files.h"

int main(int argc, char **argv) {
  if (argc < 2 || argc > 4) fail("usage: show FILE.npy [FIRST [COUNT]]");
  const Array array = read_npy(argv[1], "<f4");
  const size_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
  const size_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : array.rows;
  const float *values = array.data;
  for (size_t row = first; row < array.rows && row - first < count; row++) {
    printf("%6zu ", row);
    for (size_t column = 0; column < array.columns; column++)
      printf(" %10.6g", (double)values[row * array.columns + column]);
    putchar('\n');
  }
  return 0;
}
