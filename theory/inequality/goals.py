"""What has to be proved, and where: goals on boxes, read off a question.

The box comes from the assumptions: the linear ones, such as 2 x + y <= 3 with y bounded, then all
of them by contraction. An equation that is linear in a variable eliminates it. The assumptions that
the box does not say go along with each goal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from theory.inequality.algebra import TooLarge, add, affine, const, mentions, mul, sub, substitute
from theory.inequality.balls import Interval, enclose
from theory.inequality.contract import Box, Side, contracted, holds_on
from theory.inequality.expression import Comparison, Expr, Question, variables

Relation = Literal[">", ">=", "!=", "=="]

ORDERS = (">", ">=")

ROUNDS = 4
"""Bounds of one variable are passed on to the others so many times."""


@dataclass(frozen=True, slots=True)
class Goal:
    """expression `relation` 0 at every point of the box that satisfies the assumptions and at which
    the expression is defined. A goal speaks only of the variables of its box."""

    expression: Expr
    relation: Relation
    box: Box
    assume: tuple[Comparison, ...] = ()

    def intervals(self) -> dict[str, Interval]:
        return {side.name: side.closure() for side in self.box}

    def side(self, name: str) -> Side:
        """The range of this variable. KeyError: the goal does not speak of it."""
        return {side.name: side for side in self.box}[name]


Left = tuple[Goal, ...] | None
"""What a step leaves to be proved; None if the step is wrong."""


def with_side(goal: Goal, side: Side) -> Goal:
    """The goal on another range of one variable."""
    return replace(goal, box=tuple(side if s.name == side.name else s for s in goal.box))


def slack(comparison: Comparison) -> Expr:
    """right - left, which the comparison says is positive, not negative, or zero."""
    return sub(substitute(comparison.right, {}), substitute(comparison.left, {}))


def replaced(comparison: Comparison, values: dict[str, Expr]) -> Comparison:
    left, right = (substitute(e, values) for e in (comparison.left, comparison.right))
    return Comparison(left, comparison.sign, right)


# -- definedness -----------------------------------------------------------------------------------


def obligations(e: Expr) -> Iterator[tuple[Expr, Relation]]:
    """What has to hold for the expression to be defined, inner parts first."""
    for arg in e.args:
        yield from obligations(arg)
    if e.op == "log":
        yield e.args[0], ">"
    elif e.op == "sqrt":
        yield e.args[0], ">="
    elif e.op == "div":
        yield e.args[1], "!="
    elif e.op == "pow" and int(e.value or 0) < 0:
        yield e.args[0], "!="


def trivial(e: Expr, relation: Relation) -> bool:
    """An obligation about a number that is met."""
    if e.op != "const":
        return False
    number = Fraction(e.value or 0)
    return {">": number > 0, ">=": number >= 0, "!=": number != 0, "==": number == 0}[relation]


def defined(goal: Goal) -> tuple[Goal, ...]:
    """The goals that say that the goal's expression is defined."""
    found = dict.fromkeys(obligations(goal.expression))
    return tuple(replace(goal, expression=e, relation=r) for e, r in found if not trivial(e, r))


def roots_positive(goal: Goal) -> tuple[Goal, ...]:
    """The goals that say that no root in the goal's expression is 0, where it has no derivative."""
    found = dict.fromkeys(e for e, relation in obligations(goal.expression) if relation == ">=")
    return tuple(replace(goal, expression=e, relation=">") for e in found if not trivial(e, ">"))


# -- the box ---------------------------------------------------------------------------------------


def goals(question: Question) -> tuple[Goal, ...]:
    """All that has to be proved; nothing if the assumptions leave an empty box."""
    question = eliminated(question)
    box = smallest(tuple(Side(name) for name in variables(question)), question.assume)
    assume = unsaid(question.assume, box)
    found: dict[Goal, None] = {}
    for comparison in question.claim:
        relation: Relation = {"<": ">", "<=": ">=", "==": "=="}[comparison.sign]  # type: ignore
        for e in (comparison.left, comparison.right):
            found.update(dict.fromkeys(defined(Goal(e, ">", box, assume))))
        found[Goal(slack(comparison), relation, box, assume)] = None
    return tuple(dict.fromkeys(g for goal in found for g in placed(goal)))


def narrowed(goal: Goal, *more: Comparison) -> tuple[Goal, ...]:
    """The goal on the smaller box that the assumptions leave, and perhaps more comparisons."""
    box = smallest(goal.box, (*goal.assume, *more))
    return placed(replace(goal, box=box, assume=unsaid(goal.assume, box)))


def smallest(box: Box, assume: tuple[Comparison, ...]) -> Box:
    """The box, narrowed by the linear assumptions and then by contraction with all of them."""
    return contracted(cut(box, assume), tuple(c for c in assume if not is_bound(c)))


def unsaid(assume: tuple[Comparison, ...], box: Box) -> tuple[Comparison, ...]:
    """The assumptions that the box does not say."""
    return tuple(c for c in assume if not (is_bound(c) or holds_on(c, box)))


def placed(goal: Goal) -> tuple[Goal, ...]:
    """Nothing if the box is empty; and a variable whose range is one point becomes a number."""
    if any(side.empty() for side in goal.box):
        return ()
    fixed = {s.name: const(s.low) for s in goal.box if s.low is not None and s.low == s.high}
    if not fixed:
        return (goal,)
    return (
        Goal(
            substitute(goal.expression, fixed),
            goal.relation,
            tuple(side for side in goal.box if side.name not in fixed),
            tuple(replaced(c, fixed) for c in goal.assume),
        ),
    )


def in_place(e: Expr, values: dict[str, Expr]) -> Expr:
    """Variables replaced and nothing simplified: all that has to be defined stays."""
    if e.op == "var":
        return values.get(str(e.value), e)
    return replace(e, args=tuple(in_place(arg, values) for arg in e.args))


def eliminated(question: Question) -> Question:
    """Every equation c x + rest == 0, c a number, is used up to write -rest/c for x."""
    for _ in range(len(question.assume)):
        found = next(_solved(question.assume), None)
        if found is None:
            break
        at, name, solution = found
        kept = (*question.assume[:at], *question.assume[at + 1 :])
        values = {name: solution}
        question = Question(
            tuple(replaced(c, values) for c in kept),
            tuple(
                Comparison(in_place(c.left, values), c.sign, in_place(c.right, values))
                for c in question.claim
            ),
        )
    return question


def _solved(assume: tuple[Comparison, ...]) -> Iterator[tuple[int, str, Expr]]:
    for at, comparison in enumerate(assume):
        if comparison.sign == "==":
            for name, factor, others, rest in linear_rows(comparison):
                terms = [mul(const(-c / factor), Expr("var", (), y)) for y, c in others.items()]
                yield at, name, add(*terms, mul(const(-1 / factor), rest))


def linear_rows(
    comparison: Comparison,
) -> Iterator[tuple[str, Fraction, dict[str, Fraction], Expr]]:
    """The slack as factor * x + others + rest, for each x that the rest does not mention."""
    try:
        numbers, rest = affine(slack(comparison))
    except TooLarge:
        return
    for name, factor in numbers.items():
        if not mentions(rest, name):
            yield name, factor, {y: c for y, c in numbers.items() if y != name}, rest


def cut(box: Box, assume: tuple[Comparison, ...]) -> Box:
    """The box, narrowed by the assumptions that are linear."""
    sides = {side.name: side for side in box}
    linear = [(row, c.sign) for c in assume for row in linear_rows(c) if not names(row[3])]
    for _ in range(ROUNDS):
        for (name, factor, others, rest), sign in linear:
            top = _most(others, most_value(rest), sides)
            sides[name] = _cut(sides[name], factor, top, sign)
    return tuple(sides.values())


def is_bound(comparison: Comparison) -> bool:
    """Whether the box says all that the comparison says: a rational bound of one variable."""
    rows = list(linear_rows(comparison))
    return len(rows) == 1 and not rows[0][2] and rows[0][3].op == "const"


def names(e: Expr) -> set[str]:
    return {str(e.value)} if e.op == "var" else {name for arg in e.args for name in names(arg)}


def most_value(e: Expr) -> Fraction | None:
    """The number, or one a little above it; None: no finite one is known."""
    if e.op == "const":
        return Fraction(e.value or 0)
    found = enclose(e, {})
    if found is None or not found[1].is_finite():
        return None
    return Fraction(int(found[1].fmpq().p), int(found[1].fmpq().q))


def _most(
    numbers: dict[str, Fraction], start: Fraction | None, sides: dict[str, Side]
) -> tuple[Fraction, bool] | None:
    """The largest value of a linear form, and whether it is not attained."""
    if start is None:
        return None
    total, is_open = start, False
    for name, factor in numbers.items():
        side = sides[name]
        end, end_open = (side.high, side.high_open) if factor > 0 else (side.low, side.low_open)
        if end is None:
            return None
        total, is_open = total + factor * end, is_open or end_open
    return total, is_open


def _cut(side: Side, factor: Fraction, top: tuple[Fraction, bool] | None, sign: str) -> Side:
    """The range, given factor * x + top >= 0 (or > 0)."""
    if top is None:
        return side
    bound, is_open = -top[0] / factor, top[1] or sign == "<"
    if factor > 0 and (side.low is None or (bound, is_open) > (side.low, side.low_open)):
        return replace(side, low=bound, low_open=is_open)
    if factor < 0 and (side.high is None or (-bound, is_open) > (-side.high, side.high_open)):
        return replace(side, high=bound, high_open=is_open)
    return side


def without(assume: Iterable[Comparison], name: str) -> tuple[Comparison, ...]:
    """The assumptions that do not speak of the variable."""
    return tuple(c for c in assume if not (mentions(c.left, name) or mentions(c.right, name)))
