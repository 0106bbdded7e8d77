"""Points that no search in floats meets: very large numbers, and numbers such as sqrt(2) or pi/3.

A claim may be false at one irrational point alone. Floats come near it, and from a float the number
is guessed: a simple multiple of pi, a root, a logarithm. As everywhere, guesses are confirmed by
``at_point`` or dropped.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import islice

import numpy as np

from theory.inequality.at_point import Coordinate, Undefined, Unknown, value
from theory.inequality.expression import Comparison, Expr, Question
from theory.inequality.search import (
    TOLERANCE,
    Array,
    Range,
    allowed_rows,
    claim_margin,
    nearest,
    ranges,
    special_points,
    suspicious,
    values,
    where_to_go,
)

Candidate = dict[str, Coordinate]

NEAR = 1e-6
"""How far a float may be from the number that is guessed, relative to 1 + its size."""
POWERS_OF_TEN = (8, 20, 50, 100, 308, 1000)
THOUSAND_DIGITS = Expr("pow", (Expr("const", (), Fraction(10)),), 1000)
DIGITS = 1_100  # of a number that is written out
FEW, SOME = 6, 60  # guesses of one number, and of one point


def special_candidates(
    question: Question, names: Sequence[str], rng: np.random.Generator
) -> Iterator[Candidate]:
    """Large points, then closed forms near the floats at which the claim is an equality or fails,
    or is undefined."""
    limits = ranges(question, names)
    yield from large_points(question, limits)
    rows = [row for one in where_to_go(question) for row in valleys(one, names, rng)]
    rows.extend(on_curves(question, names, rng))
    rows.sort(key=lambda row: (float(np.abs(row).sum().round(6)), -float(row.sum())))
    seen: set[tuple[float, ...]] = set()
    for row in rows:
        key = tuple(np.round(row, 5))
        if key not in seen:
            seen.add(key)
            lists = [closed_forms(float(x)) for x in row]
            for point in islice(itertools.product(*lists), SOME):
                if not all(isinstance(x, Fraction) for x in point):
                    yield dict(zip(names, point, strict=True))


# -- large points ----------------------------------------------------------------------------------


def large_points(question: Question, limits: dict[str, Range]) -> Iterator[Candidate]:
    """Every variable large, or one of them and the others 1, 1/2 or 0."""
    names = list(limits)
    others = (Fraction(1), Fraction(1, 2), Fraction(0)) if len(names) > 1 else ()
    for number, size in magnitudes(question):
        fits = [name for name in names if limits[name].low <= size <= limits[name].high]
        if names and len(fits) == len(names):
            yield dict.fromkeys(names, number)
        for other, name in itertools.product(others, fits):
            yield {**dict.fromkeys(names, other), name: number}


def magnitudes(question: Question) -> Iterator[tuple[Coordinate, float]]:
    """Powers of ten, numbers a little above the large constants c of the question and above e^c;
    their negatives and reciprocals. Each with a float next to it."""
    exponents = [(const(10), 10, k) for k in POWERS_OF_TEN]
    exponents.append((THOUSAND_DIGITS, 10**1000, 4))
    plain: list[Fraction] = []
    for number in dict.fromkeys(map(abs, constants(question))):
        if 8 < number < 1000:
            exponents.append((const(3), 3, math.ceil(number)))
        if 100 < number < 10**DIGITS:
            plain += [number, number + 1, 2 * number]
    for base, value_of_base, exponent in dict.fromkeys(exponents):
        for sign in (1, -1):
            power = Expr("pow", (base,), sign * exponent)
            size = nearest(Fraction(value_of_base) ** (sign * exponent))
            yield power, size
            yield Expr("neg", (power,)), -size
    for number in dict.fromkeys(plain):
        for one in (number, -number, 1 / number, -1 / number):
            yield one, nearest(one)


def constants(question: Question) -> Iterator[Fraction]:
    """The values of all parts without variables that are rational."""

    def visit(e: Expr) -> Iterator[Expr]:
        yield e
        for arg in e.args:
            yield from visit(arg)

    for comparison in (*question.assume, *question.claim):
        for part in (*visit(comparison.left), *visit(comparison.right)):
            with suppress(Undefined, Unknown, KeyError):
                number = value(part, {})
                if isinstance(number, Fraction) and number != 0:
                    yield number


# -- where the claim comes closest to failing ------------------------------------------------------

STARTS, STEPS, LEVELS = 16, 24, 46
AROUND = 7.0


def valleys(question: Question, names: Sequence[str], rng: np.random.Generator) -> list[Array]:
    """Where the claim is an equality, or fails, as far as floats tell: downhill by ever smaller
    random steps from the best of many points near 0, along the assumed equations."""
    if not names:
        return []
    limits = list(ranges(question, names).values())
    equations = [c for c in question.assume if c.sign == "=="][: len(names)]
    every = list(range(len(names)))
    low = np.array([max(one.low, min(-AROUND, one.high - 2 * AROUND)) for one in limits])
    high = np.array([min(one.high, max(AROUND, one.low + 2 * AROUND)) for one in limits])
    if (low > high).any():
        return []
    points = rng.uniform(low, high, (128 if equations else 1024, len(low)))
    if not equations:
        points = np.concatenate([special_points(limits, rng), points])

    def settled(at: Array) -> Array:
        for _ in range(3 if equations else 0):
            at = _newton(equations, names, at, every)
        return np.where(np.isfinite(at), at, 0.0)

    def scores(at: Array) -> Array:
        score = claim_margin(question, names, at)
        score = np.where(np.isnan(score), np.inf, np.maximum(score, -TOLERANCE))
        return np.where(allowed_rows(question, names, at), score, np.inf)

    points = settled(points)
    best = points[np.argsort(scores(points), kind="stable")[:STARTS]]
    least = scores(best)
    for shrink in 2.0 ** -np.arange(0, LEVELS, 2 if equations else 1):
        moves = shrink * rng.standard_normal((len(best), STEPS, len(names)))
        near = settled((best[:, None, :] + moves).reshape(-1, len(names)))
        found = scores(near).reshape(len(best), STEPS)
        at = np.argmin(found, axis=1)
        chosen = near.reshape(len(best), STEPS, len(names))[np.arange(len(best)), at]
        better = found[np.arange(len(best)), at] < least
        best = np.where(better[:, None], chosen, best)
        least = np.minimum(least, found.min(axis=1))
    return list(best[least <= TOLERANCE])


# -- points on assumed equations -------------------------------------------------------------------

SIMPLE = (0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0, 1 / 3)


def on_curves(question: Question, names: Sequence[str], rng: np.random.Generator) -> list[Array]:
    """Points that satisfy the assumed equations and not the claim, where as many variables as there
    are equations are solved for by Newton's method and the others are simple numbers."""
    equations = [c for c in question.assume if c.sign == "=="]
    if not 0 < len(equations) <= len(names):
        return []
    found: list[Array] = []
    for solved in islice(itertools.combinations(range(len(names)), len(equations)), 6):
        points = rng.choice(SIMPLE, (64, len(names)))
        points[:, solved] = rng.uniform(-3, 3, (64, len(solved)))
        for _ in range(30):
            points = _newton(equations, names, points, list(solved))
        with np.errstate(all="ignore"):
            points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            found.extend(suspicious(question, names, points))
    return found


def _newton(
    equations: Sequence[Comparison], names: Sequence[str], points: Array, solved: list[int]
) -> Array:
    def residuals(at: Array) -> Array:
        columns = {name: at[:, j] for j, name in enumerate(names)}
        gaps = [values(c.left, columns) - values(c.right, columns) for c in equations]
        return np.nan_to_num(np.stack(gaps, axis=1), posinf=0, neginf=0)

    with np.errstate(all="ignore"):
        here, slopes = residuals(points), []
        for j in solved:
            step = 1e-7 * (1 + np.abs(points[:, j]))
            moved = points.copy()
            moved[:, j] += step
            slopes.append((residuals(moved) - here) / step[:, None])
        jacobian = np.stack(slopes, axis=2)
        change = np.linalg.pinv(jacobian) @ here[:, :, None]
    better = points.copy()
    better[:, solved] -= change[:, :, 0]
    return better


# -- a number near a float -------------------------------------------------------------------------


def const(x: Fraction | int) -> Expr:
    return Expr("const", (), Fraction(x))


def times(x: Fraction, e: Expr) -> Expr:
    if abs(x) == 1:
        return e if x == 1 else Expr("neg", (e,))
    return Expr("mul", (const(x), e))


def closed_forms(x: float) -> list[Coordinate]:
    """Simple numbers near x, the simplest kind first."""
    return list(islice(_closed_forms(x), FEW))


def _closed_forms(x: float) -> Iterator[Coordinate]:
    if not math.isfinite(x) or abs(x) > 1e6:
        return
    if (whole := _simple(x, 24)) is not None:
        yield whole
    if (turns := _simple(x / math.pi, 12)) is not None and turns:
        yield times(turns, Expr("pi"))
    if (square := _simple(x * x, 36)) is not None and square > 0:
        yield times(Fraction(1 if x > 0 else -1), Expr("sqrt", (const(square),)))
    if (power := _simple(math.exp(min(x, 50)), 12)) is not None and power > 0:
        yield Expr("log", (const(power),))
    if x != 0 and (exponent := _simple(math.log(abs(x)), 6)) is not None:
        yield times(Fraction(1 if x > 0 else -1), Expr("exp", (const(exponent),)))
    if (cube := _simple(abs(x) ** 3, 12)) is not None and cube > 0:
        third = Expr("exp", (times(Fraction(1, 3), Expr("log", (const(cube),))),))
        yield times(Fraction(1 if x > 0 else -1), third)
    if (fourth := _simple(x**4, 12)) is not None and fourth > 0:
        root = Expr("sqrt", (Expr("sqrt", (const(fourth),)),))
        yield times(Fraction(1 if x > 0 else -1), root)
    yield from _quadratic(x)


def _simple(x: float, most: int) -> Fraction | None:
    """The fraction near x with a denominator up to this."""
    found = Fraction(x).limit_denominator(most)
    near = abs(float(found) - x) <= NEAR * (1 + abs(x))
    return found if near and abs(found.numerator) < 10_000 else None


def _quadratic(x: float) -> Iterator[Coordinate]:
    """p + sqrt(q), where 2p is a small integer or a third of one."""
    for p in (Fraction(n, d) for d in (2, 3) for n in range(-6, 7) if n):
        square = _simple((x - float(p)) ** 2, 12)
        if square is not None and square > 0:
            root = times(Fraction(1 if x > p else -1), Expr("sqrt", (const(square),)))
            yield Expr("add", (const(p), root))
