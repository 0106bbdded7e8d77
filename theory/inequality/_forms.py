"""Rules that put a goal in another form: the same sign, another function or other variables.

Each returns the goals that are left, as in `theory.inequality._rules`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from theory.inequality._algebra import (
    ONE,
    add,
    coefficient,
    const,
    div,
    expand,
    fraction,
    function,
    mul,
    neg,
    power,
    rebuilt,
    sub,
    substitute,
    var,
)
from theory.inequality._certificate import Node
from theory.inequality._domain import (
    ORDERS,
    Goal,
    Left,
    Relation,
    Side,
    narrowed,
    replaced,
    slack,
    with_side,
)
from theory.inequality._expression import Comparison, Expr


def above(goal: Goal, node: Node) -> Left:
    return (replace(goal, relation=">"),) if goal.relation == "!=" else None


def below(goal: Goal, node: Node) -> Left:
    negated = replace(goal, expression=neg(goal.expression), relation=">")
    return (negated,) if goal.relation == "!=" else None


def clear(goal: Goal, node: Node) -> Left:
    """f = N/D, with D > 0 (index 0) or D < 0 (index 1)."""
    top, under = fraction(goal.expression)
    if under == ONE or node.index not in (0, 1) or goal.relation == "==":
        return None
    sign = const(1 - 2 * node.index)
    return (
        replace(goal, expression=mul(sign, under), relation=">"),
        replace(goal, expression=mul(sign, top)),
    )


def factors(goal: Goal, node: Node) -> Left:
    """Factors by their signs: bit i of the index says that factor i is taken negative."""
    e = goal.expression
    if goal.relation not in ORDERS or e.op not in ("mul", "div", "pow", "sqrt", "log"):
        return None
    if e.op == "pow":
        if int(e.value or 0) % 2 == 1:
            return (replace(goal, expression=e.args[0]),)
        return (replace(goal, expression=e.args[0], relation="!="),)
    if e.op in ("sqrt", "log"):
        inner = e.args[0] if e.op == "sqrt" else sub(e.args[0], ONE)
        return (replace(goal, expression=inner),)
    if not 0 <= node.index < 2 ** len(e.args) or node.index.bit_count() % 2 == 1:
        return None
    parts = [neg(f) if node.index >> i & 1 else f for i, f in enumerate(e.args)]
    return tuple(replace(goal, expression=f) for f in parts)


def scale(goal: Goal, node: Node) -> Left:
    """Times exp(-u) > 0, for one of the exp(u) in the expression."""
    found = exponentials(goal.expression)
    if not 0 <= node.index < len(found):
        return None
    return (replace(goal, expression=expand(div(goal.expression, found[node.index]))),)


def exponentials(e: Expr) -> list[Expr]:
    """The distinct exp(u) in an expression."""
    found = dict.fromkeys(inner for arg in e.args for inner in exponentials(arg))
    if e.op == "exp":
        found[e] = None
    return list(found)


def lift(goal: Goal, node: Node) -> Left:
    """c log u + r > 0 says u > exp(-r/c) if c > 0, and u < exp(-r/c) if c < 0."""
    e = goal.expression
    terms = e.args if e.op == "add" else (e,)
    if goal.relation not in ORDERS or not 0 <= node.index < len(terms):
        return None
    logarithm, c = coefficient(terms[node.index])
    if logarithm.op != "log":
        return None
    rest = add(*terms[: node.index], *terms[node.index + 1 :])
    difference = sub(logarithm.args[0], function("exp", mul(const(-1 / c), rest)))
    return (replace(goal, expression=difference if c > 0 else neg(difference)),)


def invert(goal: Goal, node: Node) -> Left:
    """1/x takes the place of x, which keeps one sign."""
    side = goal.side(node.name)
    positive = side.low is not None and (side.low > 0 or (side.low == 0 and side.low_open))
    negative = side.high is not None and (side.high < 0 or (side.high == 0 and side.high_open))
    if not (positive or negative):
        return None
    turned = Side(
        side.name,
        low=reciprocal(side.high, positive),
        high=reciprocal(side.low, negative),
        low_open=side.high_open,
        high_open=side.low_open,
    )
    values = {side.name: power(var(side.name), -1)}
    changed = replace(
        goal,
        expression=substitute(goal.expression, values),
        assume=tuple(replaced(c, values) for c in goal.assume),
    )
    return (with_side(changed, turned),)


def reciprocal(end: Fraction | None, infinite_is_zero: bool) -> Fraction | None:
    """1/end, where 1/infinity is 0 and 1/0 is infinite."""
    if end is None:
        return Fraction(0)
    return None if end == 0 else 1 / end


def use(goal: Goal, node: Node) -> Left:
    """f >= c s for an assumption s >= 0 and a number c > 0; any c for an assumption s == 0."""
    ((name, factor),) = node.at
    if name or goal.relation not in ORDERS or not 0 <= node.index < len(goal.assume):
        return None
    comparison = goal.assume[node.index]
    if comparison.sign != "==" and factor <= 0:
        return None
    remaining = sub(goal.expression, mul(const(factor), slack(comparison)))
    rest = (*goal.assume[: node.index], *goal.assume[node.index + 1 :])
    relation: Relation = ">=" if comparison.sign == "<" else goal.relation
    return (replace(goal, expression=remaining, relation=relation, assume=rest),)


# -- fewer points, fewer kinks ---------------------------------------------------------------------


def narrow(goal: Goal, node: Node) -> Left:
    """Points outside a smaller box break a linear assumption."""
    return narrowed(goal)


def cases(goal: Goal, node: Node) -> Left:
    """|u| is u where u >= 0, and -u where u <= 0; min(a, b) is a where a <= b, and so on."""
    kinks = kinked(goal.expression)
    if not 0 <= node.index < len(kinks):
        return None
    kink = kinks[node.index]
    a, *others = kink.args
    if kink.op == "abs":
        b = neg(a)
    else:
        b = others[0] if len(others) == 1 else Expr(kink.op, tuple(others))
    first, second = Comparison(a, "<=", b), Comparison(b, "<=", a)
    conditions = (first, second) if kink.op == "min" else (second, first)
    return tuple(
        replace(
            goal,
            expression=instead(goal.expression, kink, e),
            assume=(*goal.assume, condition),
        )
        for e, condition in zip((a, b), conditions, strict=True)
    )


def kinked(e: Expr) -> list[Expr]:
    """The distinct abs, min and max in an expression, inner ones first."""
    found = dict.fromkeys(kink for arg in e.args for kink in kinked(arg))
    if e.op == "abs" or (e.op in ("min", "max") and len(e.args) > 1):
        found[e] = None
    return list(found)


def instead(e: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one part replaced everywhere."""
    return new if e == old else rebuilt(e, tuple(instead(arg, old, new) for arg in e.args))
