"""Moments from a psi_1 norm. All four hypotheses are needed."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Counter
from numeric.checks._psi1 import (
    at_least,
    draw_probabilities,
    evaluated_counter,
    moment,
    radius,
    responses,
)
from numeric.checks._raw_trajectory import Exact, exact
from numeric.checks._vectors import Row, numbers
from numeric.core.balls import Array, ball_precision
from theory.evaluate import Values
from theory.statements.psi1_moment import STATEMENT


def moments(weight: Array, X: Array, a: arb, share: arb) -> Values:
    """E[exp(cX/a)] and E[X]; arrays (n,)."""
    with ball_precision(BITS):
        return {
            "a": a,
            "share": share,
            "fraction": moment(weight, share * X / a),
            "mean": (weight * X).sum(),
        }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """X of any sign, shares over six decades. ``log_odds`` has no part in this claim."""
    weight, X = draw_probabilities(rng)
    share = float(rng.choice([1.0, rng.uniform(), 10 ** rng.uniform(-6, 0)]))
    return moments(weight, X, arb(at_least(rng, radius(weight, X))), arb(share))


def instance(
    note: str,
    drop: str | None = None,
    weight: Row = (1,),
    X: Row = (1,),
    a: Exact = Fraction(3, 2),
    share: Exact = 1,
) -> Callable[[], Counter]:
    def make() -> Counter:
        w, x = numbers(weight), numbers(X)
        why = {
            "nonnegative": "as listed",
            "normalised": "the weights sum to 1",
            "in_ball": f"E[exp(X/a)] = {float(moment(w, x / exact(a))):.3f} <= 2",
            "share": f"c = {share}",
        }
        return evaluated_counter(
            STATEMENT,
            moments(w, x, exact(a), exact(share)),
            note,
            drop,
            why,
            functions=responses(weight=w, X=x),
            weight=weight,
            X=X,
            a=a,
            share=share,
        )

    return make


CONSTANT = instance("X = 1 and a = 3/2, little more than 1/log 2: E[exp(X/a)] = 1.95")
HALF = Fraction(1, 2)

COUNTERS: dict[str, Callable[[], Counter]] = {
    "half the mean": CONSTANT,
    "square root": CONSTANT,
    "no growth": CONSTANT,
    "drop nonnegative": instance(
        "the mean is 4, though -6 + 10 e - 3 e^2 < 0",
        "nonnegative",
        weight=(-6, 10, -3),
        X=(0, 1, 2),
        a=1,
    ),
    "drop normalised": instance(
        "twice the weight: E[exp 0] = 2 > sqrt 2", "normalised", weight=(2,), X=(0,), share=HALF
    ),
    "drop in_ball": instance("a = 1: the moment is e, the mean 1", "in_ball", a=1),
    "drop share": instance(
        "c = 2: (1 + e^2)/2 = 4.19 > 4", "share", weight=(HALF, HALF), X=(0, 1), a=1, share=2
    ),
}
