"""The psi_1 norm of a bounded length. All five hypotheses are needed."""

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
from numeric.core.balls import Array, ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.psi1_length import STATEMENT


def lengths(weight: Array, X: Array, T_inf: arb, a: arb) -> Values:
    """The moments at T_inf/log 2 and at half of it, and the mean length; arrays (n,)."""
    with ball_precision(BITS):
        at_most = T_inf / arb(2).log()
        return {
            "T_inf": T_inf,
            "a": a,
            "at_longest": moment(weight, X / at_most),
            "below": moment(weight, X / (at_most / 2)),
            "mean": (weight * X).sum(),
        }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Whole lengths up to a million, at times all the same; T_inf lies above the longest one.

    ``log_odds`` has no part in this claim."""
    weight, _ = draw_probabilities(rng)
    X = np.floor(10 ** rng.uniform(0, 6, size=len(weight)))
    if rng.uniform() < 0.3:
        X[:] = X[0]
    T_inf = float(X.max()) * (1 + 10 ** rng.uniform(-9, 1))
    a = at_least(rng, radius(weight, to_balls(X)))
    return lengths(weight, to_balls(X), arb(T_inf), arb(a))


def instance(
    note: str,
    drop: str | None = None,
    weight: Row = (1,),
    X: Row = (1,),
    T_inf: Exact = 1,
    a: Exact = Fraction(3, 2),
) -> Callable[[], Counter]:
    def make() -> Counter:
        w, x = numbers(weight), numbers(X)
        why = {
            "nonnegative": "as listed",
            "normalised": "the weights sum to 1",
            "bounded": f"lengths {X} are at most {T_inf}",
            "nonempty": f"lengths {X} are at least 1",
            "in_ball": f"E[exp(X/a)] = {float(moment(w, x / exact(a))):.3f} <= 2",
        }
        return evaluated_counter(
            STATEMENT,
            lengths(w, x, exact(T_inf), exact(a)),
            note,
            drop,
            why,
            functions=responses(weight=w, X=x),
            weight=weight,
            X=X,
            T_inf=T_inf,
            a=a,
        )

    return make


ONE_TOKEN = instance("one token each, T_inf = 1, and a = 3/2, little more than 1/log 2")

COUNTERS: dict[str, Callable[[], Counter]] = {
    "half of T_inf/log 2": ONE_TOKEN,
    "half the mean": ONE_TOKEN,
    "twice the least norm": ONE_TOKEN,
    "drop nonnegative": instance(
        "the mean is 5, though e (-6 + 10 e - 3 e^2) < 0",
        "nonnegative",
        weight=(-6, 10, -3),
        X=(1, 2, 3),
        T_inf=3,
        a=1,
    ),
    "drop normalised": instance(
        "half the weight: e/2 = 1.36 allows a = 1 < 1/log 2",
        "normalised",
        weight=(Fraction(1, 2),),
        a=1,
    ),
    "drop bounded": instance("2 tokens and T_inf = 1: 2^2 > 2", "bounded", X=(2,), a=3),
    "drop nonempty": instance("no token: a = 1 < 1/log 2 will do", "nonempty", X=(0,), a=1),
    "drop in_ball": instance("a = 1: E[X] = 1 > log 2", "in_ball", a=1),
}
