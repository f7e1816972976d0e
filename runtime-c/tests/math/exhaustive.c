// Tries gnnc_math.h on every float, or on every STRIDE-th.
//
//   exhaustive check [STRIDE]   beside libm in double: prints each function's largest error, fails past its bound
//   exhaustive hash [STRIDE]    prints one number for all bits of all results, to compare builds
//
// Functions of two arguments are tried on pairs of special values and on random pairs.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loops.h"

enum { block = 4096 };

static float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// ------------------------------------------------------------------------------------------------- references

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double relu(double x) { return x < 0 ? 0 : x; }
static double max(double a, double b) { return a != a ? a : a > b ? a : b; }
static double min(double a, double b) { return a != a ? a : a < b ? a : b; }
static double leaky(double x, double slope) { return x > 0 ? x : x * slope; }

// `bound` is the error, in units of the last place, that the header states; a trigonometric function's holds for
// arguments up to `within`.
static const struct {
  const char *name;
  loop_of_one *loop;
  double (*reference)(double);
  double bound, within;
} of_one[] = {
    {"exp", loop_exp, exp, 1.02, INFINITY},
    {"expm1", loop_expm1, expm1, 1.44, INFINITY},
    {"sigmoid", loop_sigmoid, sigmoid, 2.41, INFINITY},
    {"tanh", loop_tanh, tanh, 2.42, INFINITY},
    {"log", loop_log, log, 0.95, INFINITY},
    {"log1p", loop_log1p, log1p, 1.55, INFINITY},
    {"erf", loop_erf, erf, 1.11, INFINITY},
    {"sin", loop_sin, sin, 0.501, 0x1p48},
    {"cos", loop_cos, cos, 0.501, 0x1p48},
    {"relu", loop_relu, relu, 0.0, INFINITY},
};

static const struct {
  const char *name;
  loop_of_two *loop;
  double (*reference)(double, double);
  double bound;
} of_two[] = {
    {"pow", loop_pow, pow, 0.51}, {"max", loop_max, max, 0.0}, {"min", loop_min, min, 0.0}, {"leaky", loop_leaky, leaky, 0.5},
};

enum { ones = sizeof of_one / sizeof *of_one, twos = sizeof of_two / sizeof *of_two };

// How far `got` lies from `want`, in units of the last place of a float there; infinite where no error is allowed: the
// sign of zero, NaN, an infinity.
static double error_of(float got, double want) {
  if (isnan(want)) return isnan(got) ? 0 : INFINITY;
  float rounded = (float)want;
  if (bits_of(got) == bits_of(rounded) && (isinf(got) || want == 0)) return 0;
  if (!signbit(got) != !signbit(want) || isinf(want) || want == 0) return INFINITY;
  if (isinf(got)) got = copysignf(0x1.fffffep127f, got), want -= copysign(0x1p104, want);  // the step past the largest
  uint64_t bits;
  memcpy(&bits, &want, sizeof bits);
  uint64_t exponent = bits >> 52 & 0x7ff, least = 1023 - 126;
  bits = (2046 + 23 - (exponent < least ? least : exponent)) << 52;  // one over the last place
  double steps;
  memcpy(&steps, &bits, sizeof steps);
  return fabs((double)got - want) * steps;
}

// -------------------------------------------------------------------------------------------------- arguments

static const float special[] = {
    0.0f,       0x1p-149f,  0x1p-148f,   0x3p-149f,  0x1p-126f,   0x0.fffffep-126f, 0x1p-30f,    0x1p-25f,    0x1p-24f,
    0x1p-12f,   0.25f,      0.333333f,   0.5f,       0.75f,       0.9225f,          1.0f,        1.5f,        2.0f,
    3.0f,       4.0f,       17.0f,       80.0f,      88.72283f,   88.72284f,        89.0f,       87.33655f,   103.2789f,
    103.972f,   104.0f,     0x1p22f,     0x1p23f,    8388607.5f,  0x1.fffffep23f,   0x1p24f,     0x1.000002p24f, 0x1p48f,
    0x1p64f,    1e30f,      0x1.fffffep127f,         INFINITY,    NAN,              0.1f,        0.999999f,   1.000001f,
    127.0f,     128.0f,     149.0f,      150.0f,     0x1.921fb6p0f, 0x1.921fb6p1f,
};
enum { specials = sizeof special / sizeof *special };

static float signed_special(size_t i) { return i % 2 ? -special[i / 2] : special[i / 2]; }

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Pair `i`: special beside special, then in turn any two floats, moderate ones, an integer power, a base beside one.
static void pair(uint64_t i, float *x, float *y) {
  uint64_t all = 2 * specials;
  if (i < all * all) {
    *x = signed_special(i / all);
    *y = signed_special(i % all);
    return;
  }
  uint64_t state = i;
  uint64_t bits = next(&state);
  float unit = (float)(next(&state) >> 40) * 0x1p-24f, other = (float)(next(&state) >> 40) * 0x1p-24f;
  *x = float_of((uint32_t)bits);
  *y = float_of((uint32_t)(bits >> 32));
  if (i % 4 == 1) *x = 100 * unit, *y = 40 * (other - 0.5f);
  if (i % 4 == 2) *y = floorf(200 * (other - 0.5f)), *x = 20 * (unit - 0.5f);
  if (i % 4 == 3) *x = 1 + 0x1p-8f * (unit - 0.5f), *y = 80000 * (other - 0.5f);
}

// ------------------------------------------------------------------------------------------------------- runs

static float x[block], y[block], out[block];

// Fills x with the next arguments: specials first, then every `stride`-th float from a start that moves with it.
static size_t arguments(uint64_t *position, uint64_t stride) {
  size_t count = 0;
  for (; count < block && *position < 2 * specials; ++*position) x[count++] = signed_special(*position);
  for (; count < block && (*position - 2 * specials) * stride < (uint64_t)1 << 32; ++*position)
    x[count++] = float_of((uint32_t)((*position - 2 * specials) * stride));
  return count;
}

static size_t pairs(uint64_t *position, uint64_t last) {
  size_t count = 0;
  for (; count < block && *position < last; ++*position, count++) pair(*position, &x[count], &y[count]);
  return count;
}

static int report(const char *name, double worst, double bound, const char *where) {
  printf("%-8s %.4f ulp at %s%s\n", name, worst, where, worst > bound ? ": more than the header states" : "");
  fflush(stdout);
  return worst > bound;
}

static int check(uint64_t stride) {
  int failed = 0;
  char where[80];
  for (int f = 0; f < ones; f++) {
    double worst = -1;
    uint64_t position = 0;
    for (size_t count; (count = arguments(&position, stride)) > 0;) {
      of_one[f].loop(out, x, count);
      for (size_t i = 0; i < count; i++) {
        if (isfinite(x[i]) && fabs((double)x[i]) > of_one[f].within) continue;
        double error = error_of(out[i], of_one[f].reference((double)x[i]));
        if (error <= worst) continue;
        worst = error;
        snprintf(where, sizeof where, "%a", (double)x[i]);
      }
    }
    failed |= report(of_one[f].name, worst, of_one[f].bound, where);
  }
  for (int f = 0; f < twos; f++) {
    double worst = -1;
    uint64_t position = 0, last = ((uint64_t)1 << 32) / stride / 4;
    for (size_t count; (count = pairs(&position, last)) > 0;) {
      of_two[f].loop(out, x, y, count);
      for (size_t i = 0; i < count; i++) {
        double error = error_of(out[i], of_two[f].reference((double)x[i], (double)y[i]));
        if (error <= worst) continue;
        worst = error;
        snprintf(where, sizeof where, "%a, %a", (double)x[i], (double)y[i]);
      }
    }
    failed |= report(of_two[f].name, worst, of_two[f].bound, where);
  }
  return failed;
}

// Every NaN counts as the same: which of two a product passes on is the compiler's choice.
static uint64_t mix(uint64_t hash, size_t count) {
  for (size_t i = 0; i < count; i++) hash = (hash ^ bits_of(isnan(out[i]) ? NAN : out[i])) * 0x100000001b3u;
  return hash;
}

static void hash(uint64_t stride) {
  uint64_t all = 0xcbf29ce484222325u;
  uint64_t position = 0;
  for (size_t count; (count = arguments(&position, stride)) > 0;)
    for (int f = 0; f < ones; f++) {
      of_one[f].loop(out, x, count);
      all = mix(all, count);
    }
  position = 0;
  for (size_t count; (count = pairs(&position, ((uint64_t)1 << 32) / stride / 4)) > 0;)
    for (int f = 0; f < twos; f++) {
      of_two[f].loop(out, x, y, count);
      all = mix(all, count);
    }
  printf("%016llx\n", (unsigned long long)all);
}

int main(int count, char **words) {
  uint64_t stride = count > 2 ? strtoull(words[2], NULL, 10) : 1;
  if (count < 2 || stride == 0) return 2;
  if (strcmp(words[1], "check") == 0) return check(stride);
  hash(stride);
  return 0;
}
