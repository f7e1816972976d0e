// Each function in a plain loop, as emitted C has it. Built apart from the test, with every compiler and set of flags.
#include "loops.h"

#include "gnnc_math.h"

#define loop(name)                                                                          \
  void loop_##name(float *restrict out, const float *restrict x, size_t count) {            \
    for (size_t i = 0; i < count; i++) out[i] = gnnc_##name(x[i]);                          \
  }
#define loop_of_two(name)                                                                   \
  void loop_##name(float *restrict out, const float *restrict x, const float *restrict y, size_t count) { \
    for (size_t i = 0; i < count; i++) out[i] = gnnc_##name(x[i], y[i]);                    \
  }

// One line each: run.sh counts the lines that a compiler says it has vectorised.
loop(exp)
loop(expm1)
loop(sigmoid)
loop(tanh)
loop(log)
loop(log1p)
loop(erf)
loop(sin)
loop(cos)
loop(relu)
loop_of_two(pow)
loop_of_two(max)
loop_of_two(min)
loop_of_two(leaky)
