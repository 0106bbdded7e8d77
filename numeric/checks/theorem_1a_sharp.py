"""Theorem 1(a) with the sharp constant. Every hypothesis is needed."""

import numpy as np

from numeric.checks._orbits import Counters, stagnation
from numeric.checks._raw_trajectory import counter, leap
from numeric.checks._trajectory import draw_stagnation
from theory.evaluate import Values
from theory.statements.theorem_1a_sharp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_stagnation(rng, log_odds, lambda L, G: L + G**2 / 2)


COUNTERS: Counters = stagnation(STATEMENT) | {
    "no room for C1": lambda: counter(
        STATEMENT,
        leap("true"),
        1,
        "the log odds rise by 2 from a place with gap 0",
        constants={"C0": 0, "C1": 9},
    ),
}
