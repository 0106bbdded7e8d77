"""Bounds on exp, log, sin and cos that the solvers may use. Derived here from the seven axioms, by
the rules of the kernel; trusted nowhere.

The bounds of Taylor come from the mean value theorem: a function whose derivative is not negative
does not fall. Each lemma is about one variable x and is instantiated at the terms of a question.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from theory.kernel.axioms import AT_ZERO, CIRCLE
from theory.kernel.proof import (
    Proof,
    assume,
    axiom,
    both,
    differentiate,
    discharge,
    instantiate,
    nondecreasing,
    solve,
)
from theory.kernel.terms import Term, const, cos, eq, exp, log, sin, var
from theory.proofs._toolkit import (
    exp_inverse,
    exp_log,
    exp_positive,
    exp_sum,
    exp_zero,
    tangent,
    tangent_at,
    use,
)

_x, _y, _z, _t = var("x"), var("y"), var("z"), var("t_")
ZERO = const(0)


def at(lemma: Proof, x: Term) -> Proof:
    """A lemma about x at this term."""
    return instantiate(lemma, {_x: x})


# -- a function of t with a known sign of its slope --------------------------------------------


def _rises(function: Term, *slope_facts: Proof) -> tuple[Proof, Proof]:
    """f' >= 0 everywhere: f(0) <= f(x) if 0 <= x, and f(x) <= f(0) if x <= 0."""
    slope = differentiate(_t, function)
    sign = solve(ZERO <= slope.conclusion.args[2], *slope_facts)
    after, before = nondecreasing(slope, sign, ZERO, _x), nondecreasing(slope, sign, _x, ZERO)
    return discharge(after, ZERO <= _x), discharge(before, _x <= ZERO)


def _valley(function: Term, *slope_facts: Proof) -> tuple[Proof, Proof]:
    """f' has the sign of t: f(0) <= f(x) if 0 <= x, and if x <= 0."""
    slope = differentiate(_t, function)
    rising = solve(ZERO <= slope.conclusion.args[2], *slope_facts, assume(ZERO <= _t))
    mirror = differentiate(_t, -function)
    falling = solve(ZERO <= mirror.conclusion.args[2], *slope_facts, assume(_t <= ZERO))
    after = nondecreasing(slope, rising, ZERO, _x)
    before = nondecreasing(mirror, falling, _x, ZERO)
    return discharge(after, ZERO <= _x), discharge(before, _x <= ZERO)


def _two_sided(lower: Term, upper: Term, *known: Proof) -> Proof:
    """lower <= upper if 0 <= x, and upper <= lower if x <= 0."""
    after = solve(lower <= upper, assume(ZERO <= _x), *known)
    before = solve(upper <= lower, assume(_x <= ZERO), *known)
    return both(discharge(after, ZERO <= _x), discharge(before, _x <= ZERO))


def _at_t(lemma: Proof) -> Proof:
    return instantiate(lemma, {_x: _t})


# -- exp -------------------------------------------------------------------------------------------


@cache
def exp_second() -> Proof:
    """1 + x + x^2/2 <= exp x if 0 <= x; the other way round if x <= 0."""
    parts = _rises(exp(_t) - 1 - _t - _t**2 / 2, tangent(_t))
    return _two_sided(1 + _x + _x**2 / 2, exp(_x), *parts, exp_zero())


@cache
def exp_third() -> Proof:
    """1 + x + x^2/2 + x^3/6 <= exp x."""
    parts = _valley(exp(_t) - 1 - _t - _t**2 / 2 - _t**3 / 6, _at_t(exp_second()))
    return solve(1 + _x + _x**2 / 2 + _x**3 / 6 <= exp(_x), *parts, exp_zero())


# -- log, where y stands for exp x ---------------------------------------------------------------


@cache
def _log_second() -> Proof:
    """(e^x - 1) - (e^x - 1)^2/2 <= x if 0 <= x; the other way round if x <= 0."""
    grown = exp(_t) - 1
    parts = _rises(_t - grown + grown**2 / 2)
    return _two_sided(exp(_x) - 1 - (exp(_x) - 1) ** 2 / 2, _x, *parts, exp_zero())


@cache
def _log_pade() -> Proof:
    """2 (e^x - 1) <= x (e^x + 1) if 0 <= x; the other way round if x <= 0."""
    facts = tangent(-_t), exp_inverse(_t), exp_positive(_t)
    parts = _rises(_t * (exp(_t) + 1) - 2 * (exp(_t) - 1), *facts)
    return _two_sided(2 * (exp(_x) - 1), _x * (exp(_x) + 1), *parts, exp_zero())


def _at_log(lemma: Proof, positive: Proof, left: Term, right: Term) -> Proof:
    """A two-sided lemma at log a, with a in the place of exp(log a), for 1 <= a and for a <= 1."""
    a = positive.conclusion.args[1]
    known = at(lemma, log(a)), exp_log(positive), positive, *log_sign(a, positive)
    after = solve(left <= right, assume(1 <= a), *known)
    before = solve(right <= left, assume(a <= const(1)), *known)
    return both(discharge(after, 1 <= a), discharge(before, a <= const(1)))


def log_sign(a: Term, positive: Proof) -> tuple[Proof, ...]:
    """What settles the sign of log a: its tangents at 0 and 1."""
    back = log_inverse(positive)
    return tangent(log(a)), tangent(-log(a)), back


def log_second(positive: Proof) -> Proof:
    """(a-1) - (a-1)^2/2 <= log a if 1 <= a; the other way round if a <= 1."""
    a = positive.conclusion.args[1]
    return _at_log(_log_second(), positive, a - 1 - (a - 1) ** 2 / 2, log(a))


def log_pade(positive: Proof) -> Proof:
    """2 (a - 1) <= (a + 1) log a if 1 <= a; the other way round if a <= 1."""
    a = positive.conclusion.args[1]
    return _at_log(_log_pade(), positive, 2 * (a - 1), (a + 1) * log(a))


def log_inverse(positive: Proof) -> Proof:
    """From 0 < a: a exp(-log a) = 1."""
    a = positive.conclusion.args[1]
    return solve(eq(a * exp(-log(a)), 1), exp_inverse(log(a)), exp_log(positive))


def log_above(positive: Proof) -> Proof:
    """From 0 < a: log a <= a - 1."""
    a = positive.conclusion.args[1]
    return solve(log(a) <= a - 1, tangent(log(a)), exp_log(positive))


def log_below(positive: Proof) -> Proof:
    """From 0 < a: a - 1 <= a log a."""
    a = positive.conclusion.args[1]
    return solve(a - 1 <= a * log(a), tangent(-log(a)), log_inverse(positive), positive)


def log_tangent(positive: Proof, other: Proof) -> Proof:
    """From 0 < a and 0 < b: b (log a - log b) <= a - b."""
    a, b = positive.conclusion.args[1], other.conclusion.args[1]
    known = tangent_at(log(b), log(a)), exp_log(positive), exp_log(other)
    return solve(b * (log(a) - log(b)) <= a - b, *known)


@cache
def _log_product() -> Proof:
    x, y, whole = (assume(f) for f in (ZERO < _x, ZERO < _y, eq(_z, _x * _y)))
    z = solve(ZERO < _z, x, y, whole)
    left, right = log(_z), log(_x) + log(_y)
    known = exp_log(x), exp_log(y), exp_log(z), exp_sum(log(_x), log(_y)), x, y, whole
    ways = tangent_at(left, right), tangent_at(right, left), z
    return solve(eq(left, right), *known, *ways)


def log_product(x: Proof, y: Proof, whole: Term, *context: Proof) -> Proof:
    """From 0 < a and 0 < b, where ``whole`` = a b: log whole = log a + log b."""
    a, b = x.conclusion.args[1], y.conclusion.args[1]
    lemma = instantiate(_log_product(), {_x: a, _y: b, _z: whole})
    return use(lemma, x, y, solve(eq(whole, a * b), *context))


# -- sin and cos -----------------------------------------------------------------------------------


def circle(x: Term) -> Proof:
    """sin^2 x + cos^2 x = 1."""
    return axiom(CIRCLE, x)


@cache
def sin_first() -> Proof:
    """sin x <= x if 0 <= x; the other way round if x <= 0."""
    parts = _rises(_t - sin(_t), circle(_t))
    return _two_sided(sin(_x), _x, *parts, axiom(AT_ZERO))


@cache
def cos_second() -> Proof:
    """1 - x^2/2 <= cos x."""
    parts = _valley(cos(_t) + _t**2 / 2, _at_t(sin_first()))
    return solve(1 - _x**2 / 2 <= cos(_x), *parts, axiom(AT_ZERO))


@cache
def sin_third() -> Proof:
    """x - x^3/6 <= sin x if 0 <= x; the other way round if x <= 0."""
    parts = _rises(sin(_t) - _t + _t**3 / 6, _at_t(cos_second()))
    return _two_sided(_x - _x**3 / 6, sin(_x), *parts, axiom(AT_ZERO))


@cache
def cos_fourth() -> Proof:
    """cos x <= 1 - x^2/2 + x^4/24."""
    parts = _valley(_t**4 / 24 - _t**2 / 2 - cos(_t), _at_t(sin_third()))
    return solve(cos(_x) <= 1 - _x**2 / 2 + _x**4 / 24, *parts, axiom(AT_ZERO))


SERIES: dict[str, Callable[[], Proof]] = {
    "exp_second": exp_second,
    "exp_third": exp_third,
    "sin_first": sin_first,
    "sin_third": sin_third,
    "cos_second": cos_second,
    "cos_fourth": cos_fourth,
}
"""The lemmas about one real x, without a condition."""
