"""The one bound that a refuted claim lacks, where there is one.

Samples in floats say which bounds leave no failure; the weakest ones are tried, and a bound is
suggested only when the claim is then proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from theory.inequality.expression import Comparison, Expr, Question, variables
from theory.inequality.search import (
    allowed_rows,
    claim_margin,
    on_equations,
    random_points,
    ranges,
    special_points,
)
from theory.inequality.special_points import constants

Rows: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

SIMPLE = (0, 1, -1, 2, -2, 3, -3, 10, -10, Fraction(1, 2), Fraction(-1, 2))
MOST = 3
"""Bounds that are tried."""


def missing_bound(
    question: Question,
    point: Mapping[str, object],
    proves: Callable[[Question], bool],
    rng: np.random.Generator,
) -> Comparison | None:
    """The weakest bound with which ``proves`` accepts the claim, among a few; or None. ``point``
    refutes the question."""
    for bound in islice(bounds(question, point, rng), MOST):
        if proves(Question((*question.assume, bound), question.claim)):
            return bound
    return None


def bounds(
    question: Question, point: Mapping[str, object], rng: np.random.Generator
) -> Iterator[Comparison]:
    """Bounds of one variable that hold at no sample at which the claim fails, the weakest first."""
    names = variables(question)
    limits = list(ranges(question, names).values())
    samples = np.concatenate([special_points(limits, rng), random_points(limits, 4096, rng)])
    samples = on_equations(question, names, samples)
    with np.errstate(all="ignore"):
        margin = claim_margin(question, names, samples)
        possible = allowed_rows(question, names, samples)
    good, bad = samples[possible & (margin >= 0)], samples[possible & ~(margin >= -1e-12)]
    if not len(good):
        return
    numbers = {Fraction(x) for x in SIMPLE} | {c for c in constants(question) if abs(c) < 10**6}
    found: list[tuple[int, int, Comparison]] = []
    for j, name in enumerate(names):
        here = point[name]
        if isinstance(here, Fraction):
            for bound, holds in _bounds_of(name, numbers | {here}, here):
                if not holds(bad[:, j]).any():
                    kept = int(holds(good[:, j]).sum())
                    found.append((-kept, len(found), bound))
    yield from (bound for kept, _, bound in sorted(found, key=lambda one: one[:2]) if kept < 0)


def _bounds_of(
    name: str, numbers: set[Fraction], here: Fraction
) -> Iterator[tuple[Comparison, Callable[[Rows], Rows]]]:
    """Bounds of the variable that the point does not satisfy."""
    variable = Expr("var", (), name)
    gap = Expr("abs", (Expr("add", (variable, Expr("const", (), -here))),))
    zero = Expr("const", (), Fraction(0))
    yield Comparison(zero, "<", gap if here else Expr("abs", (variable,))), _differs(here)
    for number in sorted(numbers):
        constant = Expr("const", (), number)
        if here < number:
            yield Comparison(constant, "<=", variable), _above(number, False)
        if here <= number:
            yield Comparison(constant, "<", variable), _above(number, True)
        if here > number:
            yield Comparison(variable, "<=", constant), _below(number, False)
        if here >= number:
            yield Comparison(variable, "<", constant), _below(number, True)


def _differs(number: Fraction) -> Callable[[Rows], Rows]:
    return lambda x: np.abs(x - float(number)) > 0


def _above(number: Fraction, strict: bool) -> Callable[[Rows], Rows]:
    return lambda x: x > float(number) if strict else x >= float(number)


def _below(number: Fraction, strict: bool) -> Callable[[Rows], Rows]:
    return lambda x: x < float(number) if strict else x <= float(number)
