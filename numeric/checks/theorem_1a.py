"""Theorem 1(a), corrected. Every hypothesis is needed."""

import numpy as np

from numeric.checks._orbits import SHORT_STEP, SIZE, Counters, stagnation
from numeric.checks._raw_trajectory import counter, fixed, steady
from numeric.checks._trajectory import draw_stagnation
from theory.evaluate import Values
from theory.statements.theorem_1a import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_stagnation(rng, log_odds, lambda L, G: L + 8 * G**2)


COUNTERS: Counters = stagnation(STATEMENT) | {
    "constants divided by 64": lambda: counter(
        STATEMENT,
        steady(1, fixed(SIZE, 1)),
        1,
        "the log odds rise by almost C0",
        constants=SHORT_STEP,
    ),
}
