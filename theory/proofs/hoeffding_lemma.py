"""The chord of exp over [-G, G], then phi(v) = p v + v^2/8 - log(1 - p + p e^v) >= 0.

phi(0) = phi'(0) = 0 and phi'' = 1/4 - s(1 - s) >= 0 with s = p e^v / (1 - p + p e^v).
"""

from theory.proofs._prelude import *
from theory.proofs._witness import table_witness
from theory.statements.hoeffding_lemma import STATEMENT, moment
from theory.statements.jensen_exp import mean, value, weight

p, v, s = var("p"), var("v"), var("s")
ZERO = const(0)


@cache
def mixture_bound() -> Proof:
    """0 <= p <= 1  |-  1 - p + p e^v <= exp(p v + v^2/8), for every real v."""
    low, high = assume(0 <= p), assume(p <= 1)
    mixture = 1 - p + p * exp(s)
    positive = solve(0 < mixture, low, high, exp_positive(s))
    nonzero = solve(negate(eq(mixture, 0)), positive)
    phi = p * s + s**2 / 8 - log(mixture)
    slope = p + s / 4 - p * exp(s) / mixture

    raw = differentiate(s, phi, positive)
    first = rename_derivative(
        raw, solve(eq(phi, phi)), solve(eq(raw.conclusion.args[2], slope), positive)
    )
    second = differentiate(s, slope, nonzero)
    convex = solve(0 <= second.conclusion.args[2], positive, low, high, exp_positive(s))

    def phi_at(x: Term) -> Term:
        return substitute(phi, {s: x})

    slope_at_0 = solve(eq(substitute(slope, {s: ZERO}), 0), exp_zero())
    one = solve(eq(substitute(mixture, {s: ZERO}), exp(ZERO)), exp_zero())
    phi_at_0 = solve(eq(phi_at(ZERO), 0), equal_inside(one, log), log_exp(0))

    right = nondecreasing(second, convex, ZERO, v)  # slope(0) <= slope(v) when 0 <= v
    rising = solve(0 <= substitute(slope, {s: v}), right, slope_at_0)
    rising_at_s = instantiate(rising, {v: s})
    above = nondecreasing(first, rising_at_s, ZERO, v)

    left = nondecreasing(second, convex, v, ZERO)  # slope(v) <= slope(0) when v <= 0
    minus = differentiate(s, -phi, first)
    falling_at_v = solve(0 <= substitute(minus.conclusion.args[2], {s: v}), left, slope_at_0)
    falling_at_s = instantiate(falling_at_v, {v: s})
    below = nondecreasing(minus, falling_at_s, v, ZERO)

    nonnegative = solve(
        0 <= phi_at(v), discharge(above, 0 <= v), discharge(below, v <= 0), phi_at_0
    )
    at_v = instantiate(positive, {s: v})
    exponent = p * v + v**2 / 8
    bound = solve(log(at_v.conclusion.args[1]) <= exponent, nonnegative)
    return solve(at_v.conclusion.args[1] <= exp(exponent), exp_monotone(bound), exp_log(at_v))


def given() -> tuple[Proof, Proof, Proof]:
    """0 <= weight, 0 < sum of weights, |value| <= G."""
    hypotheses = STATEMENT.formal_hypotheses
    return (
        at(hypotheses["nonnegative"], o),
        assume(hypotheses["massive"]),
        at(hypotheses["range"], o),
    )


@cache
def mean_range() -> tuple[Proof, Proof]:
    """-G <= E[X] <= G."""
    nonnegative, massive, in_range = given()
    w, x, m = weight(o), value(o), STATEMENT.expand(mean)
    low = sum_at_least(solve(-G * w <= w * x, nonnegative, in_range), o, (-G, w))
    high = sum_at_most(solve(w * x <= G * w, nonnegative, in_range), o, (G, w))
    return solve(-G <= m, low, massive), solve(m <= G, high, massive)


@cache
def below_chord() -> Proof:
    """0 < G  |-  E[e^(u X)] <= cosh(u G) + E[X] sinh(u G)/G."""
    nonnegative, massive, in_range = given()
    w, x = weight(o), value(o)
    m, mgf = STATEMENT.expand(mean), STATEMENT.expand(moment)
    wide = assume(0 < G)
    up, down = exp(u * G), exp(-(u * G))
    cosh, sinh = (up + down) / 2, (up - down) / (2 * G)
    chord = solve(
        exp(u * x) <= cosh + x * sinh,
        tangent_at(u * x, u * G),
        tangent_at(u * x, -(u * G)),
        in_range,
        wide,
    )
    weighted = solve(w * exp(u * x) <= w * cosh + w * x * sinh, chord, nonnegative)
    return solve(
        mgf <= cosh + m * sinh, sum_at_most(weighted, o, (cosh, w), (sinh, w * x)), massive
    )


def prove(goal: Term) -> Proof:
    _, massive, in_range = given()
    w, x = weight(o), value(o)
    m, mgf = STATEMENT.expand(mean), STATEMENT.expand(moment)
    bound = STATEMENT.formal_conclusion.args[1]

    # G > 0: under the chord, then under the mixture bound with p = (G + m)/(2G), v = 2uG
    wide = assume(0 < G)
    down, in_chord = exp(-(u * G)), below_chord()
    share = (G + m) / (2 * G)
    mixed = instantiate(mixture_bound(), {p: share, v: 2 * (u * G)})
    mixed = use(mixed, *(solve(f, wide, *mean_range()) for f in (0 <= share, share <= 1)))
    double = exp_sum(2 * (u * G), -(u * G), u * G)
    exponent = mixed.conclusion.args[1].args[0]
    whole_exponent = bound.args[0]
    product = exp_sum(exponent, -(u * G))
    same = exp_equal(exponent + -(u * G), whole_exponent, wide)
    chord = in_chord.conclusion.args[1]
    split = solve(eq(chord, down * mixed.conclusion.args[0]), double, wide)
    wide_case = solve(mgf <= bound, in_chord, split, mixed, product, same, exp_positive(-(u * G)))

    # G = 0: every value is 0
    narrow = assume(eq(G, 0))
    still = exp_equal(u * x, ZERO, in_range, narrow)
    flat = solve(w * exp(u * x) <= w, still, exp_zero())
    narrow_case = solve(
        mgf <= bound,
        sum_at_most(flat, o, (1, w)),
        massive,
        tangent(whole_exponent),
        narrow,
        *mean_range(),
    )
    always = solve(
        mgf <= bound, discharge(wide_case, 0 < G), discharge(narrow_case, eq(G, 0)), in_range
    )
    return conclude(goal, always, massive)


def witness() -> Instance:
    return table_witness(STATEMENT, {weight: (1, 1), value: (1, 0)})
