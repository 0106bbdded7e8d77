"""Where a claim may fail: special values, random points at several scales, and local descent.

The result is a list of float points, the most promising first. They are guesses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from theory.inequality._expression import Comparison, Expr, Question
from theory.inequality._floats import Array, Columns, margins, values

SPECIAL = (0.0, 1.0, -1.0, 0.5, 2.0, -0.5, -2.0, 3.0, 0.25, 10.0, -10.0, 1 / 3, 0.9, 0.1, 100.0)
GRID = 4096  # at most so many special points
TOLERANCE = 1e-9  # what floats can't tell from equality
PLAIN = 1e-6  # so far outside that floats hardly err
FAR = 6.0  # unbounded variables are drawn up to 10^6


@dataclass(frozen=True, slots=True)
class Range:
    """The interval that the assumptions give a variable; infinite where they give none."""

    low: float
    high: float


def ranges(question: Question, names: Sequence[str]) -> dict[str, Range]:
    """Read off the assumptions of the form ``constant < variable`` and ``variable < constant``."""
    found = {name: Range(-np.inf, np.inf) for name in names}
    for comparison in question.assume:
        for name in names:
            low, high = _bound(comparison, name)
            old = found[name]
            found[name] = Range(max(old.low, low), min(old.high, high))
    return found


def _bound(comparison: Comparison, name: str) -> tuple[float, float]:
    left, right, equal = comparison.left, comparison.right, comparison.sign == "=="
    low, high = -np.inf, np.inf
    if _is(right, name) and (number := constant(left)) is not None:
        low, high = number, number if equal else high
    if _is(left, name) and (number := constant(right)) is not None:
        low, high = number if equal else low, number
    return low, high


def _is(expression: Expr, name: str) -> bool:
    return expression.op == "var" and expression.value == name


def constant(expression: Expr) -> float | None:
    """The float value of an expression without variables; None if there is a variable, or no
    value."""
    if _mentions_variable(expression):
        return None
    with np.errstate(all="ignore"):
        number = float(values(expression, {"": np.zeros(1)})[0])
    return number if np.isfinite(number) else None


def _mentions_variable(expression: Expr) -> bool:
    return expression.op == "var" or any(map(_mentions_variable, expression.args))


# -- points ----------------------------------------------------------------------------------------


def special_points(limits: Sequence[Range], rng: np.random.Generator) -> Array:
    """Combinations of special values and of the ends of the ranges, shape (m, d)."""
    lists = [_special_values(limit) for limit in limits]
    total = 1
    for one in lists:
        total *= len(one)
    if total <= GRID:
        return np.array(list(itertools.product(*lists)), dtype=float).reshape(total, len(lists))
    picks = [rng.choice(one, GRID) for one in lists]
    diagonal = [[one[j % len(one)] for one in lists] for j in range(max(map(len, lists)))]
    return np.concatenate([np.array(diagonal), np.stack(picks, axis=1)])


def _special_values(limit: Range) -> list[float]:
    low, high = limit.low, limit.high
    ends = [end for end in (low, high) if np.isfinite(end)]
    if len(ends) == 2:
        ends += [low + (high - low) * share for share in (0.5, 0.25, 0.75, 1e-3, 1 - 1e-3)]
    inside = [value for value in SPECIAL if low <= value <= high]
    return list(dict.fromkeys(ends + inside)) or [0.0]


def random_points(limits: Sequence[Range], count: int, rng: np.random.Generator) -> Array:
    """Random points inside the ranges, shape (count, d), each row at a scale of its own."""
    columns = [_random_column(limit, count, rng) for limit in limits]
    return np.stack(columns, axis=1) if columns else np.zeros((1, 0))


def _random_column(limit: Range, count: int, rng: np.random.Generator) -> Array:
    low, high = limit.low, limit.high
    scale = 10.0 ** rng.uniform(-4, np.where(rng.random(count) < 0.7, 1.0, FAR))
    if np.isfinite(low) and np.isfinite(high):
        share = rng.random(count)
        near = 10.0 ** rng.uniform(-6, 0, count)
        kind = rng.integers(0, 4, count)
        share = np.where(kind == 0, near, np.where(kind == 1, 1 - near, share))
        return low + (high - low) * share
    if np.isfinite(low):
        return low + scale * rng.random(count)
    if np.isfinite(high):
        return high - scale * rng.random(count)
    return scale * rng.uniform(-1, 1, count)


# -- equations among the assumptions -----------------------------------------------------------


def on_equations(question: Question, names: Sequence[str], points: Array) -> Array:
    """The points moved onto the assumed equations, each solved for a variable in which it is
    affine. Equations without such a variable are left as they are."""
    columns = {name: points[:, j].copy() for j, name in enumerate(names)}
    used: set[str] = set()
    for comparison in question.assume:
        if comparison.sign != "==":
            continue
        for name in reversed(names):
            if name not in used and (solved := _solved_for(comparison, name, columns)) is not None:
                columns[name] = solved
                used.add(name)
                break
    return np.stack([columns[name] for name in names], axis=1) if names else points


def _solved_for(comparison: Comparison, name: str, columns: Columns) -> Array | None:
    """Where left - right = a + b * variable with b not 0: -a/b, shape (m,)."""

    def residual(number: float) -> Array:
        trial = {**columns, name: np.full_like(columns[name], number)}
        return values(comparison.left, trial) - values(comparison.right, trial)

    with np.errstate(all="ignore"):
        zero, one, two = residual(0.0), residual(1.0), residual(2.0)
        slope = one - zero
        straight = np.abs(two - zero - 2 * slope) <= 1e-9 * (1 + np.abs(zero) + np.abs(two))
        solved = -zero / slope
    good = straight & np.isfinite(solved)
    return np.where(good, solved, columns[name]) if good.mean() > 0.5 else None


# -- guesses ---------------------------------------------------------------------------------------


def guesses(question: Question, names: Sequence[str], rng: np.random.Generator) -> Iterator[Array]:
    """Batches of float points, shape (m, d), at which the claim seems to fail; never ends.

    The first batch comes from special values; the others from random points and from descent, to
    where the claim fails and to where it is undefined."""
    limits = list(ranges(question, names).values())
    yield suspicious(question, names, special_points(limits, rng))
    domain = tuple(c for one in question.claim for c in (*_needs(one.left), *_needs(one.right)))
    targets = [question, *([replace(question, claim=domain)] if domain else [])]
    while True:
        points = on_equations(question, names, random_points(limits, 2048, rng))
        yield suspicious(question, names, points)
        for target in targets:
            yield suspicious(target, names, descend(target, names, points, rng))


def _needs(expression: Expr) -> Iterator[Comparison]:
    """What must hold for the expression to be defined."""
    for inner in expression.args:
        yield from _needs(inner)
    zero = Expr("const", (), Fraction(0))
    match expression.op:
        case "div":
            yield Comparison(zero, "<", Expr("abs", (expression.args[1],)))
        case "pow" if isinstance(expression.value, int) and expression.value < 0:
            yield Comparison(zero, "<", Expr("abs", (expression.args[0],)))
        case "log" | "sqrt":
            yield Comparison(zero, "<", expression.args[0])


def suspicious(question: Question, names: Sequence[str], points: Array, most: int = 12) -> Array:
    """The points that satisfy the assumptions and not the claim, as far as floats can tell: small
    ones that are plainly outside, then those farthest outside, then small ones near the edge."""
    points = on_equations(question, names, points)
    score = np.where(np.isnan(claim := claim_margin(question, names, points)), -1.0, claim)
    keep = np.flatnonzero(_allowed(question, names, points) & (score <= TOLERANCE))
    worst = keep[np.argsort(score[keep], kind="stable")]
    simple = keep[np.argsort(np.abs(points[keep]).sum(axis=1), kind="stable")]
    plain = simple[score[simple] < -PLAIN]
    chosen = dict.fromkeys(int(n) for order in (plain, worst, simple) for n in order[:most])
    return points[list(chosen)]


def claim_margin(question: Question, names: Sequence[str], points: Array) -> Array:
    """The least margin of the claim's comparisons, shape (m,); NaN where one is undefined."""
    columns = _columns(names, points)
    return np.min([margins(c, columns) for c in question.claim], axis=0)


def _allowed(question: Question, names: Sequence[str], points: Array) -> np.ndarray:
    columns = _columns(names, points)
    allowed = np.ones(len(points), dtype=bool)
    for assumption in question.assume:
        allowed &= margins(assumption, columns) >= -TOLERANCE
    return allowed


def descend(
    question: Question, names: Sequence[str], points: Array, rng: np.random.Generator
) -> Array:
    """From the best point, ever smaller random steps to a smaller margin; all that was visited."""
    if not names:
        return points
    best = _best(question, names, points)
    visited = [best[None]]
    for shrink in 2.0 ** -np.arange(0, 40, 2):
        step = shrink * (np.abs(best) + shrink) * rng.standard_normal((64, len(names)))
        near = on_equations(question, names, np.concatenate([best[None], best + step]))
        best = _best(question, names, near)
        visited.append(best[None])
    return np.concatenate(visited)


def _best(question: Question, names: Sequence[str], points: Array) -> Array:
    score = claim_margin(question, names, points)
    score = np.where(_allowed(question, names, points), score, np.inf)
    found: Array = points[int(np.argmin(np.where(np.isnan(score), np.inf, score)))]
    return found


def _columns(names: Sequence[str], points: Array) -> dict[str, Array]:
    return {name: points[:, j] for j, name in enumerate(names)} or {"": np.zeros(len(points))}


def rational(number: float) -> Fraction:
    """The float as an exact fraction; 0 where it is not finite."""
    return Fraction(number) if np.isfinite(number) else Fraction(0)
