"""A rational point that refutes a claim, confirmed exactly or in balls.

Floats say where to look (``_search``); ``_exact.refutes`` says whether it is so. Only points that
it confirms are returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice

import numpy as np

from theory.inequality._budget import Budget, Exhausted
from theory.inequality._exact import Undefined, Unknown, refutes, value
from theory.inequality._expression import Comparison, Question, variables
from theory.inequality._search import guesses, rational

DENOMINATORS = (*range(1, 11), 12, 16, 20, 50, *(10**n for n in (2, 3, 4, 6, 9, 12, 15, 20, 30)))
ROUND = 50
Point = dict[str, Fraction]


def refute(
    question: Question, budget: Budget, seed: int = 0, rounds: int | None = None
) -> Point | None:
    """A point at which all assumptions hold and the claim fails or is undefined; None when the
    search found none among so many points, or within so many ``rounds`` of guesses. A round costs
    as much as ``ROUND`` points."""
    names = variables(question)
    batches = guesses(question, names, np.random.default_rng(seed))
    with suppress(Exhausted):
        for batch in islice(batches, 1 if not names else rounds):
            budget.spend(ROUND)
            rows = ({n: rational(x) for n, x in zip(names, row, strict=True)} for row in batch)
            if (found := first_refuting(question, rows, budget)) is not None:
                return found
    return None


def first_refuting(question: Question, points: Iterable[Point], budget: Budget) -> Point | None:
    """The first of the points, or of rounded points near them, that refutes; simplified. Raises
    Exhausted."""
    tried: set[tuple[Fraction, ...]] = set()
    for point in points:
        for candidate in rounded(question, point):
            key = tuple(candidate.values())
            if key in tried:
                continue
            tried.add(key)
            budget.spend()
            if refutes(question.assume, question.claim, candidate):
                return simplified(question, candidate)
    return None


def rounded(question: Question, point: Point) -> Iterator[Point]:
    """The point with ever larger denominators, and at last itself; each moved onto the assumed
    equations."""
    for bound in DENOMINATORS:
        yield moved(question, {name: x.limit_denominator(bound) for name, x in point.items()})
    yield moved(question, point)


def simplified(question: Question, point: Point) -> Point:
    """The same counterexample with smaller denominators, one coordinate at a time."""
    for name, number in point.items():
        for simpler in dict.fromkeys(number.limit_denominator(bound) for bound in DENOMINATORS):
            trial = moved(question, {**point, name: simpler})
            if simpler == number:
                break
            if refutes(question.assume, question.claim, trial):
                point = trial
                break
    return point


# -- assumed equations -----------------------------------------------------------------------------


def moved(question: Question, point: Point) -> Point:
    """The point moved onto the assumed equations, each solved exactly for a variable in which it
    is affine; unchanged where that is not possible."""
    used: set[str] = set()
    for equation in question.assume:
        if equation.sign != "==":
            continue
        for name in reversed(list(point)):
            if name not in used and (solved := _solved_for(equation, name, point)) is not None:
                point = {**point, name: solved}
                used.add(name)
                break
    return point


def _solved_for(equation: Comparison, name: str, point: Point) -> Fraction | None:
    """Where left - right = a + b * variable with b not 0: -a/b."""
    try:
        residuals = []
        for number in (0, 1, 2):
            trial = {**point, name: Fraction(number)}
            left, right = value(equation.left, trial), value(equation.right, trial)
            if not (isinstance(left, Fraction) and isinstance(right, Fraction)):
                return None
            residuals.append(left - right)
    except (Undefined, Unknown):
        return None
    zero, one, two = residuals
    slope = one - zero
    return -zero / slope if slope != 0 and two - one == slope else None
