"""Where a claim may fail: special values, random points at several scales, and local descent.

The result is a list of float points, the most promising first. They are guesses.

Expressions on arrays of floats: where to look, never what is true.

Each row of a float64 array of shape (m, d) is a point. Everything found here is confirmed, or
dropped, by ``refute``. NaN stands for "undefined or overflowed".

Where to look, in floats: the lowest point of a goal on its box. Nothing here is believed.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from theory.inequality.balls import Tape, tape
from theory.inequality.contract import Side
from theory.inequality.expression import Comparison, Expr, Question
from theory.inequality.goals import Goal, slack

# -- on arrays of floats ---------------------------------------------------------------------------


Array = np.ndarray[Any, np.dtype[np.float64]]
Columns = Mapping[str, Array]

UNARY: Mapping[str, Callable[[Any], Any]] = {
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
}
NARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": np.add,
    "mul": np.multiply,
    "div": np.divide,
    "min": np.minimum,
    "max": np.maximum,
}


def nearest(number: Fraction) -> float:
    """The float next to a fraction; infinity beyond the range of floats."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def values(expression: Expr, columns: Columns) -> Array:
    """The expression at m points, shape (m,). Call inside ``np.errstate(all="ignore")``."""
    match expression.op:
        case "var":
            return columns[str(expression.value)]
        case "const" | "pi":
            value = expression.value
            number = nearest(value) if isinstance(value, Fraction) else np.pi
            return np.full(len(next(iter(columns.values()))), number)
    inner = [values(a, columns) for a in expression.args]
    if expression.op == "pow":
        assert isinstance(expression.value, int)
        return np.power(inner[0], float(expression.value))
    if expression.op == "real_power":
        return np.where(inner[0] < 0, np.nan, np.power(*inner))
    if expression.op in UNARY:
        found: Array = UNARY[expression.op](inner[0])
        return found
    return reduce(NARY[expression.op], inner)


def margins(comparison: Comparison, columns: Columns) -> Array:
    """How far each point is inside the comparison, relative to the size of its sides; shape (m,).

    Negative outside, NaN where a side is undefined. For an equation, minus the distance."""
    with np.errstate(all="ignore"):
        left, right = values(comparison.left, columns), values(comparison.right, columns)
        gap = (right - left) / (1 + np.abs(left) + np.abs(right))
    found: Array = -np.abs(gap) if comparison.sign == "==" else gap
    return np.where(np.isfinite(found), found, np.nan)


# -- where a claim may fail ------------------------------------------------------------------------


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
    targets = where_to_go(question)
    while True:
        points = on_equations(question, names, random_points(limits, 2048, rng))
        yield suspicious(question, names, points)
        for target in targets:
            yield suspicious(target, names, descend(target, names, points, rng))


def where_to_go(question: Question) -> list[Question]:
    """The question, and the one whether its claim is defined: what to break."""
    domain = tuple(c for one in question.claim for c in (*_needs(one.left), *_needs(one.right)))
    return [question, *([replace(question, claim=domain)] if domain else [])]


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
        case "real_power":
            yield Comparison(zero, "<=", expression.args[0])
        case "log" | "sqrt":
            yield Comparison(zero, "<", expression.args[0])


def suspicious(question: Question, names: Sequence[str], points: Array, most: int = 12) -> Array:
    """The points that satisfy the assumptions and not the claim, as far as floats can tell: small
    ones that are plainly outside, then those farthest outside, then small ones near the edge."""
    points = on_equations(question, names, points)
    score = np.where(np.isnan(claim := claim_margin(question, names, points)), -1.0, claim)
    keep = np.flatnonzero(allowed_rows(question, names, points) & (score <= TOLERANCE))
    worst = keep[np.argsort(score[keep], kind="stable")]
    simple = keep[np.argsort(np.abs(points[keep]).sum(axis=1), kind="stable")]
    plain = simple[score[simple] < -PLAIN]
    chosen = dict.fromkeys(int(n) for order in (plain, worst, simple) for n in order[:most])
    return points[list(chosen)]


def claim_margin(question: Question, names: Sequence[str], points: Array) -> Array:
    """The least margin of the claim's comparisons, shape (m,); NaN where one is undefined."""
    columns = _columns(names, points)
    return np.min([margins(c, columns) for c in question.claim], axis=0)


def allowed_rows(question: Question, names: Sequence[str], points: Array) -> np.ndarray:
    """Which points satisfy the assumptions, as far as floats tell; shape (m,)."""
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
    score = np.where(allowed_rows(question, names, points), score, np.inf)
    found: Array = points[int(np.argmin(np.where(np.isnan(score), np.inf, score)))]
    return found


def _columns(names: Sequence[str], points: Array) -> dict[str, Array]:
    return {name: points[:, j] for j, name in enumerate(names)} or {"": np.zeros(len(points))}


def rational(number: float) -> Fraction:
    """The float as an exact fraction; 0 where it is not finite."""
    return Fraction(number) if np.isfinite(number) else Fraction(0)


# -- where a goal is lowest ------------------------------------------------------------------------


FINEST = 1e-9
"""The search for the lowest point ends at steps of this size."""

DENOMINATORS = (1, 2, 6, 12, 60, 1000)


@dataclass(frozen=True, slots=True)
class Lowest:
    """A point, the value there, whether the assumptions seem to hold there, and the size of the
    values elsewhere, at most 1."""

    point: dict[str, float]
    value: float
    allowed: bool
    scale: float = 1.0


def number(program: tuple[Tape, tuple[int, ...]], point: dict[str, float]) -> float:
    """The value of the first expression of the tape; nan where there is none."""
    steps, outputs = program
    found: list[float] = []
    try:
        for node, inner in steps:
            found.append(_apply(node, [found[i] for i in inner], point))
    except (ArithmeticError, ValueError):
        return math.nan
    return found[outputs[0]]


def _apply(node: Expr, x: Sequence[float], point: dict[str, float]) -> float:
    match node.op:
        case "const":
            return float(Fraction(node.value or 0))
        case "var":
            return point[str(node.value)]
        case "pi":
            return math.pi
        case "add":
            return math.fsum(x)
        case "mul":
            return math.prod(x)
        case "neg":
            return -x[0]
        case "div":
            return x[0] / x[1]
        case "pow":
            return float(x[0] ** int(node.value or 0))
        case "abs":
            return abs(x[0])
        case "min":
            return min(x)
        case "max":
            return max(x)
        case "sin_pi" | "cos_pi":
            return float(getattr(math, node.op[:3])(math.pi * x[0]))
        case _:
            return float(getattr(math, node.op)(x[0]))


def inside(side: Side) -> float:
    """A point of the range, in the middle if there is one."""
    low, high = side.low, side.high
    if low is None and high is None:
        return 0.0
    if low is None or high is None:
        end = float(high if low is None else low)  # type: ignore[arg-type]
        return end - max(1.0, abs(end)) if low is None else end + max(1.0, abs(end))
    return float(low + high) / 2


def sample(goal: Goal, n: int) -> dict[str, float]:
    """The n-th point of the box: fractional parts of multiples of irrational numbers."""
    found = {}
    for i, side in enumerate(goal.box):
        share = (n + 1) * (2 ** (1 / (2 + i))) % 1
        found[side.name] = _between(side, share)
    return found


def _between(side: Side, share: float) -> float:
    low, high = (None if x is None else float(x) for x in (side.low, side.high))
    far = 3 * share / (1.01 - share)
    if low is not None and high is not None:
        return low + (high - low) * share
    if low is not None:
        return low + far
    return high - far if high is not None else far - 1 / (far + 0.1)


def reach(side: Side) -> float:
    """A first step."""
    if side.low is None or side.high is None:
        return 1.0
    return float(side.high - side.low) / 4


def clipped(x: float, side: Side) -> float:
    low = -math.inf if side.low is None else float(side.low)
    high = math.inf if side.high is None else float(side.high)
    return min(max(x, low), high)


@lru_cache(maxsize=2048)
def lowest(goal: Goal) -> Lowest:
    """Downhill from the centre, one variable at a time, with steps that grow and shrink."""
    program = tape((goal.expression,))
    point = {side.name: inside(side) for side in goal.box}
    steps = {side.name: reach(side) for side in goal.box}
    best = number(program, point)
    ends = (
        {s.name: clipped(sign * 1e9, s) for s in goal.box} if _bounded(goal.box) else {}
        for sign in (-1, 1)
    )
    sizes = [abs(best), *(abs(number(program, end)) for end in ends if end)]
    scale = min(1.0, max((x for x in sizes if 0 < x < math.inf), default=1.0))
    for _ in range(60):
        before = best
        for side in goal.box:
            for x in (point[side.name] + steps[side.name], point[side.name] - steps[side.name]):
                trial = {**point, side.name: clipped(x, side)}
                found = number(program, trial)
                if found < best or (math.isnan(best) and not math.isnan(found)):
                    point, best = trial, found
                    break
        if not best < before:
            steps = {name: step / 3 for name, step in steps.items()}
            if max(steps.values(), default=0) < FINEST:
                break
    return Lowest(point, best, allowed(goal, point), scale)


def _bounded(box: Sequence[Side]) -> bool:
    return all(side.low is not None and side.high is not None for side in box)


def allowed(goal: Goal, point: dict[str, float]) -> bool:
    """Whether the assumptions seem to hold, with room to spare."""
    for comparison in goal.assume:
        found = number(tape((slack(comparison),)), point)
        if not (abs(found) < 1e-9 if comparison.sign == "==" else found > 1e-9):
            return False
    return True


def rounded(
    point: dict[str, float], box: Sequence[Side], most: int
) -> tuple[tuple[str, Fraction], ...]:
    """The nearest fractions with small denominators, in the box."""
    found = []
    for side in box:
        x = Fraction(point[side.name]).limit_denominator(most)
        x = x if side.low is None else max(x, side.low)
        found.append((side.name, x if side.high is None else min(x, side.high)))
    return tuple(found)
