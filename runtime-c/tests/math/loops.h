// The loops under test.
#pragma once
#include <stddef.h>

typedef void loop_of_one(float *restrict out, const float *restrict x, size_t count);
typedef void loop_of_two(float *restrict out, const float *restrict x, const float *restrict y, size_t count);

loop_of_one loop_exp, loop_expm1, loop_sigmoid, loop_tanh, loop_log, loop_log1p, loop_erf, loop_sin, loop_cos, loop_relu;
loop_of_two loop_pow, loop_max, loop_min, loop_leaky;
