"""Linear, monotone, normalised: means with any weights. All three hypotheses are needed."""

from collections.abc import Callable

import numpy as np

from numeric.checks._base import Counter
from numeric.checks._vectors import Row, draw_weighted, numbers, vector_counter
from numeric.core.balls import Array, ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.expectation_functional import STATEMENT


def functional(weight: Array, f: Array, g: Array, coefficients: Array) -> Values:
    """E[f], E[g] and E[a f + b g + c], each averaged by itself; arrays are (n,)."""
    a, b, c = coefficients
    with ball_precision():
        mass = weight.sum()
        return {
            "mass": mass,
            "mean_f": (weight * f).sum() / mass,
            "mean_g": (weight * g).sum() / mass,
            "mean_of_sum": (weight * (a * f + b * g + c)).sum() / mass,
            "a": a,
            "b": b,
            "c": c,
        }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """``log_odds`` has no part in this claim."""
    weight, f = draw_weighted(rng)
    with ball_precision():
        above = f + to_balls(rng.exponential(size=len(f)))
    return functional(weight, f, above, to_balls(rng.normal(size=3)))


def instance(
    weight: Row, f: Row, g: Row, note: str, drop: str | None = None, meaningless: bool = False
) -> Callable[[], Counter]:
    why = {
        "nonnegative": "as listed",
        "massive": f"the weights sum to {sum(weight)}",
        "ordered": "as listed",
    }
    a, b, c = 1, 2, 3
    return lambda: vector_counter(
        STATEMENT,
        functional(numbers(weight), numbers(f), numbers(g), numbers((a, b, c))),
        note,
        drop,
        why,
        meaningless,
        weight=weight,
        f=f,
        g=g,
    )


COUNTERS: dict[str, Callable[[], Counter]] = {
    "not normalised": instance((1, 1), (0, 0), (0, 0), "E[3] is 3"),
    "order reversed": instance((1, 1), (0, 0), (0, 1), "E[g] = 1/2"),
    "coefficients exchanged": instance((1, 1), (0, 0), (0, 2), "E[f + 2 g + 3] = 5"),
    "drop nonnegative": instance((2, -1), (0, 0), (0, 1), "E[g] = -1", "nonnegative"),
    "drop massive": instance((0,), (0,), (0,), "a mean over no weight", "massive", True),
    "drop ordered": instance((1, 1), (1, 1), (0, 0), "E[f] = 1 and E[g] = 0", "ordered"),
}
