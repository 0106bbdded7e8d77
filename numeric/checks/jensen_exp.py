"""Jensen's inequality for exp. Both hypotheses are needed."""

from collections.abc import Callable

import numpy as np

from numeric.checks._base import Counter
from numeric.checks._vectors import Row, draw_weighted, means, numbers, vector_counter
from theory.evaluate import Values
from theory.statements.jensen_exp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """``log_odds`` has no part in this claim."""
    return means(*draw_weighted(rng))


def instance(
    weight: Row, value: Row, note: str, drop: str | None = None, meaningless: bool = False
) -> Callable[[], Counter]:
    why = {"nonnegative": "as listed", "massive": f"the weights sum to {sum(weight)}"}
    return lambda: vector_counter(
        STATEMENT,
        means(numbers(weight), numbers(value)),
        note,
        drop,
        why,
        meaningless,
        weight=weight,
        value=value,
    )


COUNTERS: dict[str, Callable[[], Counter]] = {
    "the other way round": instance((1, 1), (0, 1), "(1 + e)/2 > sqrt(e)"),
    "a constant too large": instance((1,), (0,), "a single value: equality"),
    "exponent doubled": instance((1,), (1,), "e^2 > e"),
    "drop nonnegative": instance((2, -1), (0, 1), "the mean of exp is 2 - e < 0", "nonnegative"),
    "drop massive": instance((0,), (0,), "a mean over no weight", "massive", True),
}
