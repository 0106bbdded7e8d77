"""Sine and cosine of a sum, of pi and of small angles: derived from their slopes, their squares and
the period."""

from theory.proofs._prelude import *
from theory.kernel.axioms import AT_ZERO, CIRCLE, PERIOD, PI_BOUNDS
from theory.kernel.terms import PI, cos, sin

x, y = var("x"), var("y")


def circle(angle: Term) -> Proof:
    """sin^2 + cos^2 = 1."""
    return axiom(CIRCLE, angle)


def same_angle(equation: Proof) -> tuple[Proof, Proof]:
    """Equal angles have the same sine and cosine."""
    return equal_inside(equation, sin), equal_inside(equation, cos)


@cache
def _addition() -> Proof:
    """The defects of both formulas have squares that add up to a constant, which is 0 at x = 0."""
    sine = sin(t + y) - (sin(t) * cos(y) + cos(t) * sin(y))
    cosine = cos(t + y) - (cos(t) * cos(y) - sin(t) * sin(y))
    defect = sine**2 + cosine**2

    def never_grows(sign: int, start: Term, end: Term) -> Proof:
        slope = differentiate(t, const(sign) * defect)
        flat = solve(0 <= slope.conclusion.args[2])
        return nondecreasing(slope, flat, start, end)

    zero = const(0)
    origin = *same_angle(solve(eq(zero + y, y))), axiom(AT_ZERO)
    none = solve(eq(substitute(defect, {t: zero}), 0), *origin)
    here = substitute(defect, {t: x})
    after = [never_grows(sign, zero, x) for sign in (1, -1)]
    before = [never_grows(sign, x, zero) for sign in (1, -1)]
    right = discharge(solve(eq(here, 0), none, *after), 0 <= x)
    left = discharge(solve(eq(here, 0), none, *before), x <= 0)
    whole = solve(eq(here, 0), right, left)
    parts = [substitute(part, {t: x}) for part in (sine, cosine)]
    vanish = solve_hiding(conj(*(eq(part, 0) for part in parts)), tuple(parts), whole)
    return solve(conj(*_sums(x, y)), vanish)


def _sums(a: Term, b: Term) -> tuple[Term, Term]:
    sine = eq(sin(a + b), sin(a) * cos(b) + cos(a) * sin(b))
    return sine, eq(cos(a + b), cos(a) * cos(b) - sin(a) * sin(b))


def addition(a: Term, b: Term) -> Proof:
    """sin(a + b) = sin a cos b + cos a sin b, and the same for cos."""
    return instantiate(_addition(), {x: a, y: b})


def _grows(function: Term, *known: Proof) -> Proof:
    """0 <= x  |-  function(0) <= function(x), for a function of t with a slope of at least 0."""
    slope = differentiate(t, function)
    rate = solve(0 <= slope.conclusion.args[2], *known)
    return nondecreasing(slope, rate, const(0), x)


@cache
def _sine_small() -> Proof:
    """0 <= x  |-  sin x <= x."""
    return solve(sin(x) <= x, _grows(t - sin(t), circle(t)), axiom(AT_ZERO))


@cache
def _cosine_large() -> Proof:
    """0 <= x  |-  1 - x^2/2 <= cos x."""
    grown = _grows(cos(t) + t**2 / 2, instantiate(_sine_small(), {x: t}))
    return solve(1 - x**2 / 2 <= cos(x), grown, axiom(AT_ZERO))


@cache
def _sine_large() -> Proof:
    """0 <= x  |-  x - x^3/6 <= sin x."""
    grown = _grows(sin(t) - t + t**3 / 6, instantiate(_cosine_large(), {x: t}))
    return solve(x - x**3 / 6 <= sin(x), grown, axiom(AT_ZERO))


def small_angle(angle: Term, forward: Proof) -> tuple[Proof, ...]:
    """From 0 <= x: sin x <= x, x - x^3/6 <= sin x, 1 - x^2/2 <= cos x, sin^2 x + cos^2 x = 1."""
    lemmas = _sine_small(), _sine_large(), _cosine_large()
    found = (use(instantiate(lemma, {x: angle}), forward) for lemma in lemmas)
    return *found, circle(angle)


@cache
def half_turn() -> Proof:
    """sin pi = 0 and cos pi = -1: sin(pi/2) is not 0, so cos pi is below 1."""
    whole, half_way, bounds = 2 * PI, PI / 2, axiom(PI_BOUNDS)
    twice = same_angle(solve(eq(PI + PI, 0 + whole)))
    back = *twice, addition(PI, PI), axiom(PERIOD, const(0)), axiom(AT_ZERO)
    forward = solve(0 <= half_way, bounds)
    positive = solve(0 < sin(half_way), small_angle(half_way, forward)[1], bounds)
    halved = *same_angle(solve(eq(half_way + half_way, PI))), addition(half_way, half_way)
    below = solve(cos(PI) < 1, positive, *halved, circle(half_way))
    square = solve(eq(cos(PI) ** 2, 1), *back, circle(PI))
    return solve(conj(eq(sin(PI), 0), eq(cos(PI), -1)), square, circle(PI), below)


@cache
def whole_turns() -> Proof:
    """sin(2 pi k) = 0 and cos(2 pi k) = 1."""
    turn = 2 * PI * k
    claim = conj(eq(sin(turn), 0), eq(cos(turn), 1))
    none = same_angle(solve(eq(2 * PI * const(0), 0)))
    base = solve(substitute(claim, {k: const(0)}), axiom(AT_ZERO), *none)
    one_more = same_angle(solve(eq(2 * PI * (k + 1), turn + 2 * PI)))
    step = solve(substitute(claim, {k: k + 1}), assume(claim), axiom(PERIOD, turn), *one_more)
    return specialise(induction(k, claim, base, step), k)
