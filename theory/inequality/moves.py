"""Rules that change variables, take logarithms, or go along a line to where a claim is tight.

Each takes a goal and a step and returns the goals that are left, as in `theory.inequality.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from theory.inequality import contract
from theory.inequality.algebra import (
    ONE,
    add,
    affine,
    coefficient,
    const,
    derivative,
    differentiable,
    div,
    expand,
    function,
    mentions,
    mul,
    neg,
    power,
    rebuilt,
    settle,
    sub,
    substitute,
    value,
    var,
)
from theory.inequality.certificate import Node
from theory.inequality.contract import Box, Side, range_of
from theory.inequality.expression import Comparison, Expr
from theory.inequality.goals import (
    ORDERS,
    Goal,
    Left,
    defined,
    linear_rows,
    narrowed,
    replaced,
    roots_positive,
    slack,
    with_side,
    without,
)
from theory.inequality.normal import Positive, factored, simplified

ZERO = const(0)
PI = Expr("pi")


# -- one quotient of polynomials -------------------------------------------------------------------


@lru_cache(maxsize=64)
def positive_on(box: Box) -> Positive:
    """Which expressions are positive on the box, wherever they are defined."""

    @lru_cache(maxsize=256)
    def positive(e: Expr) -> bool:
        found = range_of(e, box)
        if found is None or found.low is None:
            return False
        return found.low > 0 or (found.low == 0 and found.low_open)

    return positive


def normal(goal: Goal, node: Node) -> Left:
    """The expression as one quotient, logs of products taken apart."""
    e = simplified(goal.expression, positive_on(goal.box))
    return (replace(goal, expression=e),) if e != goal.expression else None


def signs(goal: Goal, node: Node) -> Left:
    """Numerator and denominator in factors: even powers are not negative; bit i of the index says
    that the i-th of the others is. One below is not 0 where the expression is defined."""
    number, factors = factored(goal.expression, positive_on(goal.box))
    if goal.relation == "==" or number == 0:
        return () if number == 0 and goal.relation in (">=", "==") else None
    odd = [(f, k) for f, k in factors if k % 2]
    if goal.relation == "!=":
        return tuple(replace(goal, expression=f) for f, k in factors if k > 0)
    mask = node.index
    if not 0 <= mask < 2 ** len(odd) or (mask.bit_count() % 2 == 0) != (number > 0):
        return None
    if len(odd) == len(factors) == 1 and odd[0][1] == 1 and odd[0][0] in _both(goal.expression):
        return None
    remaining = []
    for i, (f, k) in enumerate(odd):
        signed = neg(f) if mask >> i & 1 else f
        remaining.append(
            replace(goal, expression=signed, relation=goal.relation if k > 0 else ">=")
        )
    if goal.relation == ">":
        remaining += [
            replace(goal, expression=f, relation="!=") for f, k in factors if k > 0 and k % 2 == 0
        ]
    return tuple(remaining)


def _both(e: Expr) -> tuple[Expr, Expr]:
    return e, neg(e)


# -- along a line ----------------------------------------------------------------------------------


def toward(goal: Goal, node: Node) -> Left:
    """f does not fall from the line x = c + sum_i c_i y_i, which stays in the box, on either side:
    (x - line) df/dx >= 0; with index 1, df/dx >= 0 above the line and <= 0 below it. So f there
    decides. By the mean value theorem between x and the line. Of the assumptions about x those stay
    that are linear in x, so that they hold on the way if they hold on the line."""
    side = goal.side(node.name)
    others = tuple(s for s in goal.box if s != side)
    known = {"", *(s.name for s in others)}
    if goal.relation not in ORDERS or not {n for n, _ in node.at} <= known:
        return None
    line = add(*(mul(const(c), var(n) if n else ONE) for n, c in node.at))
    e = settle(goal.expression, goal.intervals())
    if not differentiable(e):
        return None
    free = without(goal.assume, side.name)
    straight = tuple(c for c in goal.assume if c not in free and _linear_in(c, side.name))
    base = replace(goal, expression=e, assume=(*free, *straight))
    there = replace(base, assume=free, box=others)
    conditions = [(slack(c), c.sign == "<") for c in straight]
    conditions += [(slack(c), c.sign == "<") for c in bounds(side)]
    at_line = ((substitute(d, {side.name: line}), o) for d, o in conditions)
    x, slope = var(side.name), derivative(e, side.name)
    if node.index == 0:
        away = [replace(base, expression=mul(sub(x, line), slope), relation=">=")]
    else:
        above, below = Comparison(line, "<=", x), Comparison(x, "<=", line)
        away = [
            replace(base, expression=d, relation=">=", assume=(*base.assume, c))
            for d, c in ((slope, above), (neg(slope), below))
        ]
    return (
        *defined(base),
        *roots_positive(base),
        *(replace(there, expression=d, relation=">" if o else ">=") for d, o in at_line),
        replace(there, expression=substitute(e, {side.name: line})),
        *(g for one in away for g in narrowed(one)),
    )


def _linear_in(c: Comparison, name: str) -> bool:
    difference = slack(c)
    return differentiable(difference) and not mentions(derivative(difference, name), name)


def chord(goal: Goal, node: Node) -> Left:
    """f is concave in x between the ends, so the ends decide."""
    side = goal.side(node.name)
    e = settle(goal.expression, goal.intervals())
    if goal.relation not in ORDERS or side.low is None or side.high is None:
        return None
    if not differentiable(e):
        return None
    base = replace(goal, expression=e, assume=without(goal.assume, side.name))
    inside = with_side(base, replace(side, low_open=True, high_open=True))
    whole = with_side(base, replace(side, low_open=False, high_open=False))
    second = derivative(derivative(e, side.name), side.name)
    others = tuple(s for s in goal.box if s != side)
    return (
        *defined(whole),
        *roots_positive(inside),
        replace(inside, expression=neg(second), relation=">="),
        *(
            replace(base, expression=substitute(e, {side.name: const(x)}), box=others)
            for x in (side.low, side.high)
        ),
    )


# -- another variable ------------------------------------------------------------------------------


def bounds(side: Side) -> Iterator[Comparison]:
    """What the side says, as comparisons."""
    x = var(side.name)
    if side.low is not None:
        yield Comparison(const(side.low), "<" if side.low_open else "<=", x)
    if side.high is not None:
        yield Comparison(x, "<" if side.high_open else "<=", const(side.high))


def changed(goal: Goal, name: str, old: Expr, side: Side, e: Expr, drop: int = -1) -> Left:
    """The goal in a new variable of that name and range, in which the old one is `old`; `e` is the
    expression in it. What the box said of the old variable is now assumed."""
    kept = [c for i, c in enumerate(goal.assume) if i != drop]
    assume = tuple(_tidy(replaced(c, {name: old})) for c in (*kept, *bounds(goal.side(name))))
    return narrowed(with_side(replace(goal, expression=e, assume=assume), replace(side, name=name)))


def _tidy(c: Comparison) -> Comparison:
    """0 sign right - left, without a positive factor: pi, or a number."""
    difference = expand(slack(c))
    terms = difference.args if difference.op == "add" else (difference,)
    if all(PI in (t.args if t.op == "mul" else (t,)) for t in terms):
        difference = add(*(div(t, PI) for t in terms))
    return Comparison(ZERO, c.sign, difference)


def shift(goal: Goal, node: Node) -> Left:
    """The slack of a linear assumption takes the place of one of its variables."""
    if not 0 <= node.index < len(goal.assume):
        return None
    comparison = goal.assume[node.index]
    for name, factor, others, rest in linear_rows(comparison):
        number = value(rest)
        if name != node.name or number is None or comparison.sign == "==":
            continue
        line = add(*(mul(const(c), var(y)) for y, c in others.items()), rest)
        old = mul(const(1 / factor), sub(var(name), line))
        side = Side(name, Fraction(0), None, comparison.sign == "<", True)
        e = substitute(goal.expression, {name: old})
        return changed(goal, name, old, side, e, drop=node.index)
    return None


def roots_in(e: Expr) -> list[Expr]:
    """The distinct square roots in an expression, inner ones first."""
    return [f for f in parts(e) if f.op == "sqrt"]


def parts(e: Expr) -> list[Expr]:
    """The distinct parts of an expression, inner ones first."""
    found: dict[Expr, None] = {}
    for arg in e.args:
        found.update(dict.fromkeys(parts(arg)))
    found[e] = None
    return list(found)


def instead(e: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one part replaced everywhere."""
    return new if e == old else rebuilt(e, tuple(instead(arg, old, new) for arg in e.args))


def root(goal: Goal, node: Node) -> Left:
    """s = sqrt u takes the place of a variable in which u is linear. (Where u is negative the
    expression is not defined.)"""
    found = roots_in(goal.expression)
    if not 0 <= node.index < len(found):
        return None
    numbers, rest = affine(found[node.index].args[0])
    inside = range_of(found[node.index].args[0], goal.box)
    if node.name not in numbers or value(rest) is None or inside is None:
        return None
    s = var(node.name)
    line = add(rest, *(mul(const(c), var(y)) for y, c in numbers.items() if y != node.name))
    old = mul(const(1 / numbers[node.name]), sub(power(s, 2), line))
    hole = var(" ")
    e = substitute(instead(goal.expression, found[node.index], hole), {node.name: old, " ": s})
    return changed(goal, node.name, old, contract.root(inside, 2), e)


def exponential(goal: Goal, node: Node) -> Left:
    """s = exp(c x) takes the place of x; c is given."""
    ((name, c),) = node.at
    side = goal.side(name)
    if c == 0:
        return None
    new = contract.exponential(contract.multiply(replace(side, name=""), contract.point(c)))
    old = mul(const(1 / c), function("log", var(name)))
    box = tuple(replace(new, name=name) if s == side else s for s in goal.box)
    e = simplified(substitute(goal.expression, {name: old}), positive_on(box))
    return changed(goal, name, old, new, e)


def turn(goal: Goal, node: Node) -> Left:
    """The angle x in units of pi: x = pi y."""
    side = goal.side(node.name)
    old = mul(PI, var(node.name))
    per_turn = contract.inverse(contract.forward(PI, []))
    new = contract.multiply(replace(side, name=""), per_turn)
    return changed(goal, node.name, old, new, substitute(goal.expression, {node.name: old}))


def period(goal: Goal, node: Node) -> Left:
    """x occurs in angles c x + rest alone, c a multiple of the given number: one period is enough,
    and y in x = pi y runs from -1/c to 1/c."""
    ((name, c),) = node.at
    side = goal.side(name)
    if c <= 0 or not _periodic(goal.expression, name, c):
        return None
    e = substitute(goal.expression, {name: mul(PI, var(name))})
    new = Side(name, -1 / c, 1 / c, False, False)
    base = replace(goal, expression=e, assume=without(goal.assume, name))
    return (replace(base, box=tuple(new if s == side else s for s in goal.box)),)


def _periodic(e: Expr, name: str, c: Fraction) -> bool:
    if e.op in ("sin", "cos") and mentions(e, name):
        numbers, rest = affine(e.args[0])
        return not mentions(rest, name) and (numbers.get(name, Fraction(0)) / c).denominator == 1
    return (
        e.op != "var" or e.value != name
        if not e.args
        else all(_periodic(arg, name, c) for arg in e.args)
    )


# -- the same done to both sides -------------------------------------------------------------------


def _apart(e: Expr, index: int) -> tuple[Expr, Expr] | None:
    """A term of a sum, and the sum of the others."""
    if e.op != "add" or not 0 <= index < len(e.args):
        return None
    return e.args[index], add(*e.args[:index], *e.args[index + 1 :])


def logarithm(goal: Goal, node: Node) -> Left:
    """P > N says log P > log N, where P and N are positive: one of them a term of the sum."""
    found = _apart(goal.expression, node.index)
    if goal.relation not in ORDERS or found is None:
        return None
    term, rest = found
    larger, smaller = (term, neg(rest)) if coefficient(term)[1] > 0 else (rest, neg(term))
    difference = sub(function("log", larger), function("log", smaller))
    return (
        replace(goal, expression=larger, relation=">"),
        replace(goal, expression=smaller, relation=">"),
        replace(goal, expression=simplified(difference, positive_on(goal.box))),
    )
