"""The search for a proof in polynomials: rational functions, roots and cases become polynomials,
each of them a sum of squares. Nothing here has to be right: `theory.inequality.rules` checks each
step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from theory.inequality.algebra import ONE, TooLarge, fraction, is_algebraic, kinked
from theory.inequality.balls import ball_precision, tape
from theory.inequality.branch import at_once, fails, in_factors
from theory.inequality.certificate import Budget, Certificate, Exhausted, Node
from theory.inequality.checker import proof
from theory.inequality.expression import Question
from theory.inequality.goals import ORDERS, Goal, goals
from theory.inequality.gram import sum_of_squares
from theory.inequality.moves import roots_in
from theory.inequality.rules import left
from theory.inequality.search import allowed, lowest, number, sample

SAMPLES, NOISE = 20, 1e-9
LEVELS = 5
"""So many steps to another form may be nested."""


def prove_by_squares(question: Question, budget: Budget) -> Certificate | None:
    """A certificate that `theory.inequality.checker.check` accepts, with squares in it; None: no
    such proof was found, which says nothing about the truth of the claim."""
    found = []
    try:
        with ball_precision():
            for goal in goals(question):
                tree = prove(goal, budget, LEVELS) if is_algebraic(goal.expression) else None
                if tree is None:
                    return None
                found.append(proof(goal, tree))
    except (Exhausted, TooLarge, RecursionError):
        return None
    certificate = Certificate(tuple(found))
    return certificate if certificate.has_squares() else None


def prove(goal: Goal, budget: Budget, level: int) -> Node | None:
    """A tree that proves the goal."""
    budget.spend(0.1)
    for node in at_once(goal, 0):
        if left(goal, node) == ():
            return node
    if goal.relation in ORDERS:
        seen = lowest(goal)
        if seen.allowed and fails(goal, seen):
            return None
        if (found := sum_of_squares(goal, budget)) is not None and left(goal, found) == ():
            return found
    for node in proposals(goal) if level else ():
        if (whole := pursue(goal, node, budget, level - 1)) is not None:
            return whole
    return None


def pursue(goal: Goal, node: Node, budget: Budget, level: int) -> Node | None:
    """The step with a proof of all that it leaves, the last and hardest first."""
    remaining = left(goal, node) or (goal,)
    if goal in remaining or any(map(refuted, remaining)):
        return None
    parts: list[Node] = []
    for inner in reversed(remaining):
        if (found := prove(inner, budget, level)) is None:
            return None
        parts.insert(0, found)
    return replace(node, parts=tuple(parts))


def refuted(goal: Goal) -> bool:
    """Whether some sample says that the goal is false."""
    if goal.relation not in ORDERS:
        return False
    samples = (point for n in range(SAMPLES) if allowed(goal, point := sample(goal, n)))
    program = tape((goal.expression,))
    return any(number(program, point) < -NOISE for point in samples)


def proposals(goal: Goal) -> Iterator[Node]:
    """Steps to another form."""
    e = goal.expression
    if goal.relation == "!=":
        yield from (Node("above"), Node("below"))
        return
    if kinked(e):
        yield Node("cases")
        return
    if roots_in(e) or fraction(e)[1] != ONE:
        yield from in_factors(goal)
    if e.op in ("pow", "sqrt"):
        yield Node("factors")
    if e.op in ("mul", "div") and len(e.args) <= 4:
        masks = (mask for mask in range(2 ** len(e.args)) if mask.bit_count() % 2 == 0)
        yield from (Node("factors", index=mask) for mask in masks)
    yield from (Node("unroot", index=i) for i in range(min(6, 2 * len(roots_in(e)))))
    yield from (Node("clear", index=0), Node("clear", index=1))
