"""Truth of a formula on listed numbers, functions and index sets, as far as balls can tell.

"For all x" is tried at every element listed under the name of its sort: a finite index set is
listed in full, and then the answer is certain; real and natural numbers are sampled, and then only
"false" is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from flint import arb

from numeric.checks._base import BITS, Formula
from numeric.checks._instances import CLOSE, NUDGE
from numeric.core.balls import ball_precision
from theory.evaluate import Values, evaluate
from theory.kernel.statement import Statement

Truth: TypeAlias = bool | None
"""None: the balls overlap, so that an equality may hold."""


def truth(formula: Formula, values: Values) -> Truth:
    """KeyError for a name, or a sort, that is not listed."""
    match formula.op:
        case "forall":
            index, body = formula.args
            elements = values[index.sort.name]
            return every(truth(body, {**values, str(index.data): e}) for e in elements)
        case "and":
            return every(truth(part, values) for part in formula.args)
        case "or":
            return opposite(every(opposite(truth(part, values)) for part in formula.args))
        case "not":
            return opposite(truth(formula.args[0], values))
        case "implies":
            condition = truth(formula.args[0], values)
            if condition is False:
                return True
            conclusion = truth(formula.args[1], values)
            return conclusion if condition or conclusion else None
        case "deriv":
            return every(_slope(formula, values, t) for t in values["Real"])
        case "eq" | "le" | "lt":
            left, right = (arb(evaluate(side, values)) for side in formula.args)
            return compared(formula.op, left, right)
    raise ValueError(f"{formula.op} is not a formula that numbers can decide")


def compared(relation: str, left: arb, right: arb) -> Truth:
    if relation == "eq":
        return True if left == right else (None if left.overlaps(right) else False)
    if relation == "le":
        return True if left <= right else (False if left > right else None)
    return True if left < right else (False if left >= right else None)


def every(parts: Iterable[Truth]) -> Truth:
    """False as soon as a part is false, None if one is open."""
    known: Truth = True
    for part in parts:
        if part is False:
            return False
        known = known and part
    return known


def opposite(part: Truth) -> Truth:
    return None if part is None else not part


def _slope(formula: Formula, values: Values, t: arb) -> Truth:
    """False where a central difference is certainly not the claimed derivative at t."""
    variable, function, derivative = formula.args
    name = str(variable.data)
    ahead, behind = (evaluate(function, {**values, name: t + x}) for x in (NUDGE, -NUDGE))
    slope = evaluate(derivative, {**values, name: t})
    return False if abs((ahead - behind) / (2 * NUDGE) - slope) > CLOSE else None


def broken(statement: Statement, values: Values) -> set[str]:
    """The hypotheses of a claim, written out, that are certainly false."""
    with ball_precision(BITS):
        numbers = {"one": arb(1), **values}
        hypotheses = statement.formal_hypotheses.items()
        return {name for name, formula in hypotheses if truth(formula, numbers) is False}
