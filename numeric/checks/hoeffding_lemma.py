"""Hoeffding's lemma. All three hypotheses are needed."""

from collections.abc import Callable

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._vectors import Row, draw_weighted, means, numbers, vector_counter
from numeric.core.balls import ball_precision, largest
from theory.evaluate import Values
from theory.statements.hoeffding_lemma import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """G is the largest value, or more; |u| G <= 30. ``log_odds`` has no part in this claim."""
    weight, value = draw_weighted(rng)
    with ball_precision():
        G = largest(abs(value)) * arb(float(rng.choice([1, 1 + rng.exponential()])))
    u = arb(float(rng.choice([-1, 1]) * 10 ** rng.uniform(-6, 1.4)) / float(G))
    return {**means(weight, value, u), "G": G, "u": u}


def instance(
    weight: Row, value: Row, note: str, drop: str | None = None, meaningless: bool = False
) -> Callable[[], Counter]:
    """u = G = 1."""
    why = {
        "nonnegative": "as listed",
        "massive": f"the weights sum to {sum(weight)}",
        "range": "as listed",
    }
    return lambda: vector_counter(
        STATEMENT,
        {**means(numbers(weight), numbers(value)), "G": arb(1), "u": arb(1)},
        note,
        drop,
        why,
        meaningless,
        weight=weight,
        value=value,
        u=1,
        G=1,
    )


COUNTERS: dict[str, Callable[[], Counter]] = {
    "half the constant": instance((1, 1), (-1, 1), "cosh 1 = 1.54 > e^(1/4)"),
    "sign of the mean flipped": instance((1,), (1,), "e > e^(-1/2)"),
    "variance term dropped": instance((1, 1), (-1, 1), "cosh 1 > 1"),
    "drop nonnegative": instance((2, -3, 2), (-1, 0, 1), "4 cosh 1 - 3 > e^(1/2)", "nonnegative"),
    "drop massive": instance((0,), (0,), "a mean over no weight", "massive", True),
    "drop range": instance((1, 1), (-2, 2), "cosh 2 = 3.76 > e^(1/2)", "range"),
}
