"""The landscape of theorem_2: its slope, its two responses, and its iterates.

For theorem_4 the same facts hold at every node, for the gap of one token.
"""

from theory.proofs._prelude import *
from theory.kernel.axioms import AT_ZERO, CIRCLE, PI_BOUNDS
from theory.kernel.terms import PI, cos, sin
from theory.proofs._trigonometry import whole_turns
from theory.statements._collapse import (
    BEND,
    DRIFT,
    F0,
    LOGP,
    NUMBER,
    ODDS,
    OMEGA,
    RIGHT,
    SCORE,
    SHARE,
    SIZE,
    SLOPE,
    SPREAD,
    A,
    at_position,
    gap,
    x,
)
from theory.statements.theorem_2 import STATEMENT

y, z = var("y"), var("z")
HYPOTHESES = STATEMENT.formal_hypotheses
HERE = k * eta + t


def put(fact: Proof, where: Term) -> Proof:
    """A fact about x, at another point."""
    return instantiate(fact, {x: where})


# -- the constants ---------------------------------------------------------------------------------


def given(*names: str) -> tuple[Proof, ...]:
    return tuple(assume(HYPOTHESES[name]) for name in names)


@cache
def step_small() -> Proof:
    """8 L eta^2 <= 1."""
    return solve(8 * L * eta**2 <= 1, *given("short", "root"))


@cache
def drift_negative() -> Proof:
    """c < 0, because eta > 8 gap/L."""
    return solve(DRIFT < 0, *given("long", "root", "gap", "positive_L", "short"))


@cache
def slope_bounded() -> Proof:
    """|f'| <= 2A."""
    circle = axiom(CIRCLE, OMEGA * x)
    cosine = solve(absolute(cos(OMEGA * x)) <= 1, circle)
    amplitude = solve(0 < A, *given("positive_L", "short"))
    return solve(absolute(SLOPE) <= 2 * A, cosine, amplitude, drift_negative(), *given("gap"))


@cache
def twice_amplitude() -> Proof:
    """2A <= G."""
    square = solve(4 * A**2 <= G**2, step_small(), *given("root", "positive_L", "short"))
    return solve(2 * A <= G, square, *given("root"))


# -- the two responses -----------------------------------------------------------------------------


@cache
def shares() -> tuple[Proof, ...]:
    """e^f e^-f = 1, and what follows for the two responses: p = 1/(1 + e^f), q = 1/(1 + e^-f)."""
    known = [exp_inverse(ODDS), exp_positive(ODDS)]
    for size in SIZE.values():
        positive = solve(0 < size, *known[:2])
        inverse = exp_inverse(log(size))
        known += [positive, solve(eq(exp(-log(size)) * size, 1), inverse, exp_log(positive))]
    return tuple(known)


@cache
def frame() -> tuple[Proof, Proof, Proof]:
    """0 < eta, so eta is not 0, nor is w."""
    positive = solve(0 < eta, *given("short"))
    return positive, solve(negate(eq(eta, 0)), positive), pi_bounds()


@cache
def pi_bounds() -> Proof:
    return axiom(PI_BOUNDS)


def odds_slope(variable: Term, where: Term) -> Proof:
    """f has derivative f', along x or along t at x = k eta + t."""
    odds, slope = at_position(ODDS, where), at_position(SLOPE, where)
    raw = differentiate(variable, odds)
    positive, _, pi = frame()
    frequency = solve(0 < OMEGA, positive, pi)
    flat = solve(eq(A / OMEGA * OMEGA, A), frequency)
    same = solve(eq(raw.conclusion.args[2], slope), flat)
    return rename_derivative(raw, solve(eq(odds, odds)), same)


@cache
def logp_slope(name: str) -> Proof:
    """log pi has the score as its derivative, along t."""
    known = tuple(put(fact, HERE) for fact in shares())
    size, logp, score = (at_position(table[name], HERE) for table in (SIZE, LOGP, SCORE))
    positive = next(f for f in known if f.conclusion == (0 < size))
    raw = differentiate(t, logp, odds_slope(t, HERE), positive)
    same = solve(eq(raw.conclusion.args[2], score), *known)
    return rename_derivative(raw, solve(eq(logp, logp)), same)


@cache
def score_slope(name: str) -> Proof:
    """The score has derivative f'' share + f' share', at most L in size."""
    size = SHARE[name].args[1] if name == RIGHT else SHARE[name].args[0].args[1]
    nonzero = solve(negate(eq(size, 0)), *shares())
    raw = differentiate(x, SCORE[name], odds_slope(x, x), nonzero)
    return raw


@cache
def score_bounded(name: str) -> Proof:
    """|score| <= G."""
    share = solve(absolute(SHARE[name]) <= 1, *shares())
    return solve(absolute(SCORE[name]) <= G, slope_bounded(), share, twice_amplitude())


def tidy_slope(name: str) -> Proof:
    """The slope of the score is f'' share - f'^2 J(1-J)."""
    raw = score_slope(name).conclusion.args[2]
    left, right = raw.args
    positive, *_ = frame()
    bent = solve(eq(left.args[0], BEND), positive)
    change = right.args[1]
    fallen = solve(eq(change, -SLOPE * SPREAD), *shares())
    return solve_hiding(
        eq(raw, BEND * SHARE[name] - SLOPE**2 * SPREAD),
        (left.args[0], change, BEND, SHARE[name], SLOPE, SPREAD),
        bent,
        fallen,
    )


@cache
def slope_of_score_bounded(name: str) -> Proof:
    """|slope of the score| <= L."""
    raw = score_slope(name).conclusion.args[2]
    positive, _, pi = frame()
    circle = axiom(CIRCLE, OMEGA * x)
    sine = solve(absolute(sin(OMEGA * x)) <= 1, circle)
    amplitude = solve(0 < A, *given("positive_L", "short"))
    frequency = solve(eq(A * OMEGA, PI * L / 4), positive)
    product = solve(0 < A * OMEGA, frequency, pi, *given("positive_L"))
    bend = solve_hiding(
        absolute(A * OMEGA * sin(OMEGA * x)) <= A * OMEGA,
        (A * OMEGA, sin(OMEGA * x)),
        sine,
        product,
    )
    square = solve_hiding(SLOPE**2 <= 4 * A**2, (SLOPE, A), slope_bounded(), amplitude)
    small = solve(A**2 <= L / 512, step_small(), *given("positive_L"))
    split = tidy_slope(name)
    share = solve(absolute(SHARE[name]) <= 1, *shares())
    spread = solve(conj(0 <= SPREAD, SPREAD <= const(1) / 4), *shares())
    total = solve(A * OMEGA + 4 * A**2 / 4 <= L, frequency, pi, small, *given("positive_L"))
    return solve_hiding(
        absolute(raw) <= L,
        (raw, A * OMEGA, sin(OMEGA * x), SHARE[name], SLOPE, SPREAD, A),
        split,
        bend,
        square,
        share,
        spread,
        total,
    )


@cache
def score_lipschitz(name: str) -> Proof:
    """z <= y  |-  |score(y) - score(z)| <= L (y - z)."""
    slope, bound = score_slope(name), slope_of_score_bounded(name)

    def rises(sign: int) -> Proof:
        line = differentiate(x, const(sign) * SCORE[name] + L * x, slope)
        nonnegative = solve(0 <= line.conclusion.args[2], bound)
        return nondecreasing(line, nonnegative, z, y)

    change = at_position(SCORE[name], y) - at_position(SCORE[name], z)
    return solve(absolute(change) <= L * (y - z), rises(1), rises(-1))


# -- the iterates ----------------------------------------------------------------------------------


@cache
def at_iterate() -> tuple[Proof, ...]:
    """f(k eta + 0) = f0 + c eta k and f'(k eta + 0) = gap."""
    start = k * eta + 0
    phase = solve(eq(OMEGA * start, 2 * PI * k), *frame()[:2])
    known = whole_turns(), equal_inside(phase, sin), equal_inside(phase, cos)
    odds = solve(eq(at_position(ODDS, start), F0 + DRIFT * eta * k), *known)
    slope = solve(eq(at_position(SLOPE, start), gap), *known)
    return odds, slope


@cache
def falls() -> Proof:
    """f((k+1) eta) < f(k eta), so e^-f grows."""
    now, then = k * eta + 0, (k + 1) * eta + 0
    before, _ = at_iterate()
    after = instantiate(before, {k: k + 1})
    lower = solve(
        at_position(ODDS, then) < at_position(ODDS, now),
        before,
        after,
        drift_negative(),
        *given("short"),
    )
    bend = tangent_at(-at_position(ODDS, now), -at_position(ODDS, then))
    positive = exp_positive(-at_position(ODDS, now))
    return solve(
        exp(-at_position(ODDS, now)) < exp(-at_position(ODDS, then)), lower, bend, positive
    )


@cache
def pace() -> Proof:
    """0 < -c eta: how much the log odds fall in each step."""
    return solve(0 < -DRIFT * eta, drift_negative(), *given("short"))


@cache
def small() -> Proof:
    """0 < eps, N(eps) <= k  |-  e^f <= eps at step k."""
    start = k * eta + 0
    positive, late = assume(0 < eps), assume(NUMBER <= k)
    before, _ = at_iterate()
    passed = solve(F0 - log(eps) <= -DRIFT * eta * k, late, pace())
    low = solve(at_position(ODDS, start) <= log(eps), before, passed)
    return solve(exp(at_position(ODDS, start)) <= eps, exp_monotone(low), exp_log(positive))


def facts_at(where: Term) -> tuple[Proof, ...]:
    return tuple(put(fact, where) for fact in shares())


@cache
def lipschitz_on_line(name: str) -> Proof:
    """t <= u  =>  |score(u) - score(t)| <= L (u - t), on the line of step k."""
    start, end = HERE, k * eta + u
    general = instantiate(score_lipschitz(name), {z: start, y: end})
    order = solve(start <= end, assume(t <= u))
    return discharge(use(general, order), t <= u)


@cache
def below_level() -> Proof:
    """0 < eps  |-  N(eps) <= k  =>  e^f <= eps."""
    return discharge(small(), NUMBER <= k)


@cache
def start_odds() -> Proof:
    """f(0) = log(J0/(1-J0))."""
    zero = const(0) * eta + 0
    phase = equal_inside(solve(eq(OMEGA * zero, 0)), sin)
    return solve(eq(at_position(ODDS, zero), F0), phase, axiom(AT_ZERO))
