// exp, tanh and their kind, as emitted C calls them in plain loops.
//
// Each is straight-line code over IEEE operations, fused multiply-adds, selections and bits, so that a compiler turns a
// loop of them into vector code, and so that the bits of a result depend on neither the compiler, nor the vector width,
// nor the processor. That holds under -ffp-contract=off, without any flag of -ffast-math, on processors with fused
// multiply-add. NaN, infinity, subnormals and the sign of zero come out as IEEE 754 asks.
//
// "within N ulp" is the largest error over all floats, as tests/math measures it. Coefficients come from
// tests/math/fit.py. Subnormal results are as close as normal ones, in units of 2^-149.
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

// One max instruction: its second operand comes through when it is NaN, or -0 beside 0.
static inline float gnnc_relu(float x) { return 0.0f > x ? 0.0f : x; }

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

// e^x within 1 ulp.
static inline float gnnc_exp(float x) {
  x = -104.0f > x ? -104.0f : x;
  x = 89.0f < x ? 89.0f : x;
  return gnnc_exp_clamped(x);
}

// e^x - 1 for x in [-40, 88]: with x = n ln 2 + r, 2^n (e^r - 1) + (2^n - 1).
static inline float gnnc_expm1_clamped(float x) {
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
  float scale = gnnc_float((gnnc_bits(z) << 23) - (127u << 23));
  return __builtin_fmaf(scale, p, scale - 1.0f);
}

// e^x - 1 within 1.5 ulp.
static inline float gnnc_expm1(float x) {
  float clamped = -40.0f > x ? -40.0f : x;
  clamped = 88.0f < clamped ? 88.0f : clamped;
  float y = gnnc_expm1_clamped(clamped);
  y = x > 88.0f ? gnnc_exp(x) : y;  // 1 no longer counts
  return gnnc_abs(x) < 0x1p-25f ? x : y;
}

// 1 / (1 + e^-x) within 2.3 ulp.
static inline float gnnc_sigmoid(float x) {
  x = -104.0f > x ? -104.0f : x;
  x = 80.0f < x ? 80.0f : x;
  float e = gnnc_exp_clamped(x);
  return e / (1.0f + e);
}

// tanh x within 2.3 ulp: (e^2x - 1) / (e^2x + 1), of |x|.
static inline float gnnc_tanh(float x) {
  float size = gnnc_abs(x);
  size = 10.0f < size ? 10.0f : size;
  float y = gnnc_expm1_clamped(size + size);
  return gnnc_with_sign(y / (y + 2.0f), x);
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

// ln x within 1 ulp; -inf at zero, NaN below.
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

// ln(1 + x) within 1.5 ulp; -inf at -1, NaN below. The exponent is that of 1 + x, but f = (1 + x) / 2^e - 1 is put together
// from x / 2^e and 1 / 2^e - 1, so that what 1 + x loses in rounding is kept.
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

// erf x within 1.1 ulp: odd polynomial near zero, else 1 - e^-p(|x|).
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
  float t = gnnc_abs(x);
  t = 4.0f < t ? 4.0f : t;
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
