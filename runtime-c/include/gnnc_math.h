// exp, tanh and their kind, as emitted C calls them in plain loops.
//
// Each is straight-line code over IEEE operations, fused multiply-adds, selections and bits, so that a compiler turns a
// loop of them into vector code, and so that the bits of a result depend on neither the compiler, nor the vector width,
// nor the processor. That holds under -ffp-contract=off, without any flag of -ffast-math, on processors with fused
// multiply-add. NaN, infinity, subnormals and the sign of zero come out as IEEE 754 asks; a NaN's own sign and payload are
// no part of the promise.
//
// "within N ulp" is the largest error over all floats (for pow, over a billion pairs), as tests/math measures it.
// Coefficients come from tests/math/fit.py. Subnormal results are as close as normal ones, in units of 2^-149.
#pragma once
#include <stdint.h>
#include <string.h>

// ------------------------------------------------------------------------------------------------------- bits

static inline uint32_t gnnc_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float gnnc_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline float gnnc_abs(float x) { return gnnc_float(gnnc_bits(x) & 0x7fffffffu); }

// `x`, not negative, with the sign of `sign`.
static inline float gnnc_with_sign(float x, float sign) {
  return gnnc_float(gnnc_bits(x) | (gnnc_bits(sign) & 0x80000000u));
}

// A bound for gnnc_at_least and gnnc_at_most. gcc makes those one max or min instruction only of values that it does not
// know, and of known ones several instructions: `used` keeps it from looking at the value. It is read only.
#if defined(__GNUC__) && !defined(__clang__)
#define GNNC_BOUND(name, value) static float name __attribute__((used)) = value
#else
#define GNNC_BOUND(name, value) static const float name = value
#endif

// NaN stays, and -0 beside a bound of 0.
static inline float gnnc_at_least(float x, float bound) { return bound > x ? bound : x; }
static inline float gnnc_at_most(float x, float bound) { return bound < x ? bound : x; }

#define GNNC_INFINITY __builtin_inff()
#define GNNC_NAN __builtin_nanf("")

// ------------------------------------------------------------------------------------------------ selections

// NaN if either is NaN. Of two zeros, the second.
static inline float gnnc_max(float a, float b) {
  float larger = a > b ? a : b;
  return a != a ? a : larger;
}

static inline float gnnc_min(float a, float b) {
  float smaller = a < b ? a : b;
  return a != a ? a : smaller;
}

GNNC_BOUND(gnnc_zero, 0.0f);

// NaN stays, and -0.
static inline float gnnc_relu(float x) { return gnnc_at_least(x, gnnc_zero); }

static inline float gnnc_leaky(float x, float slope) { return x > 0.0f ? x : x * slope; }

// ----------------------------------------------------------------------------------------------- exponentials

// 1.5 * 2^23 + 254. Added to a small float, it leaves the nearest integer n in the low bits, as n + 254: twice the bias
// of an exponent, to be shared by two factors.
#define GNNC_ROUND 0x1.8001fcp+23f
#define GNNC_LOG2_E 0x1.715476p+0f
#define GNNC_LN2_HIGH 0x1.62e4p-1f  // 15 bits, so that a multiple by an exponent is exact
#define GNNC_LN2_LOW 0x1.7f7d1cp-20f

// e^x for x in [-104, 89]; NaN gives NaN. With x = n ln 2 + r: 2^n is applied as two factors, since it can lie outside
// the normal floats at both ends, and so rounds once.
static inline float gnnc_exp_clamped(float x) {
  float z = __builtin_fmaf(x, GNNC_LOG2_E, GNNC_ROUND);
  float n = z - GNNC_ROUND;
  float r = __builtin_fmaf(n, -GNNC_LN2_LOW, __builtin_fmaf(n, -GNNC_LN2_HIGH, x));
  float q = 0x1.6a4f28p-10f;
  q = __builtin_fmaf(q, r, 0x1.123980p-7f);
  q = __builtin_fmaf(q, r, 0x1.5558aep-5f);
  q = __builtin_fmaf(q, r, 0x1.555492p-3f);
  q = __builtin_fmaf(q, r, 0x1.fffffcp-2f);
  float p = 1.0f + __builtin_fmaf(r * r, q, r);
  uint32_t both = gnnc_bits(z) << 23;
  uint32_t first = (gnnc_bits(z) << 22) & 0x7f800000u;
  return p * gnnc_float(first) * gnnc_float(both - first);
}

GNNC_BOUND(gnnc_exp_low, -104.0f);
GNNC_BOUND(gnnc_exp_high, 89.0f);

// e^x within 1.02 ulp.
static inline float gnnc_exp(float x) {
  return gnnc_exp_clamped(gnnc_at_most(gnnc_at_least(x, gnnc_exp_low), gnnc_exp_high));
}

// Half of e^x - 1 for x in [-40, 89], halved so that 2^n stays a normal float. With x = n ln 2 + r, e^x - 1 is
// 2^n (e^r - 1) + (2^n - 1).
static inline float gnnc_half_expm1(float x) {
  float z = __builtin_fmaf(x, GNNC_LOG2_E, GNNC_ROUND);
  float n = z - GNNC_ROUND;
  float r = __builtin_fmaf(n, -GNNC_LN2_LOW, __builtin_fmaf(n, -GNNC_LN2_HIGH, x));
  float q = 0x1.a24770p-13f;
  q = __builtin_fmaf(q, r, 0x1.6d3c88p-10f);
  q = __builtin_fmaf(q, r, 0x1.111002p-7f);
  q = __builtin_fmaf(q, r, 0x1.5554f6p-5f);
  q = __builtin_fmaf(q, r, 0x1.555556p-3f);
  q = __builtin_fmaf(q, r, 0.5f);
  float p = __builtin_fmaf(r * r, q, r);
  float scale = gnnc_float((gnnc_bits(z) << 23) - (128u << 23));
  return __builtin_fmaf(scale, p, scale - 0.5f);
}

GNNC_BOUND(gnnc_expm1_low, -40.0f);

// e^x - 1 within 1.44 ulp.
static inline float gnnc_expm1(float x) {
  float y = 2.0f * gnnc_half_expm1(gnnc_at_most(gnnc_at_least(x, gnnc_expm1_low), gnnc_exp_high));
  return gnnc_abs(x) < 0x1p-25f ? x : y;
}

GNNC_BOUND(gnnc_sigmoid_high, 80.0f);

// 1 / (1 + e^-x) within 2.41 ulp.
static inline float gnnc_sigmoid(float x) {
  float e = gnnc_exp_clamped(gnnc_at_most(gnnc_at_least(x, gnnc_exp_low), gnnc_sigmoid_high));
  return e / (1.0f + e);
}

GNNC_BOUND(gnnc_tanh_high, 10.0f);

// tanh x within 2.42 ulp: with h = (e^2|x| - 1) / 2, h / (h + 1).
static inline float gnnc_tanh(float x) {
  float size = gnnc_at_most(gnnc_abs(x), gnnc_tanh_high);
  float h = gnnc_half_expm1(size + size);
  h = size < 0x1p-25f ? size : h;  // halving would cost a subnormal its last bit
  return gnnc_with_sign(h / (h + 1.0f), x);
}

// ------------------------------------------------------------------------------------------------- logarithms

#define GNNC_TWO_THIRDS 0x3f2aaaabu  // bits: what is split into 2^e m has m from 2/3 to 4/3

// ln(2^e (1 + f)) for f in [-1/3, 1/3]; `exponent` holds e where a float holds its own.
static inline float gnnc_log_split(float f, uint32_t exponent) {
  float e = (float)(int32_t)exponent * 0x1p-23f;
  float q = -0x1.0e2c88p-3f;
  q = __builtin_fmaf(q, f, 0x1.1defc4p-3f);
  q = __builtin_fmaf(q, f, -0x1.f03b32p-4f);
  q = __builtin_fmaf(q, f, 0x1.1ef264p-3f);
  q = __builtin_fmaf(q, f, -0x1.55b7f0p-3f);
  q = __builtin_fmaf(q, f, 0x1.99ce34p-3f);
  q = __builtin_fmaf(q, f, -0x1.fffe5ep-3f);
  q = __builtin_fmaf(q, f, 0x1.55550cp-2f);
  q = __builtin_fmaf(q, f, -0.5f);
  float y = __builtin_fmaf(q, f * f, f);
  y = __builtin_fmaf(e, GNNC_LN2_LOW, y);
  return __builtin_fmaf(e, GNNC_LN2_HIGH, y);
}

// ln x within 0.95 ulp; -inf at zero, NaN below.
static inline float gnnc_log(float x) {
  uint32_t subnormal = x < 0x1p-126f;
  float scaled = x * (subnormal ? 0x1p23f : 1.0f);
  uint32_t exponent = (gnnc_bits(scaled) - GNNC_TWO_THIRDS) & 0xff800000u;
  float m = gnnc_float(gnnc_bits(scaled) - exponent);
  float y = gnnc_log_split(m - 1.0f, exponent - (subnormal ? 23u << 23 : 0u));
  y = x < GNNC_INFINITY ? y : x;
  y = x < 0.0f ? GNNC_NAN : y;
  return x == 0.0f ? -GNNC_INFINITY : y;
}

// ln(1 + x) within 1.55 ulp; -inf at -1, NaN below. The exponent is that of 1 + x, but f = (1 + x) / 2^e - 1 is put
// together from x / 2^e and 1 / 2^e - 1, so that what 1 + x loses in rounding is kept.
static inline float gnnc_log1p(float x) {
  uint32_t exponent = (gnnc_bits(1.0f + x) - GNNC_TWO_THIRDS) & 0xff800000u;
  float scale = gnnc_float(0x40800000u - exponent);  // 4 / 2^e, a normal float for every e
  float f = gnnc_float(gnnc_bits(x) - exponent) + __builtin_fmaf(0.25f, scale, -1.0f);
  float y = gnnc_log_split(f, exponent);
  y = x < GNNC_INFINITY ? y : x;
  y = x < -1.0f ? GNNC_NAN : y;
  y = x == -1.0f ? -GNNC_INFINITY : y;
  return x == 0.0f ? x : y;
}

// --------------------------------------------------------------------------------------------- error function

GNNC_BOUND(gnnc_erf_high, 4.0f);

// erf x within 1.11 ulp: odd polynomial near zero, else 1 - e^-p(|x|).
static inline float gnnc_erf(float x) {
  float s = x * x;
  float near = 0x1.4e469cp-14f;
  near = __builtin_fmaf(near, s, -0x1.a5bac4p-11f);
  near = __builtin_fmaf(near, s, 0x1.544270p-8f);
  near = __builtin_fmaf(near, s, -0x1.b80080p-6f);
  near = __builtin_fmaf(near, s, 0x1.ce2d60p-4f);
  near = __builtin_fmaf(near, s, -0x1.812740p-2f);
  near = __builtin_fmaf(near, s, 0x1.06eba8p-3f);
  near = __builtin_fmaf(near, x, x);
  float t = gnnc_at_most(gnnc_abs(x), gnnc_erf_high);
  float p = 0x1.62f944p-16f;
  p = __builtin_fmaf(p, t, -0x1.c8519ap-12f);
  p = __builtin_fmaf(p, t, 0x1.11942ep-8f);
  p = __builtin_fmaf(p, t, -0x1.9bb3acp-6f);
  p = __builtin_fmaf(p, t, 0x1.bb9208p-4f);
  p = __builtin_fmaf(p, t, 0x1.444478p-1f);
  p = __builtin_fmaf(p, t, 0x1.212846p+0f);
  p = __builtin_fmaf(p, t, -0x1.70d6c6p-13f);
  float far = gnnc_with_sign(1.0f - gnnc_exp_clamped(-p), x);
  return gnnc_abs(x) < 0.9225f ? near : far;
}

// ------------------------------------------------------------------------------------------------------ double

static inline uint64_t gnnc_bits_of_double(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double gnnc_double(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

#define GNNC_ROUND_DOUBLE 0x1.8p52  // added to a double below 2^51, it leaves the nearest integer in the low bits

// ------------------------------------------------------------------------------------------------ trigonometry

GNNC_BOUND(gnnc_turn_high, 0x1p48f);
GNNC_BOUND(gnnc_turn_low, -0x1p48f);

// sin (x + quarters pi / 2), in double. pi / 2 in two parts leaves an error of 2^-60 at the largest x taken.
static inline float gnnc_turn(float x, uint64_t quarters) {
  double clamped = (double)gnnc_at_most(gnnc_at_least(x, gnnc_turn_low), gnnc_turn_high);
  double z = __builtin_fma(clamped, 0x1.45f306dc9c883p-1, GNNC_ROUND_DOUBLE);
  double n = z - GNNC_ROUND_DOUBLE;
  double r = __builtin_fma(n, -0x1.921fb54442d18p+0, clamped);
  r = __builtin_fma(n, -0x1.1a62633145c07p-54, r);
  double s = r * r;
  double sine = 0x1.6cd8303c4eb8fp-19;
  sine = __builtin_fma(sine, s, -0x1.a00f9cfb2854fp-13);
  sine = __builtin_fma(sine, s, 0x1.111108957237ap-7);
  sine = __builtin_fma(sine, s, -0x1.5555554cb8b96p-3);
  sine = r * __builtin_fma(sine, s, 1.0);
  double cosine = -0x1.242abbae1f6f4p-22;
  cosine = __builtin_fma(cosine, s, 0x1.a0111fa80ce1fp-16);
  cosine = __builtin_fma(cosine, s, -0x1.6c16b8980aa91p-10);
  cosine = __builtin_fma(cosine, s, 0x1.5555554f4d928p-5);
  cosine = __builtin_fma(cosine, s, -0.5);
  cosine = __builtin_fma(cosine, s, 1.0);
  uint64_t quarter = gnnc_bits_of_double(z) + quarters;
  double y = (quarter & 1) == 0 ? sine : cosine;
  y = gnnc_double(gnnc_bits_of_double(y) ^ ((quarter & 2) << 62));
  return gnnc_abs(x) == GNNC_INFINITY ? GNNC_NAN : (float)y;
}

// sin x and cos x within 0.501 ulp up to 2^48, and what they are there beyond: floats lie 10^6 turns apart by then.
static inline float gnnc_sin(float x) { return gnnc_turn(x, 0); }
static inline float gnnc_cos(float x) { return gnnc_turn(x, 1); }

// ------------------------------------------------------------------------------------------------------ powers

// log2 x for a float x above zero and below infinity, in double: x = 2^e m with m from sqrt 1/2 to sqrt 2, and ln m is
// 2 artanh((m - 1) / (m + 1)).
static inline double gnnc_log2_of_double(double x) {
  uint64_t one = 0x3ff0000000000000u;
  uint64_t biased = (gnnc_bits_of_double(x) + (one - 0x3fe6a09e667f3bcdu)) >> 52;
  double e = gnnc_double(biased | 0x4330000000000000u) - (0x1p52 + 1023.0);
  double m = gnnc_double(gnnc_bits_of_double(x) - (biased << 52) + one);
  double t = (m - 1.0) / (m + 1.0);
  double s = t * t;
  double q = 0x1.d7034cccf2fbep-3;
  q = __builtin_fma(q, s, 0x1.c0fde1f501bfdp-3);
  q = __builtin_fma(q, s, 0x1.0cb3251a0013ep-2);
  q = __builtin_fma(q, s, 0x1.484aa078c41a6p-2);
  q = __builtin_fma(q, s, 0x1.a61763c5aae12p-2);
  q = __builtin_fma(q, s, 0x1.2776c50e4e201p-1);
  q = __builtin_fma(q, s, 0x1.ec709dc3a08e1p-1);
  q = __builtin_fma(q, s, 0x1.71547652b82fep+1);
  return __builtin_fma(q, t, e);
}

// 2^x for x in [-1000, 1000], in double, with an error of 2^-34.
static inline double gnnc_exp2_of_double(double x) {
  double z = x + GNNC_ROUND_DOUBLE;
  double r = x - (z - GNNC_ROUND_DOUBLE);
  double p = 0x1.00f1123705281p-16;
  p = __builtin_fma(p, r, 0x1.445e8eb286b22p-13);
  p = __builtin_fma(p, r, 0x1.5d8723dc520c5p-10);
  p = __builtin_fma(p, r, 0x1.3b29f0d3b19adp-7);
  p = __builtin_fma(p, r, 0x1.c6b08df43ae43p-5);
  p = __builtin_fma(p, r, 0x1.ebfbe07ae2edcp-3);
  p = __builtin_fma(p, r, 0x1.62e42fef7b59ap-1);
  p = __builtin_fma(p, r, 1.0);
  return p * gnnc_double((gnnc_bits_of_double(z) << 52) + 0x3ff0000000000000u);
}

// x^y within 0.51 ulp. As C's pow and torch.pow: 1 when y is 0 or x is 1, even beside NaN; a negative x takes the sign of
// an odd y, and gives NaN when it is finite and y is no integer.
static inline float gnnc_pow(float x, float y) {
  double base = (double)x, size = (double)gnnc_abs(x);
  double power = (double)y, steps = (double)gnnc_abs(y);
  double infinity = (double)GNNC_INFINITY, nan = (double)GNNC_NAN;

  double logarithm = gnnc_log2_of_double(size);
  logarithm = size == 0.0 ? -infinity : logarithm;
  logarithm = size == infinity ? infinity : logarithm;
  double t = power * logarithm;
  t = -400.0 > t ? -400.0 : t;
  t = 400.0 < t ? 400.0 : t;
  double result = gnnc_exp2_of_double(t);

  double whole = steps + 0x1p52;  // rounded to an integer, with the last bit saying whether it is odd
  uint64_t odd = whole - 0x1p52 == steps ? gnnc_bits_of_double(whole) << 63 : 0;
  odd = steps < 0x1p24 ? odd : 0;  // larger floats are even
  result = gnnc_double(gnnc_bits_of_double(result) | (odd & gnnc_bits_of_double(base)));
  double of_negative = whole - 0x1p52 == steps ? result : nan;
  of_negative = base == -infinity ? result : of_negative;
  result = base < 0.0 ? of_negative : result;

  double of_one = steps == infinity ? 1.0 : result;
  result = size == 1.0 ? of_one : result;
  result = power != power ? power : result;
  result = base != base ? base : result;
  result = base == 1.0 ? 1.0 : result;
  result = power == 0.0 ? 1.0 : result;
  return (float)result;
}
