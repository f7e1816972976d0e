"""Makes the coefficients of gnnc_math.h: weighted minimax fits, rounded one coefficient at a time.

Each coefficient is rounded to the precision it is used in, lowest order first, and the rest is fitted again, so that
later coefficients take up what rounding the earlier ones cost. Needs mpmath. Prints C initialisers and the error left.
"""
import struct

from mpmath import erfc, exp, expm1, log, log1p, cos, matrix, lu_solve, mp, mpf, pi, sin, sqrt

mp.prec = 160


def round_to(value, kind):
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0]) if kind == "float" else mpf(float(value))


def minimax(target, weight, powers, low, high, rounds=40, points=160):
    """Coefficients c of sum c_i x^powers_i that make the largest |weight (sum - target)| on [low, high] small.

    Lawson's iteration: least squares, each point's share raised where the error is large. Unlike an exchange of nodes
    it does not mind odd or even powers alone on a symmetric interval.
    """
    grid = [low + (high - low) * (1 - cos(pi * (2 * i + 1) / (2 * points))) / 2 for i in range(points)]
    rows = [[weight(x) * x**p for p in powers] for x in grid]
    want = [weight(x) * target(x) for x in grid]
    share, best, least = [mpf(1) / points] * points, None, None
    for _ in range(rounds):
        count = len(powers)
        normal, right = matrix(count, count), matrix(count, 1)
        for i in range(count):
            right[i] = sum(s * row[i] * w for s, row, w in zip(share, rows, want))
            for j in range(i, count):
                normal[i, j] = normal[j, i] = sum(s * row[i] * row[j] for s, row in zip(share, rows))
        found = lu_solve(normal, right)
        left = [abs(sum(found[i] * v for i, v in enumerate(row)) - w) for row, w in zip(rows, want)]
        if least is None or max(left) < least:
            best, least = [found[i] for i in range(count)], max(left)
        total = sum(s * e for s, e in zip(share, left))
        share = [s * e / total for s, e in zip(share, left)]
    return best


def fit(name, target, weight, powers, low, high, kind="float", fixed=()):
    """`fixed` holds leading coefficients that must be what they are, such as 1 for the first of a tangent."""
    done = [mpf(c) for c in fixed]
    while len(done) < len(powers):
        rest = lambda x: target(x) - sum(c * x**p for c, p in zip(done, powers))
        found = minimax(rest, weight, powers[len(done):], mpf(low), mpf(high))
        done.append(round_to(found[0], kind))
    grid = [mpf(low) + (mpf(high) - mpf(low)) * i / 2000 for i in range(2001)]
    worst = max(abs(weight(x) * (sum(c * x**p for c, p in zip(done, powers)) - target(x))) for x in grid)
    print(f"{name}: error 2^{float(log(worst) / log(2)):.2f}")
    for c, p in reversed(list(zip(done, powers))):
        suffix = "f" if kind == "float" else ""
        print(f"    x^{p}: {float(c).hex()}{suffix}")


def split(name, value, kind, bits):
    """The leading parts of a constant; each but the last keeps `bits` bits, so that small multiples of it are exact."""
    parts = []
    for keep in bits:
        if keep:
            _, exponent = mp.frexp(value)
            unit = mpf(2) ** (exponent - keep)
            part = mp.nint(value / unit) * unit
        else:
            part = round_to(value, kind)
        parts.append(float(part).hex())
        value -= part
    print(f"{name}: {parts}")


def series(function, coefficients):
    """`function`, but its Taylor series near zero, where the closed form cancels."""
    return lambda x: sum(c * x**i for i, c in enumerate(coefficients)) if abs(x) < mpf("1e-9") else function(x)


half = log(2) / 2 * mpf("1.0001")
split("ln 2 in float", log(2), "float", (16, 0))
split("log2 e in float", 1 / log(2), "float", (0,))
split("pi / 2 in double", pi / 2, "double", (0, 0))
split("2 / pi", 2 / pi, "double", (0,))

second = series(lambda r: (expm1(r) - r) / r**2, [mpf(1) / 2, mpf(1) / 6, mpf(1) / 24])
fit("exp, r + r^2 q", second, lambda r: r**2 / exp(r) + mpf("1e-12"), range(5), -half, half)
fit("expm1, r + r^2 q", second, lambda r: abs(r) + mpf("1e-12"), range(6), -half, half)

third = series(lambda f: (log1p(f) - f + f**2 / 2) / f**3, [mpf(1) / 3, -mpf(1) / 4, mpf(1) / 5])
fit("log, f - f^2/2 + f^3 q", third, lambda f: f**2 + mpf("1e-12"), range(8), mpf(-1) / 3, mpf(1) / 3)

small = series(lambda s: mp.erf(sqrt(s)) / sqrt(s) - 1, [2 / sqrt(pi) - 1, -2 / sqrt(pi) / 3, 2 / sqrt(pi) / 10])
fit("erf below 0.93, x + x q(x^2)", small, lambda s: 1, range(7), 0, mpf("0.93") ** 2)
fit("-log erfc from 0.92", lambda t: -log(erfc(t)), erfc, range(8), mpf("0.92"), mpf("4"))

quarter = pi / 4 * mpf("1.0001")
fit("sin, r + r^3 q(r^2)", series(lambda s: (sin(sqrt(s)) / sqrt(s) - 1) / s, [-mpf(1) / 6, mpf(1) / 120]),
    lambda s: s + mpf("1e-12"), range(4), 0, quarter**2, "double")
fit("cos, 1 - r^2/2 + r^4 q(r^2)", series(lambda s: (cos(sqrt(s)) - 1 + s / 2) / s**2, [mpf(1) / 24, -mpf(1) / 720]),
    lambda s: s**2 + mpf("1e-12"), range(4), 0, quarter**2, "double")

top = (sqrt(2) - 1) / (sqrt(2) + 1) * mpf("1.0001")
fit("log2 m, s q(s^2) with s = (m - 1) / (m + 1)",
    series(lambda s: (log1p(sqrt(s)) - log1p(-sqrt(s))) / sqrt(s) / log(2), [2 / log(2), 2 / log(2) / 3, 2 / log(2) / 5]),
    lambda s: 1, range(8), 0, top**2, "double")
fit("2^r", lambda r: mpf(2) ** r, lambda r: 1, range(8), mpf("-0.5001"), mpf("0.5001"), "double", fixed=(1,))
