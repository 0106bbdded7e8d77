"""The search for a proof: branch and bound, and the rules for what is tight.

Nothing here has to be right: every step is accepted by `theory.inequality.rules` or dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import inf, pi

from theory.inequality.algebra import (
    TooLarge,
    add,
    affine,
    coefficient,
    const,
    derivative,
    differentiable,
    exponentials,
    is_algebraic,
    kinked,
    mentions,
    mul,
    settle,
    substitute,
    var,
)
from theory.inequality.balls import Interval, ball_precision, enclose, tape
from theory.inequality.certificate import Budget, Certificate, Exhausted, Node
from theory.inequality.checker import proof
from theory.inequality.contract import Side
from theory.inequality.expression import Expr, Question
from theory.inequality.goals import ORDERS, Goal, goals, linear_rows, narrowed, slack
from theory.inequality.moves import instead, parts, positive_on, roots_in
from theory.inequality.normal import common, factored, vanishes
from theory.inequality.rules import certain, contains, left, refused
from theory.inequality.search import (
    DENOMINATORS,
    Lowest,
    allowed,
    inside,
    lowest,
    number,
    rounded,
    sample,
)
from theory.inequality.tangents import steps

LEVELS = 6
"""So many rules that lead to another function may be nested."""

DEPTH = 40
"""A box is halved so many times at most, for each of its variables."""

NARROW = 4
"""After so many halvings the box is contracted by the claim's negation again."""

FAR = 30.0
"""A lowest point so far out on an unbounded side may be at infinity."""

NEAR = 1e-2
"""A lowest point so near a line lies on it."""

WORTH = 0.8
"""A range that is shorter by this factor is worth a step."""

TIGHT = 1e-7
"""A lowest value below this, relative to the others, may be 0: what is tight is tried."""

NOISE = 1e-12
"""A value that floats say is this far below 0 is below 0."""


ONE = Fraction(1)

ROUNDS = (30, 300, 3000)
"""Boxes of the short searches."""

PROPOSAL = 4
"""What trying another rule costs, in boxes: the algebra is long."""

MOST_NEWTON, NEWTON = 16, 3
"""Steps of a search for squares, and what one costs in boxes."""

SHARE, SHARES = 3, {"cases": 1.3, "narrow": 1.3, "unroot": 1.5, "tangents": 2, "use": 10}
"""A proposal may use one in so many of the boxes that are left. Few rules see through an absolute
value; an assumption that says the same says it at once."""


def prove_on_boxes(question: Question, budget: Budget) -> Certificate | None:
    """A certificate that `theory.inequality.checker.check` accepts; None: no proof was found with
    so many boxes and proposals, which says nothing about the truth of the claim."""
    found = []
    try:
        with ball_precision():
            for goal in goals(question):
                tree = prove(goal, budget)
                if tree is None:
                    return None
                found.append(proof(goal, tree))
    except (Exhausted, TooLarge, RecursionError):
        return None
    return Certificate(tuple(found))


def prove(goal: Goal, budget: Budget) -> Node | None:
    """Short searches first: a proposal that leads nowhere costs a share of the boxes."""
    for boxes in ROUNDS:
        found = limited(goal, None, budget, LEVELS, boxes)
        if found is not None:
            return found
    return search(goal, budget, LEVELS, 0)


def search(goal: Goal, budget: Budget, level: int, depth: int) -> Node | None:
    """A tree that proves the goal; depth counts the halvings since the last other rule."""
    budget.spend()
    for node in at_once(goal, depth):
        if left(goal, node) == ():
            return node
    if goal.relation == "==" or not goal.box:
        return None
    seen = lowest(goal) if goal.relation in ORDERS else None
    if seen is not None and seen.allowed and fails(goal, seen):
        return None
    if level > 0:
        for node in proposals(goal, seen, depth):
            remaining = left(goal, node)
            if remaining is None or any(map(doomed, remaining)):
                budget.spend()
                continue
            budget.spend(PROPOSAL)
            share = SHARES.get(node.rule, SHARE)
            found = limited(goal, node, budget, level - 1, 2 + budget.left // share)
            if found is not None:
                return found
    if depth >= DEPTH * len(goal.box):
        return None
    return pursue(goal, halved(goal, seen, depth), budget, level, depth + 1)


def doomed(goal: Goal) -> bool:
    """Whether the goal seems false."""
    if goal.relation not in ORDERS:
        return False
    seen = lowest(goal)
    return seen.allowed and fails(goal, seen)


def fails(goal: Goal, seen: Lowest) -> bool:
    """Whether the goal seems false at the lowest point: there is nothing to prove then."""
    if seen.value < -max(TIGHT * seen.scale, NOISE):
        return True
    point = dict(rounded(seen.point, goal.box, 1000))
    if (
        goal.relation != ">"
        or not is_tight(seen)
        or not all(attained(s, point[s.name]) for s in goal.box)
    ):
        return False
    return vanishes(substitute(goal.expression, {n: const(x) for n, x in point.items()}))


def at_once(goal: Goal, depth: int) -> Iterator[Node]:
    """Rules that leave nothing."""
    yield Node("value")
    for index in range(len(goal.assume)):
        yield Node("outside", index=index)
    if depth == 0:
        yield Node("constant")
        yield Node("range")
    if goal.relation in ORDERS:
        yield Node("slope")
        yield Node("taylor", index=6)


def pursue(goal: Goal, node: Node, budget: Budget, level: int, depth: int) -> Node | None:
    """The step with a proof of all that it leaves."""
    remaining = left(goal, node)
    if remaining is None:
        return None
    parts = []
    for inner in remaining:
        found = by_squares(inner, budget) if node.rule == "tangents" else None
        found = found or search(inner, budget, level, depth)
        if found is None:
            return None
        parts.append(found)
    return replace(node, parts=tuple(parts))


def by_squares(goal: Goal, budget: Budget) -> Node | None:
    """What `theory.inequality.polynomial_route` proves with few steps."""
    from theory.inequality.polynomial_route import LEVELS, prove, refuted

    if not is_algebraic(goal.expression) or refuted(goal):
        return None
    steps = Budget(min(MOST_NEWTON, budget.left / NEWTON))
    before = steps.left
    try:
        return prove(goal, steps, LEVELS)
    except (Exhausted, TooLarge):
        return None
    finally:
        budget.left -= NEWTON * float(before - steps.left)


def limited(goal: Goal, node: Node | None, budget: Budget, level: int, share: float) -> Node | None:
    """`pursue` the step, or `search` without one, with a share of the boxes."""
    part = Budget(min(share, budget.left))
    before = part.left
    try:
        if node is None:
            return search(goal, part, level, 0)
        return pursue(goal, node, part, level, 0)
    except (Exhausted, TooLarge):
        return None
    finally:
        budget.left -= before - part.left


# -- what to try -----------------------------------------------------------------------------------


def proposals(goal: Goal, seen: Lowest | None, depth: int) -> Iterator[Node]:
    """Steps worth a try."""
    if seen is None:
        yield from (Node("signs"), Node("above"), Node("below"))
        return
    if goal.assume and narrowed(goal) != (goal,):
        yield Node("narrow")
    bounded = all(_width(side) < inf for side in goal.box)
    tight = is_tight(seen)
    for side in goal.box:
        if _width(side) == inf and abs(seen.point[side.name]) > FAR:
            yield Node("invert", side.name)
    if tight:
        yield from (Node("bottom", at=p) for p in points(goal, seen))
    if depth == 0:
        yield from first_of_all(goal)
        if tight or not bounded:
            yield from steps(goal)
            yield from plain(goal)
    yield from monotone(goal)
    if depth % NARROW == 0 and smaller(goal, narrowed(goal, *refused(goal))):
        yield Node("narrow", index=1)
    if bounded and not tight:
        return
    if depth == 0:
        yield from simpler(goal)
    yield from ends(goal, seen)
    if depth == 0:
        yield Node("normal")
        yield from in_factors(goal)
    if depth == 0 or not bounded:
        yield from along(goal, seen)
        yield from other_forms(goal)


def plain(goal: Goal) -> Iterator[Node]:
    """Straight in a bounded variable; logs where an exponent is not linear."""
    e = goal.expression
    for side, second in bends(goal):
        if second is not None and second[0].is_zero() and second[1].is_zero():
            yield Node("chord", side.name)
    for i, term in enumerate(e.args if e.op == "add" else ()):
        if any(_affine(f.args[0])[1].op != "const" for f in exponentials(term)):
            yield Node("logarithm", index=i)


def simpler(goal: Goal) -> Iterator[Node]:
    """The same question in fewer or better variables."""
    e, inner = goal.expression, parts(goal.expression)
    angles = [f for f in inner if f.op in ("sin", "cos")]
    for side in goal.box:
        numbers = [_numbers(f.args[0]).get(side.name) for f in angles]
        known = [abs(c) for c in numbers if c is not None]
        if known and _width(side) > 2 * pi:
            yield Node("period", at=((side.name, reduce(common, known)),))
        elif known and any(_has_pi(f) for f in (e, *map(slack, goal.assume))):
            yield Node("turn", side.name)
    for index, c in enumerate(goal.assume):
        rows = list(linear_rows(c))
        if c.sign != "==" and len(rows) > 1 and rows[0][3].op == "const":
            yield from (Node("shift", row[0], index=index) for row in rows)
    for index, f in enumerate(f for f in inner if f.op == "sqrt"):
        under, rest = _affine(f.args[0])
        for name in under:
            if rest.op == "const":
                yield Node("root", name, index=index)


def _affine(e: Expr) -> tuple[dict[str, Fraction], Expr]:
    try:
        return affine(e)
    except TooLarge:
        return {}, e


def _numbers(e: Expr) -> dict[str, Fraction]:
    return _affine(e)[0]


def _has_pi(e: Expr) -> bool:
    return e.op == "pi" or any(map(_has_pi, e.args))


def in_factors(goal: Goal) -> Iterator[Node]:
    """With the signs that the factors have at a point."""
    try:
        _, factors = factored(goal.expression, positive_on(goal.box))
    except TooLarge:
        return
    points = [sample(goal, n) for n in range(20)]
    point = next((p for p in points if allowed(goal, p)), points[0])
    odd = [number(tape((f,)), point) for f, k in factors if k % 2]
    if len(factors) > 1 or not odd:
        yield Node("signs", index=sum(2**i for i, x in enumerate(odd) if x < 0))


def along(goal: Goal, seen: Lowest) -> Iterator[Node]:
    """From both sides to a line on which the claim is tight at the lowest point."""
    for side in goal.box:
        x = seen.point[side.name]
        for line in lines(goal, side, seen):
            there = sum(float(c) * (seen.point[n] if n else 1.0) for n, c in line)
            if abs(there - x) < NEAR * (1 + abs(x)):
                yield Node("valley", side.name, at=line)
                yield Node("toward", side.name, at=line, index=int(not leads(goal, side, line)))


def leads(goal: Goal, side: Side, line: tuple[tuple[str, Fraction], ...]) -> bool:
    """Whether the slope has x - line as a factor."""
    away = add(var(side.name), *(mul(const(-c), var(n) if n else const(1)) for n, c in line))
    try:
        slope = derivative(settle(goal.expression, goal.intervals()), side.name)
        _, factors = factored(slope, positive_on(goal.box))
    except (TooLarge, ValueError):
        return False
    return any(vanishes(add(f, mul(const(s), away))) for f, _ in factors for s in (1, -1))


def lines(goal: Goal, side: Side, seen: Lowest) -> Iterator[tuple[tuple[str, Fraction], ...]]:
    for other in goal.box:
        if other != side:
            yield ((other.name, ONE),)
            yield ((other.name, -ONE),)
            yield (("", ONE), (other.name, -ONE))
            yield (("", ONE / 2), (other.name, -ONE / 2))
    near = Fraction(seen.point[side.name]).limit_denominator(12)
    yield (("", near),)


def smaller(goal: Goal, left: tuple[Goal, ...]) -> bool:
    """Whether some range became finite, or much shorter; or nothing is left."""
    if not left:
        return True
    widths = {side.name: _width(side) for side in left[0].box}
    return any(widths.get(s.name, 0.0) < WORTH * _width(s) for s in goal.box)


def is_tight(seen: Lowest) -> bool:
    return seen.value < TIGHT * seen.scale


def points(goal: Goal, seen: Lowest) -> Iterator[tuple[tuple[str, Fraction], ...]]:
    """Fractions near the lowest point, distinct ones."""
    yield from dict.fromkeys(rounded(seen.point, goal.box, d) for d in DENOMINATORS)


def first_of_all(goal: Goal) -> Iterator[Node]:
    """Assumptions that say the same up to a factor; factors; cases."""
    for index in range(len(goal.assume)):
        for factor in (Fraction(1), Fraction(2), Fraction(1, 2)):
            yield Node("use", at=(("", factor),), index=index)
    e = goal.expression
    if e.op in ("pow", "sqrt", "log"):
        yield Node("factors")
    if e.op in ("mul", "div") and len(e.args) <= 4:
        masks = (mask for mask in range(2 ** len(e.args)) if mask.bit_count() % 2 == 0)
        yield from (Node("factors", index=mask) for mask in masks)
    if kinked(e):
        yield from (Node("unroot", index=i) for i in range(2 * min(1, len(roots_in(e)))))
        yield Node("cases")


def monotone(goal: Goal) -> Iterator[Node]:
    """To an end, where the enclosure of the derivative has a sign."""
    for side, found in slopes(goal):
        if certain(found, ">=") and side.low is not None:
            yield Node("rise", side.name)
        elif found is not None and found[1] <= 0 and side.high is not None:
            yield Node("fall", side.name)


def slopes(goal: Goal) -> Iterator[tuple[Side, Interval | None]]:
    box = goal.intervals()
    e = settle(goal.expression, box)
    if differentiable(e):
        for side in goal.box:
            yield side, enclose(derivative(e, side.name), box)


def ends(goal: Goal, seen: Lowest) -> Iterator[Node]:
    """To the end at which the lowest point lies."""
    for side in goal.box:
        x, width = seen.point[side.name], _width(side)
        if side.low is not None and x - float(side.low) < 1e-3 * min(width, 1):
            yield Node("rise", side.name)
        elif side.high is not None and float(side.high) - x < 1e-3 * min(width, 1):
            yield Node("fall", side.name)


def other_forms(goal: Goal) -> Iterator[Node]:
    """Convex along a line; without exponentials or logarithms; one fraction; reciprocals."""
    e = goal.expression
    terms = e.args if e.op == "add" else ()
    for side in goal.box:
        if unit := exponents(e, side.name):
            yield Node("exponential", at=((side.name, unit),))
    yield from (Node("logarithm", index=i) for i, t in enumerate(terms) if exponentials(t))
    yield from (Node("unroot", index=i) for i in range(2 * min(2, len(roots_in(e)))))
    for side, second in bends(goal):
        if second is not None and second[1] <= 0:
            yield Node("chord", side.name)
    yield from (Node("scale", index=i) for i in range(min(4, len(exponentials(e)))))
    yield from (Node("lift", index=i) for i, t in enumerate(terms) if coefficient(t)[0].op == "log")
    yield Node("clear", index=0)
    yield Node("clear", index=1)
    for side in goal.box:
        if side.low is None or side.high is None:
            yield Node("invert", side.name)


def exponents(e: Expr, name: str) -> Fraction | None:
    """c, if x stands in exponents alone, and as a multiple of c there."""
    found = [_numbers(f.args[0]) for f in exponentials(e)]
    numbers = [abs(c[name]) for c in found if c.get(name)]
    hole = reduce(lambda old, f: instead(old, f, const(1)), exponentials(e), e)
    return None if not numbers or mentions(hole, name) else reduce(common, numbers)


def bends(goal: Goal) -> Iterator[tuple[Side, Interval | None]]:
    """The bounded sides, and the enclosures of the second derivatives."""
    box = goal.intervals()
    e = settle(goal.expression, box)
    if differentiable(e):
        for side in goal.box:
            if _width(side) < inf:
                second = derivative(derivative(e, side.name), side.name)
                yield side, enclose(second, box)


def attained(side: Side, x: Fraction) -> bool:
    """Whether x is in the range, open ends left out."""
    return contains(side, x) and not (
        (x == side.low and side.low_open) or (x == side.high and side.high_open)
    )


# -- where to cut ----------------------------------------------------------------------------------


def halved(goal: Goal, seen: Lowest | None, depth: int) -> Node:
    """Cut an unbounded range first; else the one along which the function varies most."""
    side = max(goal.box, key=lambda s: _variation(goal, s))
    return Node("split", at=((side.name, _cut(side, seen, depth)),))


def _cut(side: Side, seen: Lowest | None, depth: int) -> Fraction:
    middle = Fraction(inside(side)).limit_denominator(10**6)
    if side.low is not None and side.high is not None:
        middle = (side.low + side.high) / 2
    if seen is not None and is_tight(seen) and depth % 3 == 0:
        x = Fraction(seen.point[side.name]).limit_denominator(1000)
        margin = Fraction(min(_width(side), 1.0)) / 100
        if contains(side, x - margin) and contains(side, x + margin):
            return x
    return middle


def _variation(goal: Goal, side: Side) -> float:
    width = _width(side)
    if width == inf:
        return inf
    found = {s.name: enclosure for s, enclosure in slopes(goal)}.get(side.name)
    if found is None or not (found[0].is_finite() and found[1].is_finite()):
        return 1e6 * width
    return width * float(max(abs(found[0]), abs(found[1])))


def _width(side: Side) -> float:
    return inf if side.low is None or side.high is None else float(side.high - side.low)
