"""The rules of proof. Each takes a goal and a step, and returns the goals that are left: if they
hold, the goal holds. None: the rule does not apply, and proves nothing.

These functions are all that a certificate rests on. The search in `theory.inequality.branch` only
proposes steps; the checker runs them again.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from theory.inequality import normal as forms
from theory.inequality.algebra import (
    ONE,
    ZERO,
    TooLarge,
    add,
    coefficient,
    const,
    convex,
    derivative,
    differentiable,
    div,
    expand,
    exponentials,
    fraction,
    function,
    gradient,
    kinked,
    mean_value,
    mentions,
    mul,
    neg,
    power,
    settle,
    sub,
    substitute,
    var,
)
from theory.inequality.balls import Interval, Undefined, enclose
from theory.inequality.certificate import Node
from theory.inequality.contract import Side, range_of
from theory.inequality.expression import Comparison, Expr
from theory.inequality.goals import (
    ORDERS,
    Goal,
    Left,
    Relation,
    defined,
    narrowed,
    replaced,
    roots_positive,
    slack,
    with_side,
    without,
)
from theory.inequality.moves import (
    chord,
    exponential,
    instead,
    logarithm,
    normal,
    period,
    positive_on,
    root,
    roots_in,
    shift,
    signs,
    toward,
    turn,
)
from theory.inequality.squares import squares
from theory.inequality.tangents import tangents
from theory.inequality.taylor import taylor_model

# -- another form ----------------------------------------------------------------------------------


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


ROOT = "root of the goal"
"""Stands for a root; no variable has such a name."""


def unroot(goal: Goal, node: Node) -> Left:
    """f = A sqrt(u) + B, one root of the goal. Even index: f >= 0 if A >= 0, and A^2 u >= B^2 where
    B <= 0. Odd index: if B >= 0, and B^2 >= A^2 u where A <= 0. The same with >, for the squares
    and B."""
    found = roots_in(goal.expression)
    number, case = divmod(node.index, 2)
    if goal.relation not in ORDERS or not 0 <= number < len(found):
        return None
    in_root = instead(goal.expression, found[number], var(ROOT))
    slope = derivative(in_root, ROOT)
    if mentions(slope, ROOT):
        return None
    rest = substitute(in_root, {ROOT: ZERO})
    first, second = mul(power(slope, 2), found[number].args[0]), power(rest, 2)
    given = (*goal.assume, Comparison(slope if case else rest, "<=", ZERO))
    if case:
        left_over = replace(goal, expression=sub(second, first), assume=given)
        return replace(goal, expression=rest), left_over
    left_over = replace(goal, expression=sub(first, second), assume=given)
    return replace(goal, expression=slope, relation=">="), left_over


# -- fewer points, fewer kinks ---------------------------------------------------------------------


def narrow(goal: Goal, node: Node) -> Left:
    """Points outside a smaller box break an assumption; or (index 1) the goal holds there."""
    return narrowed(goal, *(refused(goal) if node.index == 1 else ()))


def refused(goal: Goal) -> tuple[Comparison, ...]:
    """That the goal does not hold, as far as one comparison says it."""
    e = goal.expression
    if goal.relation == ">":
        return (Comparison(e, "<=", const(0)),)
    return (Comparison(e, "<", const(0)),) if goal.relation == ">=" else ()


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
            goal, expression=instead(goal.expression, kink, e), assume=(*goal.assume, condition)
        )
        for e, condition in zip((a, b), conditions, strict=True)
    )


# -- the rules -------------------------------------------------------------------------------------


def left(goal: Goal, node: Node) -> Left:
    """The goals that are left after this step; None if the step is wrong."""
    rule = RULES.get(node.rule)
    try:
        return None if rule is None else rule(goal, node)
    except (TooLarge, Undefined, LookupError, ValueError, ArithmeticError):
        return None


def certain(found: Interval | None, relation: Relation) -> bool:
    """Whether every number of the interval is > 0, >= 0, or != 0."""
    if found is None or relation == "==":
        return False
    low, high = found
    if relation == "!=":
        return bool(low > 0 or high < 0)
    return bool(low > 0 if relation == ">" else low >= 0)


def closed(holds: bool) -> Left:
    """Nothing is left."""
    return () if holds else None


# -- on the box as it is ---------------------------------------------------------------------------


def value(goal: Goal, node: Node) -> Left:
    """The enclosure says it. (exp is positive even where its enclosure touches 0.)"""
    if goal.expression.op == "exp" and goal.relation != "==":
        return ()
    return closed(certain(enclose(goal.expression, goal.intervals()), goal.relation))


def range_rule(goal: Goal, node: Node) -> Left:
    """The range in exact fractions says it, which knows the ends that are left out."""
    found = range_of(goal.expression, goal.box)
    if found is None or goal.relation == "==":
        return None
    above = found.low is not None and (
        found.low > 0 or (found.low == 0 and (found.low_open or goal.relation == ">="))
    )
    below = found.high is not None and (found.high < 0 or (found.high == 0 and found.high_open))
    return closed(above or (goal.relation == "!=" and below))


def slope(goal: Goal, node: Node) -> Left:
    """The mean value form says it."""
    box = goal.intervals()
    e = settle(goal.expression, box)
    if not differentiable(e):
        return None
    return closed(certain(mean_value(e, box, gradient(e, list(box))), goal.relation))


def taylor(goal: Goal, node: Node) -> Left:
    """A Taylor model, whose remainder is of the order given, says it."""
    box = goal.intervals()
    e = settle(goal.expression, box)
    return closed(certain(taylor_model(e, box, node.index), goal.relation))


def number(goal: Goal, node: Node) -> Left:
    """The expression simplifies to a number."""
    e = settle(goal.expression, goal.intervals())
    found = forms.number(e, positive_on(goal.box))
    if found is None:
        return None
    holds = {">": found > 0, ">=": found >= 0, "!=": found != 0, "==": found == 0}
    return closed(holds[goal.relation])


def outside(goal: Goal, node: Node) -> Left:
    """An assumption fails everywhere on the box."""
    if not 0 <= node.index < len(goal.assume):
        return None
    comparison = goal.assume[node.index]
    found = enclose(slack(comparison), goal.intervals())
    if found is None:
        return None
    low, high = found
    fails = {"<": high <= 0, "<=": high < 0, "==": low > 0 or high < 0}
    return closed(bool(fails[comparison.sign]))


def split(goal: Goal, node: Node) -> Left:
    """Two boxes cover the box."""
    ((name, at),) = node.at
    side = goal.side(name)
    if (side.low is not None and at <= side.low) or (side.high is not None and at >= side.high):
        return None
    return (
        with_side(goal, replace(side, high=at, high_open=False)),
        with_side(goal, replace(side, low=at, low_open=False)),
    )


# -- at an end -------------------------------------------------------------------------------------


def rise(goal: Goal, node: Node) -> Left:
    return towards(goal, goal.side(node.name), 1)


def fall(goal: Goal, node: Node) -> Left:
    return towards(goal, goal.side(node.name), -1)


def towards(goal: Goal, side: Side, sign: int) -> Left:
    """f >= 0 if f' >= 0 inside and f >= 0 at the lower end (sign 1; upper end: f' <= 0).

    f > 0 if the same holds with f > 0 at the end; or, where that end is not in the box, with
    f' > 0. By the mean value theorem: f is continuous up to the end, and differentiable inside
    because all roots are positive there. An assumption about the variable is dropped: the way to
    the end may leave it."""
    end = side.low if sign == 1 else side.high
    end_open = side.low_open if sign == 1 else side.high_open
    e = settle(goal.expression, goal.intervals())
    if goal.relation not in ORDERS or end is None or side.low == side.high:
        return None
    if not differentiable(e):
        return None
    base = replace(goal, expression=e, assume=without(goal.assume, side.name))
    inside = with_side(base, replace(side, low_open=True, high_open=True))
    up_to = replace(side, low_open=False) if sign == 1 else replace(side, high_open=False)
    steep: Relation = ">" if goal.relation == ">" and end_open else ">="
    return (
        *defined(with_side(base, up_to)),
        *roots_positive(inside),
        replace(inside, expression=mul(const(sign), derivative(e, side.name)), relation=steep),
        replace(
            base,
            expression=substitute(e, {side.name: const(end)}),
            relation=">=" if end_open else goal.relation,
            box=tuple(s for s in goal.box if s != side),
        ),
    )


# -- at a point or along a line --------------------------------------------------------------------


def bottom(goal: Goal, node: Node) -> Left:
    """f is convex on the box, so f >= f(p) where the gradient at p is 0, or points inwards at a
    face on which p lies."""
    point = dict(node.at)
    if goal.relation not in ORDERS or list(point) != [s.name for s in goal.box]:
        return None
    e = settle(goal.expression, goal.intervals())
    if not all(contains(s, point[s.name]) for s in goal.box) or not convex(e, goal.intervals()):
        return None
    values = {name: const(x) for name, x in point.items()}
    if not holds_at(substitute(e, values), goal.relation):
        return None
    slopes = (substitute(derivative(e, s.name), values) for s in goal.box)
    return closed(all(inwards(d, s, point[s.name]) for d, s in zip(slopes, goal.box, strict=True)))


def contains(side: Side, x: Fraction) -> bool:
    """Whether x is in the closed range."""
    return (side.low is None or side.low <= x) and (side.high is None or x <= side.high)


def holds_at(e: Expr, relation: Relation) -> bool:
    """An expression without variables: exactly, or in balls."""
    return number(Goal(e, relation, ()), Node("")) == () or certain(enclose(e, {}), relation)


def inwards(slope: Expr, side: Side, x: Fraction) -> bool:
    """Whether the slope at x is 0, or that of a function that increases into the box."""
    if forms.vanishes(settle(slope, {})):
        return True
    if x == side.low:
        return holds_at(slope, ">=")
    return x == side.high and holds_at(neg(slope), ">=")


def valley(goal: Goal, node: Node) -> Left:
    """f is convex in x for fixed values of the others, and level along x = c + sum_i c_i y_i, which
    stays in the box: so f there decides."""
    side = goal.side(node.name)
    others = tuple(s for s in goal.box if s != side)
    if goal.relation not in ORDERS or not {n for n, _ in node.at} <= {
        "",
        *(s.name for s in others),
    }:
        return None
    line = add(*(mul(const(c), var(n) if n else ONE) for n, c in node.at))
    box = goal.intervals()
    e = settle(goal.expression, box)
    if not differentiable(e):
        return None
    first = derivative(e, side.name)
    there = {side.name: line}
    if not forms.vanishes(settle(substitute(first, there), box), positive_on(others)):
        return None
    base = replace(goal, expression=e, assume=without(goal.assume, side.name))
    ends = []
    if side.low is not None:
        ends.append((sub(line, const(side.low)), side.low_open))
    if side.high is not None:
        ends.append((sub(const(side.high), line), side.high_open))
    return (
        *defined(base),
        *roots_positive(base),
        replace(base, expression=derivative(first, side.name), relation=">="),
        *(replace(base, expression=d, relation=">" if o else ">=", box=others) for d, o in ends),
        replace(base, expression=settle(substitute(e, there), box), box=others),
    )


RULES: dict[str, Callable[[Goal, Node], Left]] = {
    "value": value,
    "range": range_rule,
    "slope": slope,
    "constant": number,
    "outside": outside,
    "split": split,
    "narrow": narrow,
    "cases": cases,
    "rise": rise,
    "fall": fall,
    "bottom": bottom,
    "valley": valley,
    "above": above,
    "below": below,
    "clear": clear,
    "factors": factors,
    "scale": scale,
    "lift": lift,
    "invert": invert,
    "use": use,
    "unroot": unroot,
    "squares": squares,
    "taylor": taylor,
    "normal": normal,
    "signs": signs,
    "toward": toward,
    "shift": shift,
    "root": root,
    "exponential": exponential,
    "turn": turn,
    "period": period,
    "logarithm": logarithm,
    "chord": chord,
    "tangents": tangents,
}
