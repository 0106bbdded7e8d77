"""What a numeric check is: a claim's own inequality, evaluated on measured numbers in balls.

A check compares nothing by tolerance. Balls decide: ``holds`` is True or False when the two sides
are certainly in (or out of) the claimed relation, None when the balls overlap. An equality cannot
be certain in balls: there ``holds`` is None at best, and ``width`` says how much is left open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flint import arb, ctx

from numeric.core.balls import ball_precision
from theory.evaluate import Comparison, Values, comparisons
from theory.kernel.statement import Statement

Formula: TypeAlias = Any
"""A formula of `theory`; an experiment knows claims, not the kernel that they are written in."""

BITS = 256
"""Balls of checks have at least this many bits."""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: measured (left side), claimed (right side), margin = right - left.

    ``tightness`` is the smaller side divided by the larger one where both are positive (or both
    negative); 1 is equality. ``width`` belongs to equalities: the radius of left - right, relative
    to the larger side, or to the value named ``scale`` where the terms of a side cancel."""

    slug: str
    relation: str
    measured: Any
    claimed: Any
    margin: float
    holds: bool | None
    tightness: float | None
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """An instance that breaks a twin, or breaks the claim once one hypothesis is dropped.

    ``holds`` names every hypothesis that is kept and says why it holds. ``meaningless`` marks an
    instance on which the conclusion is not even defined (a conditional mean over nothing)."""

    values: Values
    holds: Mapping[str, str]
    note: str
    meaningless: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)


def check(statement: Statement, values: Values, conclusion: Formula = None) -> list[Check]:
    """Every comparison of the statement's conclusion (or of another one, of a twin)."""
    formula = statement.conclusion if conclusion is None else conclusion
    with ball_precision(max(BITS, ctx.prec)):
        scale = arb(values.get("scale", 0))
        found = comparisons(formula, {"one": arb(1), **values})
        return [_decide(statement.slug, c, scale) for c in found]


def check_hypotheses(statement: Statement, values: Values) -> dict[str, list[Check]]:
    """The hypotheses that speak of measured numbers only (0 <= eta, eta < eta_safe, ...)."""
    return {
        h.name: check(statement, values, h.formula)
        for h in statement.hypotheses
        if _has_numbers(h.formula, values)
    }


def refuted(statement: Statement, values: Values, conclusion: Formula = None) -> bool:
    """Certainly false: some comparison is certainly violated."""
    return any(c.holds is False for c in check(statement, values, conclusion))


def _has_numbers(formula: Formula, values: Values) -> bool:
    """No quantifier, no sum over responses, and a value for every name."""
    if formula.op == "var":
        return formula.data in values
    if formula.op in ("forall", "deriv", "sum", "or", "not"):
        return False
    if formula.op == "apply" and formula.data.name not in values:
        return False
    return all(_has_numbers(part, values) for part in formula.args)


def _decide(slug: str, comparison: Comparison, scale: arb) -> Check:
    left, right = arb(comparison.left), arb(comparison.right)
    margin = right - left
    width = None
    if comparison.relation == "eq":
        holds = None if left.overlaps(right) else False
        width = float((margin.rad() / abs(left).max(abs(right)).max(scale)).mid())
    elif comparison.relation == "le":
        holds = True if left <= right else (False if left > right else None)
    else:
        holds = True if left < right else (False if left >= right else None)
    tightness = None
    if left > 0 and right > 0:
        tightness = float((left / right).mid())
    elif left < 0 and right < 0:
        tightness = float((right / left).mid())
    return Check(
        slug, comparison.relation, left, right, float(margin.mid()), holds, tightness, width
    )
