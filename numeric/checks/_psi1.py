"""Moments and psi_1 norms in balls, and counterexamples whose hypotheses are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Check, Counter, Formula, check
from numeric.checks._vectors import draw_weighted, vector_counter
from numeric.core.balls import Array, ball_precision, largest, round_up
from theory.evaluate import Values
from theory.kernel.statement import Statement

HALVINGS = 64


def moment(weight: Array, exponent: Array) -> arb:
    """E[exp(exponent)]; arrays (n,)."""
    return (weight * np.exp(exponent)).sum()


def radius(weight: Array, X: Array) -> float:
    """Certainly a psi_1 radius of X, and hardly larger than the least one.

    Where X <= 0 every radius will do, and 1 is as good as any."""
    with ball_precision(BITS):
        top = largest(X)
        if not top > 0:
            return 1.0
        too_small, enough = 0.0, round_up(top / arb(2).log())
        for _ in range(HALVINGS):
            middle = (too_small + enough) / 2
            if moment(weight, X / middle) <= 2:
                enough = middle
            else:
                too_small = middle
    return enough


def draw_probabilities(rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights that sum to one, and values, both (n,); at times the values almost agree."""
    weight, value = draw_weighted(rng)
    spread = float(rng.choice([1.0, 10 ** rng.uniform(-9, 0)]))
    with ball_precision(BITS):
        return weight / weight.sum(), value[0] * (1 - spread) + spread * value


def at_least(rng: np.random.Generator, number: float) -> float:
    """The number itself half of the time, or a larger one."""
    return number * float(rng.choice([1.0, 1 + rng.exponential()]))


# -- counterexamples -----------------------------------------------------------------------------


def responses(**rows: Array) -> dict[str, Any]:
    """Functions of a response, by name, from their values (n,); further arguments don't matter."""

    def function(row: Array) -> Any:
        return lambda o, *_: row[o]

    index = {"Response": range(min(map(len, rows.values())))}
    return {**index, **{name: function(row) for name, row in rows.items()}}


def visibly_broken(statement: Statement, values: Values) -> set[str]:
    """Hypotheses that certainly fail; ``values`` lists functions and index sets too.

    "For all real t" is tried at the numbers listed under Real, where there are any."""
    return {
        h.name
        for h in statement.hypotheses
        if any(c.holds is False for c in _cases(statement, h.formula, values))
    }


def _cases(statement: Statement, formula: Formula, values: Values) -> Iterator[Check]:
    if formula.op == "and":
        for part in formula.args:
            yield from _cases(statement, part, values)
    elif formula.op == "forall":
        index, body = formula.args
        for element in values.get(index.sort.name, ()):
            yield from _cases(statement, body, {**values, str(index.data): element})
    else:
        yield from check(statement, values, formula)


def evaluated_counter(
    statement: Statement,
    values: Values,
    note: str,
    drop: str | None = None,
    why: Mapping[str, str] | None = None,
    meaningless: bool = False,
    functions: Values | None = None,
    **shown: object,
) -> Counter:
    """A counterexample; ValueError unless ``drop``, and nothing else, is seen to be broken."""
    broken = visibly_broken(statement, {**values, **(functions or {})})
    if broken != ({drop} if drop else set()):
        raise ValueError(f"{statement.slug}: the instance breaks {sorted(broken)}, not {drop}")
    return vector_counter(statement, values, note, drop, why, meaningless, **shown)
